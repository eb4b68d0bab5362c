"""WeCom (企业微信): an application of one's own with 接收消息 switched on.

`msg_signature` = SHA-1 of token, timestamp, nonce and the sealed message, sorted and joined. Sealed: base64 of
AES-256-CBC (key: base64 of EncodingAESKey + "=", vector: its first 16 bytes, PKCS #7 to 32) over 16 random bytes, the
length in 4 bytes, the message, the CorpID. https://developer.work.weixin.qq.com/document/path/90968
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import html
import re
import secrets
import struct

from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.messages import message
from qualityloop.foundation.chats.platforms.base import (
    Call,
    Platform,
    Proof,
    Refused,
    Said,
    Setup,
    in_time,
    locked,
    same,
    unlocked,
)

HOUR = 3600.0


class WeCom(Platform):
    """The answer is that to the call itself, sealed and signed the same way."""

    key = "wecom"
    label = _("WeCom")
    needs = {"token": _("Token"), "secret": _("EncodingAESKey"), "corp": _("CorpID")}  # noqa: RUF012
    hosts = frozenset({"qyapi.weixin.qq.com"})

    def check(self, setup: Setup) -> None:
        """43 characters of base64."""
        _key(setup.secret)

    def hear(self, setup: Setup, call: Call) -> Proof | Said | None:
        """The check of the address (GET), or a text that somebody has written to the application (POST)."""
        sealed = (
            call.query.get("echostr", "")
            if call.method == "GET"
            else field(call.body.decode(errors="replace"), "Encrypt")
        )
        stamp, nonce = call.query.get("timestamp", ""), call.query.get("nonce", "")
        if not same(sign(setup.token, stamp, nonce, sealed), call.query.get("msg_signature", "")):
            raise Refused(message("the signature is not that of the chat"))
        in_time(stamp, call.now, HOUR)
        plain = opened(setup, sealed)
        if call.method == "GET":
            return Proof(plain, "text/plain")
        key, sender = field(plain, "MsgId"), field(plain, "FromUserName")
        if field(plain, "MsgType") != "text" or not key or not sender:
            return None
        more = {"to": field(plain, "ToUserName"), "nonce": nonce}
        return Said(key, sender, field(plain, "Content"), more=more)

    def reply(self, setup: Setup, said: Said | None, text: str, now: float) -> tuple[str, str]:
        """A sealed text; nothing where nothing is to be said."""
        if said is None or not text:
            return "", "text/plain"
        stamp, nonce = str(int(now)), said.more["nonce"] or secrets.token_hex(8)
        plain = (
            f"<xml><ToUserName>{_cdata(said.sender)}</ToUserName><FromUserName>{_cdata(said.more['to'])}</FromUserName>"
            f"<CreateTime>{stamp}</CreateTime><MsgType>{_cdata('text')}</MsgType><Content>{_cdata(text)}</Content></xml>"
        )
        sealed = closed(setup, plain)
        signed = sign(setup.token, stamp, nonce, sealed)
        return (
            f"<xml><Encrypt>{_cdata(sealed)}</Encrypt><MsgSignature>{_cdata(signed)}</MsgSignature>"
            f"<TimeStamp>{stamp}</TimeStamp><Nonce>{_cdata(nonce)}</Nonce></xml>"
        ), "application/xml"


def sign(token: str, stamp: str, nonce: str, sealed: str) -> str:
    """msg_signature."""
    return hashlib.sha1("".join(sorted((token, stamp, nonce, sealed))).encode(), usedforsecurity=False).hexdigest()


def opened(setup: Setup, sealed: str) -> str:
    """The message; Refused where it was sealed for another company."""
    key = _key(setup.secret)
    try:
        raw = base64.b64decode(sealed, validate=True)
    except (binascii.Error, ValueError):
        raise Refused(message("the message cannot be decrypted")) from None
    plain = unlocked(key, key[:16], raw, 32)
    if len(plain) < 20:
        raise Refused(message("the message cannot be decrypted"))
    (size,) = struct.unpack(">I", plain[16:20])
    if plain[20 + size :].decode(errors="replace") != setup.corp:
        raise Refused(message("the message comes from another company"))
    return plain[20 : 20 + size].decode(errors="replace")


def closed(setup: Setup, plain: str) -> str:
    """The other way round."""
    key, text = _key(setup.secret), plain.encode()
    whole = secrets.token_bytes(16) + struct.pack(">I", len(text)) + text + setup.corp.encode()
    return base64.b64encode(locked(key, key[:16], whole, 32)).decode()


def field(xml: str, name: str) -> str:
    """The text of an element; the chat's messages are flat, and a parser of XML would open more than they hold."""
    found = re.search(rf"<{name}>(?:<!\[CDATA\[(.*?)\]\]>|([^<]*))</{name}>", xml, re.DOTALL)
    if found is None:
        return ""
    return found[1] if found[1] is not None else html.unescape(found[2])


def _cdata(text: str) -> str:
    return "<![CDATA[" + text.replace("]]>", "]] >") + "]]>"


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret + "=", validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32:
        raise Refused(message("the EncodingAESKey has 43 letters and digits"))
    return key
