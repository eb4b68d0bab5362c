"""Local servers that answer like DingTalk, Feishu and WeCom do, and check what those check."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

SECRET = "SEC000abc"
HOUR = 3600


@dataclass
class Chat:
    """What a server of a chat got and what it answers next."""

    port: int = 0
    got: list[dict[str, Any]] = field(default_factory=list)
    tries: int = 0
    keys: list[str] = field(default_factory=list)  # Authorization
    answers: list[tuple[int, str]] = field(default_factory=list)  # instead of its own, one after another
    slow: float = 0

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


def dingtalk(path: str, body: dict[str, Any]) -> dict[str, Any] | None:
    """DingTalk: sign = base64(HMAC-SHA256(secret, timestamp + "\\n" + secret)), an hour at most apart."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(path).query, strict_parsing=True).items()}
    if query.get("access_token") != "token":
        return {"errcode": 300001, "errmsg": "token is not exist"}
    stamp = query.get("timestamp", "")
    wanted = base64.b64encode(hmac.digest(SECRET.encode(), (stamp + "\n" + SECRET).encode(), "sha256")).decode()
    if query.get("sign") != wanted or abs(time.time() * 1000 - int(stamp)) > HOUR * 1000:
        return {
            "errcode": 310000,
            "errmsg": "sign not match, more: [https://ding-doc.dingtalk.com/doc#/serverapi2/qf2nxq]",
        }
    if body.get("msgtype") != "markdown" or set(body["markdown"]) != {"title", "text"}:
        return {"errcode": 40035, "errmsg": "参数不合法"}
    return {"errcode": 0, "errmsg": "ok"}


def feishu(path: str, body: dict[str, Any]) -> dict[str, Any] | None:
    """Feishu: sign = base64(HMAC-SHA256(timestamp + "\\n" + secret, "")), an hour at most apart."""
    stamp = body.get("timestamp", "")
    key = f"{stamp}\n{SECRET}".encode()
    wanted = base64.b64encode(hmac.new(key, digestmod=hashlib.sha256).digest()).decode()
    if not isinstance(stamp, str) or body.get("sign") != wanted or abs(time.time() - int(stamp)) > HOUR:
        return {"code": 19021, "msg": "sign match fail or timestamp is not within one hour from current time"}
    post = body.get("content", {}).get("post", {}).get("zh_cn", {})
    if body.get("msg_type") != "post" or not post.get("title") or not isinstance(post.get("content"), list):
        return {"code": 9499, "msg": "Bad Request", "data": {}}
    return {"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"}


def wecom(path: str, body: dict[str, Any]) -> dict[str, Any] | None:
    """WeCom: the key in the address is all; a markdown message has at most 4096 bytes."""
    if parse_qs(urlsplit(path).query).get("key") != ["a-key"]:
        return {"errcode": 93000, "errmsg": "invalid webhook url"}
    content = body.get("markdown", {}).get("content", "")
    if body.get("msgtype") != "markdown" or not content:
        return {"errcode": 40008, "errmsg": "invalid message type"}
    if len(content.encode()) > 4096:
        return {"errcode": 40058, "errmsg": "markdown.content exceed max length 4096"}
    return {"errcode": 0, "errmsg": "ok"}


def session(path: str, body: dict[str, Any]) -> dict[str, Any] | None:
    """DingTalk: the address of a conversation that came with a message."""
    if parse_qs(urlsplit(path).query).get("session") != ["s1"]:
        return {"errcode": 300001, "errmsg": "session is expired"}
    good = body.get("msgtype") == "text" and body["text"].get("content")
    return {"errcode": 0, "errmsg": "ok"} if good else {"errcode": 40035, "errmsg": "参数不合法"}


def tenant(path: str, body: dict[str, Any]) -> dict[str, Any] | None:
    """Feishu: a token for an application's secret."""
    if body != {"app_id": "cli_1", "app_secret": "app-secret"}:
        return {"code": 10003, "msg": "invalid param"}
    return {"code": 0, "msg": "ok", "tenant_access_token": "t-1", "expire": 7200}


def replied(path: str, body: dict[str, Any]) -> dict[str, Any] | None:
    """Feishu: a reply to a message."""
    if body.get("msg_type") != "text" or not json.loads(body["content"]).get("text"):
        return {"code": 230001, "msg": "invalid request"}
    return {"code": 0, "msg": "success", "data": {"message_id": "om_answer"}}


JUDGES = {
    "/robot/sendBySession": session,
    "/open-apis/auth/v3/tenant_access_token/internal": tenant,
    "/open-apis/im/v1/messages/om_1/reply": replied,
    "/robot/send": dingtalk,
    "/open-apis/bot/v2/hook/x": feishu,
    "/cgi-bin/webhook/send": wecom,
}


@contextmanager
def chat_server() -> Iterator[Chat]:
    """All three at one address."""
    chat = Chat()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            chat.tries += 1
            chat.keys.append(self.headers.get("Authorization", ""))
            if chat.answers:
                status, text = chat.answers.pop(0)
            else:
                assert self.headers["Content-Type"].startswith("application/json")
                answer = JUDGES[urlsplit(self.path).path](self.path, body)
                status, text = 200, json.dumps(answer, ensure_ascii=False)
                if '"errcode": 0' in text or '"code": 0' in text:
                    chat.got.append(body)
            time.sleep(chat.slow)
            if status == 0:
                return  # it hangs up without a word
            raw = text.encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    chat.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield chat
    finally:
        server.shutdown()
        server.server_close()
