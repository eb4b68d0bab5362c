"""Who is told what, by which way, when: in the sender's transaction, never twice, never lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail as outbox
from django.db import transaction
from django.test import Client
from django.utils import timezone
from tests.foundation.notices.chats import SECRET, Chat, chat_server

from qualityloop.analysis.messages import message
from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.jobs.models import JobRun, State
from qualityloop.foundation.jobs.performing import perform
from qualityloop.foundation.models import User
from qualityloop.foundation.notices import NoticeKind, kinds, notice_kind, notify
from qualityloop.foundation.notices.jobs import PAUSES, forget
from qualityloop.foundation.notices.models import Choice, Delivery, Notice, Sent, Wishes
from qualityloop.foundation.notices.planning import after_quiet, next_digest
from qualityloop.foundation.notices.services import send_again

pytestmark = pytest.mark.django_db
Commit = Callable[..., Any]


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch, settings: Any) -> NoticeKind:
    for module in ("kinds", "queries", "jobs", "forms"):
        monkeypatch.setattr(f"qualityloop.foundation.notices.{module}.KINDS", {}, raising=False)
    for module in ("queries", "jobs"):
        monkeypatch.setattr(f"qualityloop.foundation.notices.{module}.KINDS", kinds.KINDS)
    settings.QUALITYLOOP_EMAIL_READY = True
    settings.QUALITYLOOP_ADDRESS = "https://quality.example.com"
    return notice_kind("t.news", "News", transports=("page", "email"))


@pytest.fixture
def chat(settings: Any) -> Iterator[Chat]:
    settings.QUALITYLOOP_OUTWARD = ["127.0.0.1/32"]
    settings.QUALITYLOOP_CHAT_HOSTS = ["127.0.0.1"]
    with chat_server() as chat:
        yield chat


def person(name: str, *, language: str = "", role: str = "agent", **wishes: Any) -> User:
    user = account_create(username=name, password="a good Passw0rd", role=role, name=name)
    User.objects.filter(pk=user.pk).update(email=f"{name}@example.com", language=language)
    if wishes:
        Wishes.objects.create(user=user, **wishes)
    user.refresh_from_db()
    return user


def choose(user: User, **how: str) -> None:
    for transport, value in how.items():
        Choice.objects.create(user=user, kind="t.news", transport=transport, how=value)


def states() -> list[tuple[str, str]]:
    return list(Delivery.objects.order_by("pk").values_list("transport", "state"))


def work() -> None:
    """Do what is due, as a worker would."""
    for run in JobRun.objects.filter(state=State.QUEUED, due_at__lte=timezone.now()):
        perform(run.pk)


def test_everybody_reads_it_in_their_language(kind: NoticeKind) -> None:
    lin, tom = person("lin"), person("tom", language="en")
    notify(to=[lin, tom, lin], kind=kind, subject=message("the file is empty"), text="a.csv", url="/imports/7/")
    assert list(Notice.objects.order_by("user").values_list("subject", "text", "on_page")) == [
        ("文件是空的", "a.csv", True),
        ("the file is empty", "a.csv", True),
    ]
    work()
    assert {(mail.to[0], mail.subject) for mail in outbox.outbox} == {
        ("lin@example.com", "文件是空的"),
        ("tom@example.com", "the file is empty"),
    }
    assert "https://quality.example.com/imports/7/" in outbox.outbox[0].body


def test_nobody_is_told_of_what_did_not_happen(kind: NoticeKind) -> None:
    lin = person("lin")
    with transaction.atomic():
        notify(to=[lin], kind=kind, subject="x")
        transaction.set_rollback(True)
    assert (Notice.objects.count(), Delivery.objects.count(), JobRun.objects.count()) == (0, 0, 0)


def test_delivered_after_the_commit(kind: NoticeKind, django_capture_on_commit_callbacks: Commit) -> None:
    lin = person("lin")
    with django_capture_on_commit_callbacks(execute=True):
        notify(to=[lin], kind=kind, subject="x")
        assert outbox.outbox == []
    assert len(outbox.outbox) == 1
    assert states() == [("email", "sent")]


def test_once_is_once(kind: NoticeKind) -> None:
    lin, zhou = person("lin"), person("zhou")
    assert len(notify(to=[lin], kind=kind, subject="x", once="import-7")) == 1
    assert [notice.user for notice in notify(to=[lin, zhou], kind=kind, subject="x", once="import-7")] == [zhou]
    assert Notice.objects.count() == 2


def test_closed_accounts_are_not_told(kind: NoticeKind) -> None:
    lin, zhou = person("lin"), person("zhou")
    User.objects.filter(pk=lin.pk).update(is_active=False)
    lin.refresh_from_db()
    notify(to=[lin, zhou], kind=kind, subject="x")
    User.objects.filter(pk=zhou.pk).update(is_active=False)
    work()
    assert states() == [("email", "skipped")]
    assert outbox.outbox == []


def test_a_delivery_is_made_once_however_often_the_job_runs(kind: NoticeKind) -> None:
    notify(to=[person("lin")], kind=kind, subject="x")
    run = JobRun.objects.get()
    perform(run.pk)
    JobRun.objects.update(state=State.QUEUED)
    perform(run.pk)
    assert len(outbox.outbox) == 1


def test_what_was_being_sent_when_a_worker_died_is_put_before_a_person(kind: NoticeKind) -> None:
    lin = person("lin")
    choose(lin, page="off")
    [notice] = notify(to=[lin], kind=kind, subject="x")
    assert not notice.on_page
    Delivery.objects.update(state=Sent.SENDING)
    work()
    notice.refresh_from_db()
    assert (states(), outbox.outbox) == ([("email", "unsure")], [])
    assert notice.on_page  # so that nothing is lost
    delivery = Delivery.objects.get()
    assert send_again(actor=lin, delivery=delivery)
    assert not send_again(actor=lin, delivery=delivery)  # it waits already
    work()
    assert (states(), len(outbox.outbox)) == ([("email", "sent")], 1)
    assert AuditEntry.objects.latest("sequence").action == "notice.sent_again"


def test_robots(kind: NoticeKind, chat: Chat) -> None:
    lin = person(
        "lin", dingtalk_url=chat.address("/robot/send?access_token=token"), dingtalk_secret=SECRET,
        feishu_url=chat.address("/open-apis/bot/v2/hook/x"), feishu_secret=SECRET,
        wecom_url=chat.address("/cgi-bin/webhook/send?key=a-key"),
    )  # fmt: skip
    choose(lin, email="off", dingtalk="now", feishu="now", wecom="now")
    notify(to=[lin], kind=kind, subject="导入完成", url="/imports/7/")
    work()
    assert states() == [("dingtalk", "sent"), ("feishu", "sent"), ("wecom", "sent")]
    assert len(chat.got) == 3


def test_a_group_is_told_once_though_several_name_its_robot(kind: NoticeKind, chat: Chat) -> None:
    people = [person(name, wecom_url=chat.address("/cgi-bin/webhook/send?key=a-key")) for name in ("lin", "zhou")]
    for one in people:
        choose(one, email="off", wecom="now")
    notify(to=people, kind=kind, subject="x")
    work()
    assert (len(chat.got), Notice.objects.count()) == (1, 2)


def test_failures_are_tried_again_and_given_up_in_the_end(kind: NoticeKind, chat: Chat) -> None:
    lin = person("lin", wecom_url=chat.address("/cgi-bin/webhook/send?key=a-key"))
    choose(lin, page="off", email="off", wecom="now")
    with time_machine.travel(datetime(2026, 3, 1, 4, 0, tzinfo=UTC), tick=False) as clock:
        notify(to=[lin], kind=kind, subject="x")
        chat.answers = [(503, "")] * (len(PAUSES) + 1)
        waits = []
        for _ in range(len(PAUSES) + 1):
            work()
            run = JobRun.objects.get()
            waits.append((run.due_at - timezone.now()).total_seconds())
            clock.move_to(run.due_at + timedelta(seconds=1))
        assert states() == [("wecom", "failed")]
        assert waits[:-1] == [max(pause, 60) for pause in PAUSES]
        assert "503" in Delivery.objects.get().error
        assert Notice.objects.get().on_page
        assert chat.tries == len(PAUSES) + 1


def test_a_robot_that_was_too_fast_waits_as_long_as_it_must(kind: NoticeKind, chat: Chat) -> None:
    lin = person("lin", dingtalk_url=chat.address("/robot/send?access_token=token"), dingtalk_secret=SECRET)
    choose(lin, email="off", dingtalk="now")
    chat.answers = [(200, '{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}')]
    with time_machine.travel(datetime(2026, 3, 1, 4, 0, tzinfo=UTC), tick=False) as clock:
        notify(to=[lin], kind=kind, subject="x")
        work()
        assert JobRun.objects.get().due_at == datetime(2026, 3, 1, 4, 10, tzinfo=UTC)
    del clock
    JobRun.objects.update(due_at=timezone.now())
    work()
    assert states() == [("dingtalk", "sent")]


# ---- quiet hours and digest ----------------------------------------------------------------------------------


def local(hour: int, minute: int = 0, day: int = 2) -> datetime:
    return timezone.make_aware(datetime(2026, 3, day, hour, minute))


@pytest.mark.parametrize(
    ("start", "end", "now", "then"),
    [
        (time(22), time(7), local(23), local(7, day=3)),
        (time(22), time(7), local(3), local(7)),
        (time(22), time(7), local(7), local(7)),
        (time(22), time(7), local(12), local(12)),
        (time(22), time(7), local(22), local(7, day=3)),
        (time(12), time(13, 30), local(12, 15), local(13, 30)),
        (time(12), time(13, 30), local(11, 59), local(11, 59)),
        (None, None, local(3), local(3)),
        (time(8), time(8), local(8), local(8)),
    ],
)
def test_quiet_hours(start: time | None, end: time | None, now: datetime, then: datetime) -> None:
    assert after_quiet(now, Wishes(quiet_from=start, quiet_to=end)) == then


def test_the_next_digest() -> None:
    assert next_digest(local(7, 59), Wishes(digest_hour=8)) == local(8)
    assert next_digest(local(8), Wishes(digest_hour=8)) == local(8, day=3)


def test_in_quiet_hours_it_waits_unless_it_is_urgent(kind: NoticeKind) -> None:
    lin = person("lin", quiet_from=time(22), quiet_to=time(7))
    urgent = notice_kind("t.fire", "Fire", transports=("email",), urgent=True)
    with time_machine.travel(local(23), tick=False) as clock:
        notify(to=[lin], kind=kind, subject="can wait")
        notify(to=[lin], kind=urgent, subject="fire")
        work()
        assert [mail.subject for mail in outbox.outbox] == ["fire"]
        clock.move_to(local(7, day=3) + timedelta(seconds=1))
        work()
    assert [mail.subject for mail in outbox.outbox] == ["fire", "can wait"]


def test_the_digest_is_one_letter_a_day(kind: NoticeKind) -> None:
    lin, zhou = person("lin", digest_hour=18, language="en"), person("zhou", digest_hour=18)
    for one in (lin, zhou):
        choose(one, email="digest")
    with time_machine.travel(local(9), tick=False) as clock:
        notify(to=[lin, zhou], kind=kind, subject="first", url="/a/")
        clock.move_to(local(11))
        notify(to=[lin], kind=kind, subject="second")
        work()
        assert outbox.outbox == []
        clock.move_to(local(18) + timedelta(seconds=1))
        work()
        assert [(mail.to[0], mail.subject) for mail in outbox.outbox] == [
            ("lin@example.com", "Daily digest: 2 notices"),
            ("zhou@example.com", "每日汇总：1 条通知"),
        ]
        assert outbox.outbox[0].body.index("first") < outbox.outbox[0].body.index("second")
        notify(to=[lin], kind=kind, subject="third")
        clock.move_to(local(18, day=3) + timedelta(seconds=1))
        work()
    assert len(outbox.outbox) == 3
    assert {state for _, state in states()} == {"sent"}


def test_more_than_a_letter_holds_goes_out_as_several(kind: NoticeKind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qualityloop.foundation.notices.jobs.MOST_IN_DIGEST", 2)
    choose(lin := person("lin", digest_hour=18), email="digest", page="off")
    with time_machine.travel(local(9), tick=False) as clock:
        for subject in ("1", "2", "3", "4", "5"):
            notify(to=[lin], kind=kind, subject=subject)
        clock.move_to(local(18) + timedelta(seconds=1))
        work()
    assert len(outbox.outbox) == 3
    assert {state for _, state in states()} == {"sent"}


def test_a_digest_broken_off_is_not_sent_twice(kind: NoticeKind) -> None:
    lin = person("lin", digest_hour=18)
    choose(lin, email="digest", page="off")
    with time_machine.travel(local(9), tick=False) as clock:
        for subject in ("first", "second"):
            notify(to=[lin], kind=kind, subject=subject)
        Delivery.objects.update(state=Sent.SENDING)
        clock.move_to(local(18) + timedelta(seconds=1))
        work()
    assert {state for _, state in states()} == {"unsure"}
    assert Notice.objects.filter(on_page=True).count() == 2
    assert outbox.outbox == []


def test_old_notices_that_were_read_are_removed(kind: NoticeKind) -> None:
    lin, now = person("lin"), timezone.now()
    for age, read in ((200, True), (200, False), (10, True)):
        then = now - timedelta(days=age)
        Notice.objects.create(user=lin, kind=kind.key, subject=f"{age} {read}", at=then, read_at=then if read else None)
    forget(None)  # type: ignore[arg-type]
    assert set(Notice.objects.values_list("subject", flat=True)) == {"200 False", "10 True"}


# ---- the pages --------------------------------------------------------------------------------------------


def entered(user: User, language: str = "en") -> Client:
    User.objects.filter(pk=user.pk).update(language=language)
    client = Client()
    client.force_login(user)
    return client


def test_bell_list_and_reading(kind: NoticeKind, django_assert_max_num_queries: Any) -> None:
    lin, zhou = person("lin"), person("zhou")
    for n in range(8):
        notify(to=[lin], kind=kind, subject=f"news {n}", url="/account/")
    notify(to=[zhou], kind=kind, subject="not for lin")
    client = entered(lin)
    with django_assert_max_num_queries(6):
        bell = client.get("/notices/bell/").content.decode()
    assert ">8<" in bell.replace(" ", "").replace("</span>8", ">8")
    assert bell.count("news ") == 6
    with django_assert_max_num_queries(7):
        page = client.get("/notices/").content.decode()
    assert "not for lin" not in page
    first = Notice.objects.filter(user=lin).first()
    assert first is not None
    assert client.post(f"/notices/{first.pk}/open/")["Location"] == "/account/"
    foreign = Notice.objects.get(user=zhou)
    assert client.post(f"/notices/{foreign.pk}/open/").status_code == 404
    assert client.get("/notices/?unread=1").content.decode().count('<li class="ql-notice ') == 7
    client.post("/notices/read/")
    assert "You have read everything" in client.get("/notices/?unread=1").content.decode()
    assert Notice.objects.get(user=zhou).read_at is None


def test_a_notice_leads_nowhere_else(kind: NoticeKind) -> None:
    lin = person("lin")
    [notice] = notify(to=[lin], kind=kind, subject="x", url="https://evil.example/")
    assert entered(lin).post(f"/notices/{notice.pk}/open/")["Location"] == "/notices/"


def test_the_settings_page(kind: NoticeKind) -> None:
    lin = person("lin")
    client = entered(lin)
    robot = "https://oapi.dingtalk.com/robot/send?access_token=abc123"
    asked = {
        "digest_hour": "18", "quiet_from": "22:00", "quiet_to": "07:00",
        "dingtalk_url": robot, "dingtalk_secret": "SEC1",
        "how-t.news-page": "now", "how-t.news-email": "off", "how-t.news-dingtalk": "digest",
    }  # fmt: skip
    assert client.post("/notices/settings/", asked).status_code == 302
    wishes = Wishes.objects.get(user=lin)
    assert (wishes.digest_hour, wishes.quiet_from, wishes.dingtalk_url) == (18, time(22), robot)
    assert set(Choice.objects.values_list("transport", "how")) == {("email", "off"), ("dingtalk", "digest")}
    entry = AuditEntry.objects.latest("sequence")
    assert (entry.action, entry.record_label) == ("notice.wishes_changed", "lin")
    assert "abc123" not in entry.after_json
    assert "SEC1" not in entry.after_json
    page = client.get("/notices/settings/").content.decode()
    assert "abc123" not in page
    assert "SEC1" not in page
    kept = {**asked, "dingtalk_url": "••••••••", "dingtalk_secret": "••••••••", "digest_hour": "9"}
    client.post("/notices/settings/", kept)
    wishes.refresh_from_db()
    assert (wishes.digest_hour, wishes.dingtalk_url, wishes.dingtalk_secret) == (9, robot, "SEC1")
    count = AuditEntry.objects.count()
    client.post("/notices/settings/", kept)
    assert AuditEntry.objects.count() == count  # nothing has changed


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("quiet_from", "22:00", "both ends"),
        ("digest_hour", "25", "25"),
        ("feishu_url", "https://evil.example/open-apis/", "open.feishu.cn"),
        ("wecom_url", "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1", "https://"),
        ("dingtalk_url", "http://127.0.0.1/", "own network"),
        ("how-t.news-email", "sometimes", "sometimes"),
    ],
)
def test_wrong_settings_are_said_at_the_field_and_keep_what_was_typed(
    kind: NoticeKind, field: str, value: str, said: str
) -> None:
    client = entered(person("lin"))
    answer = client.post("/notices/settings/", {"digest_hour": "8", field: value})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors or field == "quiet_from"
    page = answer.content.decode()
    assert said in page
    if not field.startswith(("how", "digest")):
        assert value in page
    assert not Wishes.objects.exists()


def test_deliveries_are_for_who_answers_for_them(kind: NoticeKind, django_assert_max_num_queries: Any) -> None:
    lin, zhou = person("lin", role="director"), person("zhou")
    for _ in range(5):
        notify(to=[zhou], kind=kind, subject="x")
    Delivery.objects.update(state=Sent.UNSURE)
    number = Delivery.objects.latest("pk").pk
    director, agent = entered(lin), entered(zhou)
    with django_assert_max_num_queries(12):
        assert director.get("/notices/deliveries/").content.decode().count("perhaps sent") >= 5
    assert "Ask the person" in director.get(f"/notices/deliveries/{number}/").content.decode()
    assert agent.get("/notices/deliveries/").status_code == 404
    assert agent.get(f"/notices/deliveries/{number}/").status_code == 404
    assert "perhaps sent" in agent.get("/notices/").content.decode()
    stranger = entered(person("wang"))
    assert stranger.post(f"/notices/deliveries/{number}/again/").status_code == 404
    assert agent.post(f"/notices/deliveries/{number}/again/").status_code == 302
    assert Delivery.objects.get(pk=number).state == Sent.WAITING
