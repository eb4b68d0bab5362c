"""DingTalk: a custom robot with the security setting 加签."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.notices.transports.base import Letter, To
from qualityloop.foundation.notices.transports.robots import Robot, clip, links_of, with_query

if TYPE_CHECKING:
    from qualityloop.foundation.models import User
    from qualityloop.foundation.notices.models import Wishes


class DingTalk(Robot):
    """Signed in the query: HMAC-SHA256 of "milliseconds\\nsecret" with the secret as key, base64, quoted."""

    key = "dingtalk"
    label = _("DingTalk")
    hosts = frozenset({"oapi.dingtalk.com"})
    too_often = frozenset({130101, 130102, 90030, 90018, 410100})
    pause = 600  # a robot that sent more than 20 in a minute is silenced for ten

    def to(self, user: User, wishes: Wishes) -> To | None:
        """The robot that the person named."""
        return To(wishes.dingtalk_url, wishes.dingtalk_secret, str(user)) if wishes.dingtalk_url else None

    def request(self, to: To, letter: Letter) -> tuple[str, dict[str, Any]]:
        """Markdown, in which a line ends with an empty line."""
        body = clip("\n\n".join((f"### {letter.subject}", *letter.text.splitlines())), 16_000)
        if links := links_of(letter):
            body += "\n\n" + " · ".join(f"[{words}]({url})" for words, url in links)
        query = signature(to.secret, int(time.time() * 1000)) if to.secret else ""
        markdown = {"title": clip(letter.subject, 200), "text": body}
        return with_query(to.address, query), {"msgtype": "markdown", "markdown": markdown}

    def code(self, answer: dict[str, Any]) -> tuple[int | None, str]:
        """`{"errcode": 0, "errmsg": "ok"}`."""
        code = answer.get("errcode")
        return (code if isinstance(code, int) else None), str(answer.get("errmsg", answer))


def signature(secret: str, milliseconds: int) -> str:
    """`timestamp=…&sign=…` for the query."""
    digest = hmac.new(secret.encode(), f"{milliseconds}\n{secret}".encode(), hashlib.sha256).digest()
    return f"timestamp={milliseconds}&sign={quote_plus(base64.b64encode(digest))}"
