"""WeCom (企业微信): a robot of a group, known by the key in its address; it is not signed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.notices.transports.base import Letter, To
from qualityloop.foundation.notices.transports.robots import Robot, clip, links_of, with_query

if TYPE_CHECKING:
    from qualityloop.foundation.models import User
    from qualityloop.foundation.notices.models import Wishes

MOST = 4096  # bytes of a markdown message


class WeCom(Robot):
    """The address is the secret."""

    key = "wecom"
    label = _("WeCom")
    hosts = frozenset({"qyapi.weixin.qq.com"})
    too_often = frozenset({45009, 45033})
    pause = 60  # 20 in a minute

    def to(self, user: User, wishes: Wishes) -> To | None:
        """The robot that the person named."""
        return To(wishes.wecom_url, name=str(user)) if wishes.wecom_url else None

    def request(self, to: To, letter: Letter) -> tuple[str, dict[str, Any]]:
        """Markdown of at most 4096 bytes; the links always fit."""
        link = "".join(f"\n[{words}]({url})" for words, url in links_of(letter))
        content = clip(f"**{letter.subject}**\n{letter.text}", MOST - len(link.encode())) + link
        return with_query(to.address, ""), {"msgtype": "markdown", "markdown": {"content": content}}

    def code(self, answer: dict[str, Any]) -> tuple[int | None, str]:
        """`{"errcode": 0, "errmsg": "ok"}`."""
        code = answer.get("errcode")
        return (code if isinstance(code, int) else None), str(answer.get("errmsg", answer))
