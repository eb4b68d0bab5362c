"""Tasks in work chats: a message goes out with links, what people answer there is done here, once, by them."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client

from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.chats.models import ChatAccount, ChatApp, ChatMessage
from qualityloop.foundation.jobs.models import JobRun, State
from qualityloop.foundation.jobs.performing import perform
from qualityloop.foundation.models import User
from qualityloop.foundation.notices.models import Notice, Wishes
from qualityloop.improvement.plans.models import AnswerLink, Task
from qualityloop.improvement.plans.services import tasks
from tests.foundation.chats import signers
from tests.foundation.notices.chats import SECRET, Chat, chat_server
from tests.improvement.plans_factories import employed, person

pytestmark = pytest.mark.django_db
Commit = Callable[..., Any]
DUE = date(2027, 1, 15)


@pytest.fixture
def chat(settings: Any) -> Iterator[Chat]:
    settings.QUALITYLOOP_OUTWARD = ["127.0.0.1/32"]
    settings.QUALITYLOOP_CHAT_HOSTS = ["127.0.0.1"]
    settings.QUALITYLOOP_ADDRESS = "https://quality.example.com"
    with chat_server() as chat:
        yield chat


@pytest.fixture
def leader() -> User:
    return person("senior_agent")


@pytest.fixture
def agent() -> User:
    return person("agent", "xiaozhou")


@pytest.fixture
def task(leader: User, agent: User) -> Task:
    return tasks.task_add(actor=leader, title="准备演练脚本", due_on=DUE, owner=employed(agent, name="小周"))


def app(platform: str, user: User | None = None, external: str = "", **values: str) -> ChatApp:
    made = ChatApp.objects.create(platform=platform, name=platform, **values)
    if user is not None:
        ChatAccount.objects.create(app=made, user=user, external=external)
    return made


def call_of(made: ChatApp) -> str:
    return f"/chats/call/{made.key}/"


@pytest.fixture
def ding(agent: User) -> str:
    return call_of(app("dingtalk", agent, "staff-7", secret=signers.DING_SECRET))


@pytest.fixture
def wecom(agent: User) -> str:
    values = {"token": signers.WX_TOKEN, "secret": signers.WX_KEY, "corp": signers.WX_CORP}
    return call_of(app("wecom", agent, "chenbz", **values))


def number(task: Task) -> str:
    return f"#{int(task.number[-5:])}"


def said() -> list[tuple[str, str]]:
    return list(ChatMessage.objects.order_by("pk").values_list("outcome", "answer"))


def work() -> None:
    for run in JobRun.objects.filter(state=State.QUEUED).order_by("pk"):
        perform(run.pk)


def wx_text(answer: Any) -> str:
    """What WeCom would show: the answer opened, its signature checked, by the signer of the tests."""
    body = answer.content.decode()
    [sealed, signed, nonce] = [
        re.search(rf"<{n}><!\[CDATA\[(.*?)\]\]>", body)[1] for n in ("Encrypt", "MsgSignature", "Nonce")
    ]  # type: ignore[index]
    stamp = re.search(r"<TimeStamp>(\d+)</TimeStamp>", body)[1]  # type: ignore[index]
    assert signed == signers.wx_sign(stamp, nonce, sealed)
    plain = signers.wx_opened(sealed)
    assert "<ToUserName><![CDATA[chenbz]]></ToUserName>" in plain
    return re.search(r"<Content><!\[CDATA\[(.*?)\]\]></Content>", plain, re.DOTALL)[1]  # type: ignore[index]


def test_done_in_dingtalk_by_the_person_once_with_an_answer_in_the_conversation(
    chat: Chat, ding: str, task: Task, agent: User, django_capture_on_commit_callbacks: Commit
) -> None:
    back = chat.address("/robot/sendBySession?session=s1")
    with django_capture_on_commit_callbacks(execute=True):
        assert signers.ding(Client(), ding, f"完成 {number(task)} 脚本已发群里", back=back).status_code == 200
        assert (
            signers.ding(Client(), ding, f"完成 {number(task)} 脚本已发群里", back=back).status_code == 200
        )  # a replay
    task.refresh_from_db()
    assert task.state == "done"
    assert [(r.author, r.text) for r in task.remarks.all()] == [(agent, "脚本已发群里")]
    moved = AuditEntry.objects.get(action="plan.task_moved")
    assert (moved.actor_id, moved.address) == (agent.pk, "dingtalk:staff-7")
    work()
    [answer] = chat.got
    assert answer["text"]["content"] == f"已记下：{number(task)}“准备演练脚本”已完成。"
    assert answer["at"] == {"atUserIds": ["staff-7"]}
    assert ChatMessage.objects.get().back == ""


def test_an_answer_goes_nowhere_but_to_dingtalk(
    chat: Chat, ding: str, task: Task, settings: Any, django_capture_on_commit_callbacks: Commit
) -> None:
    settings.QUALITYLOOP_CHAT_HOSTS = []
    with django_capture_on_commit_callbacks(execute=True):
        signers.ding(Client(), ding, "任务", back=chat.address("/robot/sendBySession?session=s1"))
    work()
    assert not chat.tries
    assert "https://oapi.dingtalk.com/" in ChatMessage.objects.get().error


def test_a_difficulty_in_wecom_is_told_to_who_gave_out_the_task(wecom: str, task: Task, leader: User) -> None:
    assert wx_text(signers.wx(Client(), wecom, f"困难 {task.number} 缺 2 名坐席")) == (
        f"已记下并转告：{number(task)}“准备演练脚本”遇到困难。"
    )
    task.refresh_from_db()
    assert task.state == "todo"
    told = Notice.objects.get(user=leader, kind="plan.task_hard")
    assert told.text == "缺 2 名坐席"
    again = signers.wx(Client(), wecom, f"困难 {task.number} 缺 2 名坐席")  # WeCom repeats a call it had no answer to
    assert wx_text(again).startswith("已记下并转告")
    assert task.remarks.count() == 1


def test_done_in_feishu_is_answered_as_a_reply(
    chat: Chat, agent: User, task: Task, django_capture_on_commit_callbacks: Commit
) -> None:
    url = call_of(
        app("feishu", agent, "ou_7", secret=signers.LARK_KEY, token=signers.LARK_TOKEN, corp="cli_1",
            api_secret="app-secret", api_url=chat.address(""))
    )  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        signers.lark(Client(), url, signers.lark_event(f"完成 {number(task)}"))
        signers.lark(Client(), url, signers.lark_event(f"完成 {number(task)}"), at=time.time() + 20)
    work()
    task.refresh_from_db()
    assert task.state == "done"
    assert json.loads(chat.got[-1]["content"])["text"].startswith("已记下")
    assert chat.keys[-1] == "Bearer t-1"
    assert [m.answer_id for m in ChatMessage.objects.all()] == ["om_answer"]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("完成 #99999", "没有任务 99999，或者您无权查看。"),
        ("完成", "请写明任务，例如：完成 #12"),
        ("完成 RW-2026-09999 x", "没有任务 RW-2026-09999，或者您无权查看。"),
        ("困难 {number}", "请说明困难是什么：困难 {number} ……"),
        (
            "你好",
            "我能听懂：\n· 完成 #12 说明：任务完成\n· 困难 #12 说明：转告派发任务的人\n· 任务：列出您的未完成任务",
        ),
        ("@质环 任务", "{number} 准备演练脚本 · 01-15"),
    ],
)
def test_what_cannot_be_done_is_answered_in_plain_words(wecom: str, task: Task, text: str, answer: str) -> None:
    given = signers.wx(Client(), wecom, text.format(number=number(task)))
    assert wx_text(given) == answer.format(number=number(task))
    task.refresh_from_db()
    assert task.state == "todo"


def test_strangers_are_told_how_to_become_known(wecom: str, task: Task, agent: User) -> None:
    ChatAccount.objects.all().delete()
    assert "绑定 绑定码" in wx_text(signers.wx(Client(), wecom, f"完成 {number(task)}", key="1"))
    client = Client()
    client.force_login(agent)
    code = re.search(r"绑定 ([A-Z2-9]{8})", client.post("/chats/mine/").content.decode())[1]  # type: ignore[index]
    assert "绑定码不对" in wx_text(signers.wx(Client(), wecom, "绑定 AAAAAAAA", key="2"))
    assert wx_text(signers.wx(Client(), wecom, f"绑定 {code.lower()}", key="3")).startswith("绑定成功，您是")
    assert ChatAccount.objects.get().user == agent
    assert "已经绑定过" in wx_text(signers.wx(Client(), wecom, f"绑定 {new_code(client)}", key="4"))
    assert wx_text(signers.wx(Client(), wecom, f"完成 {number(task)}", key="5")).startswith("已记下")
    assert wx_text(signers.wx(Client(), wecom, f"完成 {number(task)}", key="6")) == "任务已经是完成状态。"


def new_code(client: Client) -> str:
    return str(re.search(r"绑定 ([A-Z2-9]{8})", client.post("/chats/mine/").content.decode())[1])  # type: ignore[index]


def test_who_guesses_codes_is_not_listened_to(wecom: str, agent: User) -> None:
    ChatAccount.objects.all().delete()
    for n in range(5):
        signers.wx(Client(), wecom, "绑定 AAAAAAAA", key=f"wrong-{n}")
    client = Client()
    client.force_login(agent)
    code = new_code(client)
    assert "一小时后再试" in wx_text(signers.wx(Client(), wecom, f"绑定 {code}", key="right"))
    assert not ChatAccount.objects.exists()


def test_a_code_is_over_after_a_quarter_of_an_hour(wecom: str, agent: User) -> None:
    ChatAccount.objects.all().delete()
    client = Client()
    client.force_login(agent)
    code = new_code(client)
    with time_machine.travel(time.time() + 16 * 60):
        assert "已过期" in wx_text(signers.wx(Client(), wecom, f"绑定 {code}"))


def test_others_tasks_and_closed_accounts(wecom: str, task: Task, agent: User) -> None:
    other = person("agent", "xiaowang")
    employed(other, name="小王")
    ChatAccount.objects.update(user=other)
    assert "没有任务" in wx_text(signers.wx(Client(), wecom, f"完成 {task.number}", key="1"))
    User.objects.filter(pk=other.pk).update(is_active=False)
    assert "还不知道您是谁" in wx_text(signers.wx(Client(), wecom, f"完成 {task.number}", key="2"))
    assert Task.objects.get().state == "todo"


def test_the_message_carries_links_for_one_answer_of_one_person_and_is_noted_with_the_task(
    chat: Chat, leader: User, agent: User, django_capture_on_commit_callbacks: Commit
) -> None:
    Wishes.objects.create(
        user=agent, dingtalk_url=chat.address("/robot/send?access_token=token"), dingtalk_secret=SECRET
    )
    with django_capture_on_commit_callbacks(execute=True):
        made = tasks.task_add(actor=leader, title="准备演练脚本", due_on=DUE, owner=employed(agent, name="小周"))
    work()
    text = chat.got[0]["markdown"]["text"]
    done, hard = [
        re.search(rf"\[{word}\]\(https://quality\.example\.com(/[^)]+)\)", text)[1] for word in ("已完成 ✓", "说明困难")
    ]  # type: ignore[index]
    assert f"完成 {number(made)}" in text
    made.refresh_from_db()
    [sent] = made.sent
    assert (sent["by"], sent["to"], sent["key"].startswith("notice-")) == ("dingtalk", str(agent), True)

    client, stranger = Client(), Client()
    client.force_login(agent)
    stranger.force_login(leader)
    assert Client().get(done).status_code == 302
    assert stranger.get(done).status_code == 404
    assert stranger.post(done).status_code == 404
    assert client.get(done[:-2] + "x/").status_code == 404
    assert client.get(done).status_code == 200
    assert Task.objects.get().state == "todo"  # opening it does nothing: chats open links by themselves
    assert client.post(hard, {"text": ""}).status_code == 422
    assert client.post(hard, {"text": "缺人"}).status_code == 302
    assert client.post(done, {"text": "好了"}).status_code == 302
    assert Task.objects.get().state == "done"
    assert client.post(done, {"text": "又一次"}).status_code == 422
    assert AnswerLink.objects.filter(used_at=None).count() == 0
    assert list(made.remarks.values_list("text", flat=True)) == ["缺人", "好了"]
    shown = client.get(f"/improvement/tasks/{made.pk}/").content.decode()
    assert "已发送到" in shown
    assert sent["key"] in shown


def test_by_the_api(task: Task, agent: User) -> None:
    client = Client()
    client.force_login(agent)
    url = f"/api/v1/tasks/{task.pk}/answer"
    assert client.post(url, {"what": "hard"}, "application/json").status_code == 422
    assert client.post(url, {"what": "done", "text": "好了"}, "application/json").json()["state"] == "done"
    assert client.post(url, {"what": "done"}, "application/json").status_code == 409


def test_an_administrator_connects_a_chat_and_says_who_is_who(agent: User) -> None:
    client = Client()
    client.force_login(person("admin"))
    agreed = {"token": signers.WX_TOKEN, "secret": signers.WX_KEY, "corp": signers.WX_CORP}
    made = client.post("/api/v1/chats", {"platform": "wecom", "name": "企业微信", **agreed}, "application/json")
    assert made.status_code == 201
    assert signers.WX_KEY not in made.content.decode()
    pk = made.json()["id"]
    wrong = client.patch(f"/api/v1/chats/{pk}", {"secret": "short"}, "application/json")
    assert wrong.status_code == 422
    page = client.post(f"/chats/{pk}/", {"external": "chenbz", "user": agent.pk})
    assert page.status_code == 302
    assert client.post(f"/chats/{pk}/", {"external": "chenbz", "user": agent.pk}).status_code == 422
    kept = client.post(f"/chats/{pk}/edit/", {"name": "群", "token": "••••••••", "secret": "••••••••",
                                             "corp": signers.WX_CORP, "active": "on"})  # fmt: skip
    assert kept.status_code == 302
    assert ChatApp.objects.get().secret == signers.WX_KEY
    assert signers.WX_KEY not in "".join(AuditEntry.objects.values_list("after_json", flat=True))
    [linked] = client.get(f"/api/v1/chats/{pk}/accounts").json()
    assert (linked["external"], linked["user"]) == ("chenbz", "xiaozhou")
    assert client.delete(f"/api/v1/chats/{pk}/accounts/{linked['id']}").status_code == 204
    assert [e.action for e in AuditEntry.objects.filter(action__startswith="chat.").order_by("pk")] == [
        "chat.made", "chat.linked", "chat.changed", "chat.unlinked",
    ]  # fmt: skip
