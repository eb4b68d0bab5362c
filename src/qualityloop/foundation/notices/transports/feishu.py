"""Feishu and Lark: a custom bot with the security setting 签名校验."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.notices.transports.base import Letter, To
from qualityloop.foundation.notices.transports.robots import Robot, clip, links_of, with_query

if TYPE_CHECKING:
    from qualityloop.foundation.models import User
    from qualityloop.foundation.notices.models import Wishes


class Feishu(Robot):
    """Signed in the body: HMAC-SHA256 of nothing with "seconds\\nsecret" as key, base64."""

    key = "feishu"
    label = _("Feishu")
    hosts = frozenset({"open.feishu.cn", "open.larksuite.com"})
    too_often = frozenset({11232, 11233, 99991400})
    pause = 60  # 100 in a minute, 5 in a second

    def to(self, user: User, wishes: Wishes) -> To | None:
        """The robot that the person named."""
        return To(wishes.feishu_url, wishes.feishu_secret, str(user)) if wishes.feishu_url else None

    def request(self, to: To, letter: Letter) -> tuple[str, dict[str, Any]]:
        """A post: title, text, link. A tag for every line would make the body many times as large as its text."""
        lines: list[list[dict[str, str]]] = [[{"tag": "text", "text": clip(letter.text, 12_000)}]]
        lines += [[{"tag": "a", "text": words, "href": url}] for words, url in links_of(letter)]
        post = {"zh_cn": {"title": clip(letter.subject, 200), "content": lines}}
        signed = signature(to.secret, int(time.time())) if to.secret else {}
        return with_query(to.address, ""), {**signed, "msg_type": "post", "content": {"post": post}}

    def code(self, answer: dict[str, Any]) -> tuple[int | None, str]:
        """`{"code": 0, "msg": "success"}`; older ones say StatusCode and StatusMessage."""
        code = answer.get("code", answer.get("StatusCode"))
        return (code if isinstance(code, int) else None), str(answer.get("msg", answer.get("StatusMessage", answer)))


def signature(secret: str, seconds: int) -> dict[str, str]:
    """`timestamp` and `sign` for the body."""
    digest = hmac.new(f"{seconds}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return {"timestamp": str(seconds), "sign": base64.b64encode(digest).decode()}
