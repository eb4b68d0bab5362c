"""Feishu and Lark: an application that listens to `im.message.receive_v1`, with an Encrypt Key.

Body: {"encrypt": base64(iv + AES-256-CBC)} with SHA-256 of the Encrypt Key as key. Signed in X-Lark-Signature:
SHA-256(timestamp + nonce + Encrypt Key + raw body), hexadecimal. The check of the address (`url_verification`) comes
unsigned; the Verification Token inside proves it. Events are repeated after 15 s, 5 min, 1 h and 6 h.
https://open.feishu.cn/document/server-docs/event-subscription-guide/event-subscription-configure-/encrypt-key-encryption-configuration-case
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.messages import message
from qualityloop.foundation.chats.platforms.base import (
    Call,
    Platform,
    Proof,
    Refused,
    Said,
    Setup,
    asked,
    in_time,
    loaded,
    same,
    unlocked,
)

LATEST = 8 * 3600.0  # the last repetition comes after six hours
HOST = "https://open.feishu.cn"


class Feishu(Platform):
    """Answers go by the interface of messages, for which App ID and App Secret are needed."""

    key = "feishu"
    label = _("Feishu")
    needs = {"secret": _("Encrypt Key"), "token": _("Verification Token")}  # noqa: RUF012
    may = {  # noqa: RUF012
        "corp": _("App ID (to answer)"), "api_secret": _("App Secret (to answer)"),
        "api_url": _("Address of the open platform, where it is not https://open.feishu.cn"),
    }  # fmt: skip
    hosts = frozenset({"open.feishu.cn", "open.larksuite.com"})

    def hear(self, setup: Setup, call: Call) -> Proof | Said | None:
        """The check of the address, or a text that somebody has written to the robot."""
        body = opened(setup.secret, str(loaded(call.body).get("encrypt") or ""))
        if body.get("type") == "url_verification":
            self._ours(setup, str(body.get("token") or ""))
            return Proof(json.dumps({"challenge": str(body.get("challenge") or "")}), "application/json")
        stamp, nonce = call.headers.get("x-lark-request-timestamp", ""), call.headers.get("x-lark-request-nonce", "")
        if not same(sign(setup.secret, stamp, nonce, call.body), call.headers.get("x-lark-signature", "")):
            raise Refused(message("the signature is not that of the chat"))
        in_time(stamp, call.now, LATEST)
        header = body.get("header")
        if not isinstance(header, dict):
            return None
        self._ours(setup, str(header.get("token") or ""))
        if setup.corp and header.get("app_id") != setup.corp:
            raise Refused(message("the message was written to another application"))
        return _said(header, body.get("event")) if header.get("event_type") == "im.message.receive_v1" else None

    def _ours(self, setup: Setup, token: str) -> None:
        if not same(setup.token, token):
            raise Refused(message("the Verification Token is not the one that was agreed"))

    def reply(self, setup: Setup, said: Said | None, text: str, now: float) -> tuple[str, str]:
        """The call itself is answered with nothing: the chat does not show it."""
        return "{}", "application/json"

    def answer(self, setup: Setup, back: str, sender: str, text: str, key: str) -> str:
        """A reply to the message; `key` keeps a repetition from being shown twice."""
        if not setup.corp or not setup.api_secret:
            raise Refused(message("App ID and App Secret are missing: nothing can be answered"))
        base = (setup.api_url or HOST).rstrip("/")
        self.host(base)
        ask = {"app_id": setup.corp, "app_secret": setup.api_secret}
        token = asked(f"{base}/open-apis/auth/v3/tenant_access_token/internal", ask)["tenant_access_token"]
        body = {"content": json.dumps({"text": text}, ensure_ascii=False), "msg_type": "text", "uuid": key}
        url = f"{base}/open-apis/im/v1/messages/{quote(back, safe='')}/reply"
        data = asked(url, body, {"Authorization": f"Bearer {token}"}).get("data")
        return str(data.get("message_id") or "") if isinstance(data, dict) else ""


def _said(header: dict[str, Any], event: Any) -> Said | None:
    """A text with who wrote it."""
    try:
        sender, written = event["sender"]["sender_id"]["open_id"], event["message"]
        key, text = written["message_id"], json.loads(written["content"])["text"]
        if written["message_type"] != "text":
            return None
    except (KeyError, TypeError, ValueError):
        return None
    return Said(str(header.get("event_id") or key), str(sender), str(text), back=str(key))


def opened(secret: str, sealed: str) -> dict[str, Any]:
    """What lies in `encrypt`."""
    return loaded(decrypted(secret, sealed))


def decrypted(secret: str, sealed: str) -> bytes:
    """Key: SHA-256 of the Encrypt Key; vector: the first 16 bytes."""
    try:
        raw = base64.b64decode(sealed, validate=True)
    except (binascii.Error, ValueError):
        raise Refused(message("the message cannot be decrypted")) from None
    return unlocked(hashlib.sha256(secret.encode()).digest(), raw[:16].ljust(16), raw[16:], 16)


def sign(secret: str, stamp: str, nonce: str, body: bytes) -> str:
    """X-Lark-Signature."""
    return hashlib.sha256(f"{stamp}{nonce}{secret}".encode() + body).hexdigest()
