"""Each way, against a server that checks what the real one checks and answers as it does."""

from __future__ import annotations

import base64
import hashlib
import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from typing import Any
from urllib.parse import unquote_plus

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.core.exceptions import ImproperlyConfigured
from tests.foundation.notices.chats import SECRET, Chat, chat_server

from qualityloop.config.mail import mail
from qualityloop.foundation.notices.transports import TRANSPORTS
from qualityloop.foundation.notices.transports.base import Letter, Refused, To, TryAgain, Unsure
from qualityloop.foundation.notices.transports.dingtalk import signature as dingtalk_signature
from qualityloop.foundation.notices.transports.feishu import signature as feishu_signature
from qualityloop.foundation.notices.transports.robots import Robot, clip

LETTER = Letter("导入完成", "第一行\n第二行 <b>&", "https://quality.example.com/imports/7/", "notice-1.0")
PLACES = {
    "dingtalk": ("/robot/send?access_token=token", SECRET),
    "feishu": ("/open-apis/bot/v2/hook/x", SECRET),
    "wecom": ("/cgi-bin/webhook/send?key=a-key", ""),
}
robots = pytest.mark.parametrize("key", PLACES)


@pytest.fixture
def chat(settings: Any) -> Iterator[Chat]:
    settings.QUALITYLOOP_OUTWARD = ["127.0.0.1/32"]
    settings.QUALITYLOOP_CHAT_HOSTS = ["127.0.0.1"]
    with chat_server() as chat:
        yield chat


def send(chat: Chat, key: str, letter: Letter = LETTER, secret: str | None = None) -> None:
    path, right = PLACES[key]
    with TRANSPORTS[key].ready(To(chat.address(path), right if secret is None else secret)) as send_it:
        send_it(letter)


def words(body: dict[str, Any]) -> str:
    return str(body)


@robots
def test_a_signed_message_arrives_whole(chat: Chat, key: str) -> None:
    send(chat, key)
    [body] = chat.got
    for part in ("导入完成", "第一行", "第二行 <b>&", "https://quality.example.com/imports/7/"):
        assert part in words(body)


@robots
def test_a_wrong_secret_or_key_is_a_failure_though_the_answer_is_200(chat: Chat, key: str) -> None:
    if key == "wecom":
        with (
            pytest.raises(Refused, match="93000"),
            TRANSPORTS[key].ready(To(chat.address("/cgi-bin/webhook/send?key=wrong"))) as send_it,
        ):
            send_it(LETTER)
    else:
        with pytest.raises(Refused, match=r"310000|19021"):
            send(chat, key, secret="wrong")
    assert (chat.tries, chat.got) == (1, [])


TOO_FAST = {
    "dingtalk": '{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}',
    "feishu": '{"code":11232,"msg":"frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]","data":{}}',
    "wecom": '{"errcode":45009,"errmsg":"api freq out of limit, hint: [1]"}',
}


@robots
def test_too_fast_is_tried_again_later(chat: Chat, key: str) -> None:
    chat.answers = [(200, TOO_FAST[key]), (429, "slow down")]
    with pytest.raises(TryAgain) as error:
        send(chat, key)
    assert error.value.seconds >= 60
    with pytest.raises(TryAgain):
        send(chat, key)
    send(chat, key)
    assert len(chat.got) == 1


@robots
def test_what_is_certain_and_what_is_not(chat: Chat, key: str) -> None:
    chat.answers = [(502, "Bad Gateway"), (0, ""), (200, "<html>fine</html>"), (404, "no such page")]
    with pytest.raises(TryAgain):
        send(chat, key)
    with pytest.raises(Unsure):
        send(chat, key)  # it hung up after it had read everything
    with pytest.raises(Unsure):
        send(chat, key)
    with pytest.raises(Refused):
        send(chat, key)
    chat.port = 1  # nobody there
    with pytest.raises(TryAgain):
        send(chat, key)


@robots
def test_long_texts_fit(chat: Chat, key: str) -> None:
    send(chat, key, Letter("长" * 300, "很长的一行。\n" * 3000, LETTER.url, "k"))
    [body] = chat.got
    assert LETTER.url in words(body)
    assert len(words(body).encode()) < 20_000


@robots
def test_an_address_elsewhere_is_refused_before_anything_goes_out(chat: Chat, key: str, settings: Any) -> None:
    robot = TRANSPORTS[key]
    assert isinstance(robot, Robot)
    settings.QUALITYLOOP_CHAT_HOSTS = []
    for address in (chat.address("/"), "https://example.com/robot/send", f"http://{min(robot.hosts)}/", "nonsense"):
        with pytest.raises(Exception, match=r"address|network"):
            robot.check(address)
    robot.check(f"https://{min(robot.hosts)}/robot/send?access_token=1")


