"""The three protocols: published examples, what is refused, how an address is proven."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.test import Client
from tests.foundation.chats import signers

from qualityloop.foundation.chats.models import ChatApp, ChatMessage
from qualityloop.foundation.chats.platforms import feishu, wecom
from qualityloop.foundation.chats.platforms.base import Refused, Setup, unlocked

pytestmark = pytest.mark.django_db

WECOM = {"token": signers.WX_TOKEN, "secret": signers.WX_KEY, "corp": signers.WX_CORP}
# the worked example of developer.work.weixin.qq.com/document/path/90968, and the address check of its sample code
EXAMPLE = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3TUUk"
    "SUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekU"
    "NXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rU"
    "PA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+"
    "qN+E7Q=="
)
ECHO = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="


def connected(platform: str, **values: str) -> str:
    """The address that the chat calls."""
    return f"/chats/call/{ChatApp.objects.create(platform=platform, name=platform, **values).key}/"


@pytest.fixture
def places() -> dict[str, str]:
    return {
        "dingtalk": connected("dingtalk", secret=signers.DING_SECRET),
        "feishu": connected("feishu", secret=signers.LARK_KEY, token=signers.LARK_TOKEN),
        "wecom": connected("wecom", **WECOM),
    }


def test_wecom_opens_the_published_example() -> None:
    assert wecom.sign("QDG6eK", "1409659813", "1372623149", EXAMPLE) == "477715d11cdb4164915debcba66cb864d751f3e6"
    plain = wecom.opened(Setup(**WECOM), EXAMPLE)
    assert [wecom.field(plain, n) for n in ("FromUserName", "Content", "MsgId", "CreateTime")] == [
        "mycreate", "hello", "4561255354251345929", "1409659813",
    ]  # fmt: skip


def test_wecom_answers_the_published_check_of_the_address(places: dict[str, str]) -> None:
    query = {
        "msg_signature": "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
        "timestamp": "1409659589",
        "nonce": "263014780",
    }
    with time_machine.travel(1409659600):
        answer = Client().get(places["wecom"] + "?" + urlencode({**query, "echostr": ECHO}))
        assert (answer.status_code, answer.content) == (200, b"1616140317555161061")
        query["nonce"] = "263014781"
        assert Client().get(places["wecom"] + "?" + urlencode({**query, "echostr": ECHO})).status_code == 403


def test_feishu_opens_the_published_example() -> None:
    assert feishu.decrypted("test key", "P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=") == b"hello world"


def test_feishu_answers_the_check_of_the_address(places: dict[str, str]) -> None:
    asked = {"challenge": "ajls384kdjx98XX", "token": signers.LARK_TOKEN, "type": "url_verification"}
    body = json.dumps({"encrypt": signers.lark_sealed(asked)})
    answer = Client().post(places["feishu"], body, "application/json")
    assert (answer.status_code, answer.json()) == (200, {"challenge": "ajls384kdjx98XX"})
    wrong = json.dumps({"encrypt": signers.lark_sealed({**asked, "token": "somebody else's"})})
    assert Client().post(places["feishu"], wrong, "application/json").status_code == 403


def test_wrong_signatures_and_old_calls_are_refused_and_nothing_is_kept(places: dict[str, str]) -> None:
    client, late = Client(), time.time() - 3700
    answers = [
        signers.ding(client, places["dingtalk"], "x", secret="another"),
        signers.ding(client, places["dingtalk"], "x", at=late),
        signers.lark(client, places["feishu"], signers.lark_event("x"), sign="0" * 64),
        signers.lark(client, places["feishu"], signers.lark_event("x"), key="another"),
        signers.lark(client, places["feishu"], signers.lark_event("x"), at=time.time() - 9 * 3600),
        signers.lark(client, places["feishu"], signers.lark_event("x", token="another")),
        signers.wx(client, places["wecom"], "x", token="another"),
        signers.wx(client, places["wecom"], "x", corp="ww0000"),
        signers.wx(client, places["wecom"], "x", at=late),
        client.post(places["dingtalk"], "{}", "application/json"),
        client.post(places["feishu"], "[1]", "application/json"),
        client.post(places["feishu"], '{"encrypt": "AAAA"}', "application/json"),
        client.post(places["wecom"], "<xml/>", "text/xml"),
    ]
    assert [answer.status_code for answer in answers] == [403] * len(answers)
    assert not ChatMessage.objects.exists()


def test_an_address_that_is_none_or_switched_off(places: dict[str, str]) -> None:
    ChatApp.objects.update(active=False)
    assert signers.ding(Client(), places["dingtalk"], "x").status_code == 404
    assert signers.ding(Client(), "/chats/call/nothing/", "x").status_code == 404


def test_padding_is_checked_byte_by_byte() -> None:
    key, vector = bytes(32), bytes(16)
    broken = signers.openssl("-e", key, vector, b"hello world" + bytes([5, 5, 5, 4, 5]))
    with pytest.raises(Refused):
        unlocked(key, vector, broken, 16)


@pytest.mark.parametrize("more", [{"msgtype": "picture"}, {"msgId": ""}, {"senderStaffId": "", "senderId": ""}])
def test_what_is_no_text_is_taken_and_left(places: dict[str, str], more: dict[str, Any]) -> None:
    assert signers.ding(Client(), places["dingtalk"], "x", **more).status_code == 200
    assert not ChatMessage.objects.exists()
