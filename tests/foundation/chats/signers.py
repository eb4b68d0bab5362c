"""What DingTalk, Feishu and WeCom send, written from their documentation with openssl and hashlib: nothing of ours."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import subprocess
import time
from typing import Any

from django.test import Client

DING_SECRET = "ding-app-secret"
LARK_KEY, LARK_TOKEN = "lark encrypt key", "lark-verification"
WX_TOKEN, WX_KEY, WX_CORP = "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7"


def openssl(direction: str, key: bytes, vector: bytes, data: bytes) -> bytes:
    """AES-256-CBC without padding, by another implementation."""
    command = ["openssl", "enc", direction, "-aes-256-cbc", "-nopad", "-K", key.hex(), "-iv", vector.hex()]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


def padded(data: bytes, block: int) -> bytes:
    n = block - len(data) % block
    return data + bytes([n]) * n


def ding(client: Client, url: str, text: str, *, sender: str = "staff-7", key: str = "msg-1", secret: str = DING_SECRET,
         back: str = "", at: float | None = None, **more: Any) -> Any:  # fmt: skip
    """Somebody mentions a robot in DingTalk."""
    stamp = str(int((time.time() if at is None else at) * 1000))
    sign = base64.b64encode(hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()).decode()
    body = {
        "conversationId": "cid", "msgId": key, "senderNick": "陈班长", "senderStaffId": sender,
        "senderId": "$:LWCP_v1:$x",
        "senderCorpId": "dingcorp", "conversationType": "2", "isInAtList": True, "sessionWebhook": back,
        "createAt": int(stamp), "text": {"content": f" {text}"}, "msgtype": "text", **more,
    }  # fmt: skip
    return client.post(url, json.dumps(body), "application/json", headers={"timestamp": stamp, "sign": sign})


def lark_sealed(event: dict[str, Any], key: str = LARK_KEY) -> str:
    vector = os.urandom(16)
    plain = padded(json.dumps(event, ensure_ascii=False).encode(), 16)
    return base64.b64encode(vector + openssl("-e", hashlib.sha256(key.encode()).digest(), vector, plain)).decode()


def lark_event(text: str, *, sender: str = "ou_7", key: str = "ev-1", token: str = LARK_TOKEN) -> dict[str, Any]:
    said = json.dumps({"text": f"@_user_1 {text}"})
    return {
        "schema": "2.0",
        "header": {"event_id": key, "event_type": "im.message.receive_v1", "token": token, "app_id": "cli_1"},
        "event": {
            "sender": {"sender_id": {"open_id": sender, "user_id": "u7"}, "sender_type": "user"},
            "message": {"message_id": "om_1", "message_type": "text", "content": said},
        },
    }  # fmt: skip


def lark(client: Client, url: str, event: dict[str, Any], *, key: str = LARK_KEY, at: float | None = None,
         sign: str = "") -> Any:  # fmt: skip
    """Feishu pushes an event."""
    body = json.dumps({"encrypt": lark_sealed(event)})
    stamp, nonce = str(int(time.time() if at is None else at)), "n0nce"
    made = hashlib.sha256((stamp + nonce + key).encode() + body.encode()).hexdigest()
    head = {"X-Lark-Request-Timestamp": stamp, "X-Lark-Request-Nonce": nonce, "X-Lark-Signature": sign or made}
    return client.post(url, body, "application/json", headers=head)


def wx_key() -> bytes:
    return base64.b64decode(WX_KEY + "=")


def wx_sealed(plain: str, corp: str = WX_CORP) -> str:
    raw = plain.encode()
    whole = os.urandom(16) + len(raw).to_bytes(4, "big") + raw + corp.encode()
    return base64.b64encode(openssl("-e", wx_key(), wx_key()[:16], padded(whole, 32))).decode()


def wx_opened(sealed: str) -> str:
    plain = openssl("-d", wx_key(), wx_key()[:16], base64.b64decode(sealed))
    return plain[20 : 20 + int.from_bytes(plain[16:20], "big")].decode()


def wx_sign(stamp: str, nonce: str, sealed: str, token: str = WX_TOKEN) -> str:
    return hashlib.sha1("".join(sorted([token, stamp, nonce, sealed])).encode()).hexdigest()


def wx(client: Client, url: str, text: str, *, sender: str = "chenbz", key: str = "4561255354251345929",
       corp: str = WX_CORP, token: str = WX_TOKEN, at: float | None = None) -> Any:  # fmt: skip
    """Somebody writes to an application in WeCom."""
    stamp, nonce = str(int(time.time() if at is None else at)), "1372623149"
    sealed = wx_sealed(
        f"<xml><ToUserName><![CDATA[{WX_CORP}]]></ToUserName><FromUserName><![CDATA[{sender}]]></FromUserName>"
        f"<CreateTime>{stamp}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{text}]]></Content>"
        f"<MsgId>{key}</MsgId><AgentID>218</AgentID></xml>",
        corp,
    )
    body = f"<xml><ToUserName><![CDATA[{WX_CORP}]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
    sign = wx_sign(stamp, nonce, sealed, token)
    query = f"?msg_signature={sign}&timestamp={stamp}&nonce={nonce}"
    return client.post(url + query, body, "text/xml")