def test_signatures_of_a_fixed_instant() -> None:
    """Computed here from the definitions of HMAC (RFC 2104), not with the hmac module."""

    def by_hand(key: bytes, text: bytes) -> bytes:
        block = (key if len(key) <= 64 else hashlib.sha256(key).digest()).ljust(64, b"\0")
        inner = hashlib.sha256(bytes(b ^ 0x36 for b in block) + text).digest()
        return hashlib.sha256(bytes(b ^ 0x5C for b in block) + inner).digest()

    assert by_hand(b"Jefe", b"what do ya want for nothing?").hex() == (  # RFC 4231, case 2
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )
    query = dingtalk_signature(SECRET, 1577808000000)
    assert query.startswith("timestamp=1577808000000&sign=")
    sign = unquote_plus(query.split("sign=")[1])
    assert base64.b64decode(sign) == by_hand(SECRET.encode(), f"1577808000000\n{SECRET}".encode())
    body = feishu_signature(SECRET, 1599360473)
    assert body["timestamp"] == "1599360473"
    assert base64.b64decode(body["sign"]) == by_hand(f"1599360473\n{SECRET}".encode(), b"")


def test_clipping_counts_bytes_and_breaks_no_character() -> None:
    assert clip("短", 10) == "短"
    assert clip("一二三四五", 10) == "一二…"
    assert len(clip("一" * 5000, 4096).encode()) <= 4096


# ---- e-mail -----------------------------------------------------------------------------------------------


class Post:
    """A mail server in memory that answers what it is told to."""

    def __init__(self) -> None:
        self.mails: list[Envelope] = []
        self.recipient = self.data = "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        if self.recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.mails.append(envelope)
        if self.data == "hang up":
            server.transport.close()
        return self.data


@pytest.fixture
def post(settings: Any) -> Iterator[Post]:
    post = Post()
    controller = Controller(post, hostname="127.0.0.1", port=0)
    with socket.socket() as probe:  # the controller asks its own port to see whether it runs, so it has to know it
        probe.bind(("127.0.0.1", 0))
        controller.port = probe.getsockname()[1]
    controller.start()
    for name, value in mail(f"smtp://127.0.0.1:{controller.port}?plain=1").items():
        setattr(settings, name, value)
    settings.DEFAULT_FROM_EMAIL = "质环 <loop@quality.example.com>"
    try:
        yield post
    finally:
        controller.stop()


def mailed(letter: Letter = LETTER) -> None:
    with TRANSPORTS["email"].ready(To("lin@example.com")) as send_it:
        send_it(letter)


def test_a_mail_arrives(post: Post) -> None:
    mailed()
    [envelope] = post.mails
    parsed = message_from_bytes(envelope.content, policy=policy.default)  # type: ignore[arg-type]
    assert (envelope.rcpt_tos, parsed["Subject"]) == (["lin@example.com"], "导入完成")
    assert parsed["Message-ID"] == "<notice-1.0@quality.example.com>"
    assert parsed["Auto-Submitted"] == "auto-generated"
    assert parsed.get_content().split() == ["第一行", "第二行", "<b>&", LETTER.url]


def test_what_a_mail_server_may_answer(post: Post) -> None:
    post.recipient = "550 no such user"
    with pytest.raises(Refused, match="no such user"):
        mailed()
    post.recipient = "450 come back later"
    with pytest.raises(TryAgain):
        mailed()
    post.recipient, post.data = "250 OK", "452 disk full"
    with pytest.raises(TryAgain):
        mailed()
    post.data = "554 looks like spam"
    with pytest.raises(Refused):
        mailed()
    post.data = "hang up"
    with pytest.raises(Unsure):
        mailed()


def test_no_mail_server(settings: Any) -> None:
    for name, value in mail("smtp://127.0.0.1:1?plain=1").items():
        setattr(settings, name, value)
    with pytest.raises(TryAgain):
        mailed()


def test_addresses_of_mail_servers() -> None:
    found = mail("smtp://u%40x:p%3A1@mail.example.com")
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"], found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (
        "mail.example.com", 587, True, False,
    )  # fmt: skip
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("u@x", "p:1")
    assert (mail("smtps://h")["EMAIL_PORT"], mail("smtps://h")["EMAIL_USE_SSL"]) == (465, True)
    assert not mail("")["QUALITYLOOP_EMAIL_READY"]
    with pytest.raises(ImproperlyConfigured):
        mail("mail.example.com")
