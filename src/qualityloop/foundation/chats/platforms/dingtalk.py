"""DingTalk: a robot of one's own application, which calls us (HTTP mode) when somebody mentions it.

Signed in the headers: `sign` = base64(HMAC-SHA256(app secret, timestamp + "\\n" + app secret)), the timestamp in
milliseconds and at most an hour away. https://open.dingtalk.com/document/orgapp/receive-message
"""

from __future__ import annotations

import base64
import hmac

from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.messages import message
from qualityloop.foundation.chats.platforms.base import (
    Call,
    Platform,
    Refused,
    Said,
    Setup,
    asked,
    in_time,
    loaded,
    same,
)

HOUR = 3600.0


class DingTalk(Platform):
    """Answers go to the address of the conversation that comes with each message."""

    key = "dingtalk"
    label = _("DingTalk")
    needs = {"secret": _("Client Secret (AppSecret) of the robot's application")}  # noqa: RUF012
    may = {"corp": _("CorpId: messages of other companies are refused")}  # noqa: RUF012
    hosts = frozenset({"oapi.dingtalk.com"})

    def hear(self, setup: Setup, call: Call) -> Said | None:
        """A text that somebody has written to the robot."""
        stamp = call.headers.get("timestamp", "")
        if not same(sign(setup.secret, stamp), call.headers.get("sign", "")):
            raise Refused(message("the signature is not that of the chat"))
        in_time(stamp[:-3], call.now, HOUR)
        body = loaded(call.body)
        if setup.corp and body.get("senderCorpId") != setup.corp:
            raise Refused(message("the message comes from another company"))
        text, key = body.get("text"), str(body.get("msgId") or "")
        sender = str(body.get("senderStaffId") or body.get("senderId") or "")
        if body.get("msgtype") != "text" or not isinstance(text, dict) or not key or not sender:
            return None
        name, back = str(body.get("senderNick") or ""), str(body.get("sessionWebhook") or "")
        return Said(key, sender, str(text.get("content") or ""), name, back)

    def reply(self, setup: Setup, said: Said | None, text: str, now: float) -> tuple[str, str]:
        """The call itself is answered with nothing: the chat does not show it."""
        return "{}", "application/json"

    def answer(self, setup: Setup, back: str, sender: str, text: str, key: str) -> str:
        """A text into the conversation."""
        self.host(back)
        asked(back, {"msgtype": "text", "text": {"content": text}, "at": {"atUserIds": [sender]}})
        return ""


def sign(secret: str, stamp: str) -> str:
    """The signature of a call at `stamp` (milliseconds)."""
    return base64.b64encode(hmac.digest(secret.encode(), f"{stamp}\n{secret}".encode(), "sha256")).decode()
