"""Deadlines of tickets: against the minute-by-minute oracle, kept beside the tickets, told once, explained."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from qualityloop.analysis.messages import Text
from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.notices.models import Notice
from qualityloop.foundation.records.models import Batch
from qualityloop.foundation.records.receiving import receive, undo
from qualityloop.operations import services
from qualityloop.operations.deadlines.keeping import standing_of
from qualityloop.operations.deadlines.standing import AGREED, RESOLUTION, RESPONSE, Standing, standing
from qualityloop.operations.deadlines.states import State
from qualityloop.operations.jobs import look, renew
from qualityloop.operations.models import Ticket
from qualityloop.standards.calendars.content import begun as calendar_begun
from qualityloop.standards.sla.due import Policies
from qualityloop.standards.versions import services as standards
from qualityloop.standards.versions.models import Document
from tests.analysis.calendar_oracle import FIRST, open_minutes
from tests.operations.test_api import call
from tests.operations.test_pages import browser
from tests.people.conftest import House, house

__all__ = ["house"]

SHANGHAI = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)
NAMES = ("response", "resolution")
RULES = [
    {"key": "urgent", "priority": "紧急", "response": "30 min", "resolution": "4 h"},
    {"key": "all", "response": "1 h", "resolution": "8 h"},
]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def in_force(kind: str, key: str, content: dict[str, Any], since: datetime) -> None:
    """A version in force from then on."""
    found = Document.objects.filter(kind=kind, key=key).first()
    with time_machine.travel(since, tick=False):
        if found is None:
            made = standards.document_create(actor=None, kind=kind, key=key, content=content)
        else:
            made = standards.draft_create(actor=None, document=found, content=content)
        reviewer = account_create(username=f"r{made.pk}", password="a good Passw0rd", role="qc")
        standards.review(actor=reviewer, version=made)
        standards.put_in_force(actor=None, version=made, valid_from=since)


def policy(rules: list[dict[str, str]], since: str = "2026-01-01 00:00", pauses: str = "挂起, 等待客户") -> None:
    content = {"name": {"zh": "售后时限", "en": "SLA"}, "calendar": "office", "pauses": pauses, "rules": rules}
    in_force("sla", "standard", content, at(since))


@pytest.fixture
def rules(db: None) -> None:
    """An office calendar, and a policy with two rules."""
    in_force("calendars", "office", calendar_begun(Text("办公工时", "Office")), at("2026-01-01 00:00"))
    policy(RULES)


@pytest.fixture
def friday() -> Iterator[time_machine.Traveller]:
    """Friday 2026-10-09, eleven o'clock; the Saturday after it is worked."""
    with time_machine.travel(at("2026-10-09 11:00"), tick=False) as traveller:
        yield traveller


def nobody(*_args: object) -> None:
    """Progress that nobody watches."""


def looked() -> None:
    look(nobody)


# ---- against the oracle -----------------------------------------------------------------------------------


def _spans(random: np.random.Generator) -> list[tuple[int, int]]:
    edges = np.sort(random.choice(1440, size=2 * int(random.integers(1, 3)), replace=False))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _hours(spans: list[tuple[int, int]]) -> str:
    return ", ".join(f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in spans)


def _instant(minute: int) -> datetime:
    return (FIRST + minute * MINUTE).replace(tzinfo=UTC)


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin", "America/St_Johns"])
def test_tickets_against_the_oracle(zone: str) -> None:
    """600 random tickets with steps that pause their clocks: due, state and time left counted minute by minute."""
    random = np.random.default_rng(sum(zone.encode()))
    for turn in range(10):
        week = {day: _spans(random) for day in range(1, 6)}
        middle = date(2026, 3, 29) if turn % 2 else date(2026, 1, 20) + timedelta(int(random.integers(300)))
        free, worked = middle + timedelta(1), middle + timedelta(int(random.integers(2, 8)))
        worked_spans = _spans(random)
        days = [{"day": free.isoformat(), "hours": "", "reason": "停电"},
                {"day": worked.isoformat(), "hours": _hours(worked_spans), "reason": "补班"}]  # fmt: skip
        content = {
            "name": {"zh": "历", "en": "C"}, "zone": zone, "public": "", "make_up": "", "days": days,
            "week": {str(day): _hours(week.get(day, [])) for day in range(1, 8)},
        }  # fmt: skip
        first, last = sorted(int(n) for n in random.integers(1, 1500, 2))
        rules = [{"key": "all", "response": f"{first} min", "resolution": f"{last} min"}]
        since = datetime(2025, 1, 1, tzinfo=UTC)
        in_force("calendars", f"c{turn}", content, since)
        sla = {"name": {"zh": "限", "en": "S"}, "calendar": f"c{turn}", "pauses": "等待", "rules": rules}
        in_force("sla", f"s{turn}", sla, since)
        policies = Policies.load()
        only = Policies(tuple(p for p in policies.policies if p[0].key == f"s{turn}"), policies.calendars)
        start = (datetime.combine(middle, time()) - FIRST) // MINUTE - 4 * 1440
        part = slice(start, start + 40 * 1440)
        for _ in range(20):
            created = int(start + random.integers(0, 8 * 1440))
            steps = created + np.cumsum(random.integers(1, 2000, 5))
            names = random.choice(["等待", "处理", "派单"], 5)
            end = int(steps[-1]) + 1 if random.random() < 0.3 else None
            now = int(created + random.integers(1, 12 * 1440))
            pauses = [
                (int(s), int(steps[n + 1]) if n < 4 else part.stop)
                for n, (s, name) in enumerate(zip(steps, names, strict=True))
                if name == "等待"
            ]
            ticket = Ticket(
                external_id="1", created_at=_instant(created), status="处理中",
                resolved_at=_instant(end) if end is not None else None,
            )  # fmt: skip
            events = [(_instant(int(s)), str(n)) for s, n in zip(steps, names, strict=True)]
            found = standing(ticket, events, only, _instant(now))
            for name, target, stops in ((RESPONSE, first, []), (RESOLUTION, last, pauses)):
                counts = open_minutes(zone, week, {free}, {worked: worked_spans}, stops, part)
                _compare(found, name, target, np.concatenate(([0], np.cumsum(counts))), part.start, created, end, now)


def _compare(
    found: Standing, name: str, target: int, total: np.ndarray, low: int, created: int, end: int | None, now: int
) -> None:
    deadline = found.named(name)
    assert deadline is not None
    assert deadline.clock is not None
    when = int(np.searchsorted(total, total[created - low] + target)) + low
    expected = _instant(when) if when - low < len(total) else None
    assert deadline.due == expected
    stopped = min(now, end) if end is not None else now
    used = int(total[stopped - low] - total[created - low])
    assert deadline.clock.used == 60 * used
    if end is not None and end <= now:
        assert deadline.state == (State.MISSED if used > target else State.MET)
    elif used > target:
        assert deadline.state == State.OVERDUE
    else:
        assert deadline.state in (State.RUNNING, State.NEAR, State.PAUSED)
        assert (deadline.state == State.NEAR) == (used >= 0.8 * target and deadline.state != State.PAUSED)


# ---- kept beside the ticket -------------------------------------------------------------------------------


@pytest.mark.usefixtures("rules")
def test_a_ticket_that_is_registered_gets_its_due_time_and_another_priority_moves_it(
    house: House, friday: time_machine.Traveller
) -> None:
    one = services.ticket_register(actor=house.users["小周"], subject="不制冷", agent=house.staff["小周"])
    one.refresh_from_db()
    assert one.response_due_at == at("2026-10-09 12:00")
    assert one.due_at == one.resolution_due_at == at("2026-10-10 11:00")  # the break at noon, and Saturday is worked
    assert one.next_due_at == one.response_due_at
    assert one.deadline == State.RUNNING
    assert "due_at" in AuditEntry.objects.get(action="operations.ticket_registered").after_json
    services.ticket_change(actor=house.users["小周"], ticket=one, priority="紧急")
    one.refresh_from_db()
    assert (one.response_due_at, one.due_at) == (at("2026-10-09 11:30"), at("2026-10-09 16:00"))


@pytest.mark.usefixtures("rules")
def test_a_pause_holds_the_due_time_and_its_end_moves_it(house: House, friday: time_machine.Traveller) -> None:
    one = services.ticket_register(actor=house.users["小周"], subject="不制冷", agent=house.staff["小周"])
    friday.move_to(at("2026-10-09 11:10"))
    services.ticket_change(actor=house.users["小周"], ticket=one, status="处理中")  # the customer is answered
    friday.move_to(at("2026-10-09 14:00"))
    services.ticket_change(actor=house.users["小周"], ticket=one, status="挂起")
    one.refresh_from_db()
    assert (one.due_at, one.next_due_at, one.deadline) == (None, None, State.PAUSED)
    friday.move_to(at("2026-10-10 10:00"))
    services.ticket_change(actor=house.users["小周"], ticket=one, status="处理中")
    one.refresh_from_db()
    assert one.due_at == at("2026-10-10 17:00")  # 11:00 without the pause, which cost five working hours
    friday.move_to(at("2026-10-10 17:30"))
    found = standing_of(one)
    assert [(d.name, d.state) for d in found.deadlines] == [(RESPONSE, State.MET), (RESOLUTION, State.OVERDUE)]
    services.ticket_change(actor=house.users["小周"], ticket=one, status="已解决")
    one.refresh_from_db()
    assert (one.deadline, one.next_due_at, one.next_look_at) == (State.MISSED, None, None)


@pytest.mark.usefixtures("rules")
def test_the_past_keeps_the_version_of_its_time(house: House, friday: time_machine.Traveller) -> None:
    old = services.ticket_register(actor=house.users["小周"], subject="旧", agent=house.staff["小周"])
    friday.move_to(at("2026-10-09 11:05"))
    policy([{"key": "all", "response": "10 min", "resolution": "20 min"}], since="2026-10-09 11:05")
    renew(nobody)
    assert Ticket.objects.get().next_look_at == at("2026-10-09 11:05")
    looked()
    services.ticket_change(actor=house.users["小周"], ticket=old, subject="仍是旧")
    old.refresh_from_db()
    assert (old.due_at, old.sla_version.number) == (at("2026-10-10 11:00"), 1)
    new = services.ticket_register(actor=house.users["小周"], subject="新", agent=house.staff["小周"])
    assert (new.due_at, new.sla_version.number) == (at("2026-10-09 11:25"), 2)


def _imported(*rows: dict[str, Any], batch: Batch) -> Any:
    names = list(rows[0])
    types = {name: pa.timestamp("us") if name.endswith("_at") else pa.string() for name in names}
    columns = [pa.array([r[n] for r in rows], types[n]) for n in names]
    return receive("tickets", pa.table(columns, names=names), source="helpdesk", batch=batch)


@pytest.mark.usefixtures("rules")
def test_what_was_given_stays_and_an_import_stays_the_same(friday: time_machine.Traveller) -> None:
    """Due times that came with the rows are kept; what is computed stands beside them, and can be undone with them."""
    created, given = datetime(2026, 10, 9, 3, 0), datetime(2026, 10, 12, 3, 0)
    batch = Batch.objects.create(label="October")
    rows: list[dict[str, Any]] = [
        {"ticket_id": "A", "created_at": created, "due_at": given, "resolved_at": None, "status": "处理中"},
        {"ticket_id": "B", "created_at": created, "due_at": None, "resolved_at": None, "status": "处理中"},
        {"ticket_id": "C", "created_at": created, "due_at": None, "resolved_at": given, "status": "已解决"},
    ]
    _imported(*rows, batch=batch)
    looked()
    a, b, c = Ticket.objects.order_by("number")
    assert (a.due_at, a.resolution_due_at) == (given.replace(tzinfo=UTC), at("2026-10-10 11:00"))
    assert (b.due_at, b.resolution_due_at, b.next_due_at) == (None, at("2026-10-10 11:00"), at("2026-10-09 12:00"))
    assert (c.next_look_at, c.next_due_at) == (None, None)
    assert standing_of(a).binding[-1].name == AGREED
    again = _imported(*rows, batch=Batch.objects.create(label="again"))
    assert (again.updated, again.unchanged) == (0, 3)
    lines = pa.table({
        "ticket_id": ["B"], "seq": pa.array([1], pa.int64()), "activity": ["等待客户"],
        "at": pa.array([datetime(2026, 10, 9, 3, 30)], pa.timestamp("us")),
    })  # fmt: skip
    receive("ticket_events", lines, source="helpdesk", batch=batch)
    looked()
    b.refresh_from_db()
    assert (b.resolution_due_at, b.next_due_at) == (None, at("2026-10-09 12:00"))  # it waits, the response does not
    assert undo(batch, actor=None) == 4
    assert not Ticket.objects.exists()


# ---- told -------------------------------------------------------------------------------------------------


@pytest.fixture
def led(house: House) -> House:
    """The team 一线 is led by 陈班长."""
    team = house.departments["一线"]
    team.leader = house.staff["陈班长"]
    team.save()
    return house


@pytest.mark.usefixtures("rules")
def test_everybody_is_told_once_with_all_their_tickets(
    led: House, friday: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[dict[str, Any]] = []
    monkeypatch.setattr(
        "qualityloop.operations.deadlines.telling.announce",
        lambda event, payload: events.append({"e": event, **payload}),
    )
    about: dict[str, Any] = {"agent": led.staff["小周"], "team": led.departments["一线"]}
    for number in range(30):
        services.ticket_register(actor=led.users["小周"], subject=f"第 {number} 单", **about)
    Notice.objects.all().delete()
    looked()
    assert not Notice.objects.exists()
    friday.move_to(at("2026-10-09 11:50"))  # 50 of 60 minutes
    for _ in range(3):
        looked()
    near = Notice.objects.get()
    assert (near.user, near.kind, near.subject) == (led.users["小周"], "operations.deadline_near", "30 张工单即将到期")
    assert near.url == "/tickets/?deadline=near"
    assert near.text.count("\n") == 10
    friday.move_to(at("2026-10-09 13:05"))
    for _ in range(3):
        looked()
    late = Notice.objects.filter(kind="operations.deadline_overdue")
    assert {one.user for one in late} == {led.users["小周"], led.users["陈班长"]}
    assert late.all().count() == 2
    assert len(events) == 30
    assert {(one["e"], one["deadline"]) for one in events} == {("ticket.breached", "response")}
    assert Ticket.objects.filter(escalated=True).count() == 30
    assert AuditEntry.objects.filter(action="operations.ticket_escalated").count() == 30
    friday.move_to(at("2026-10-10 09:30"))
    looked()
    assert late.all().count() == 2  # the resolution is near, and nobody is told of the response again
    friday.move_to(at("2026-10-10 11:01"))
    looked()
    assert late.all().count() == 4
    assert len(events) == 60


@pytest.mark.usefixtures("rules")
def test_a_run_that_breaks_off_tells_everything_the_next_time(
    led: House, friday: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    about: dict[str, Any] = {"agent": led.staff["小周"], "team": led.departments["一线"]}
    services.ticket_register(actor=led.users["小周"], subject="漏水", **about)
    friday.move_to(at("2026-10-09 11:50"))

    def broken(*_args: object) -> int:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patched:
        patched.setattr("qualityloop.operations.jobs.tell", broken)
        with pytest.raises(RuntimeError):
            looked()
    looked()
    one = Ticket.objects.get()
    assert Notice.objects.get(kind="operations.deadline_near").subject == f"工单 {one.number} 即将到期"


@pytest.mark.usefixtures("rules")
def test_what_passed_long_ago_is_told_to_nobody(house: House, friday: time_machine.Traveller) -> None:
    created = datetime(2026, 9, 1, 3, 0)
    _imported({"ticket_id": "A", "created_at": created, "status": "处理中"}, batch=Batch.objects.create(label="x"))
    looked()
    one = Ticket.objects.get()
    assert one.deadline == State.OVERDUE
    assert one.next_look_at is None
    assert not Notice.objects.filter(kind__startswith="operations.").exists()


@pytest.mark.usefixtures("rules")
def test_without_a_leader_the_director_hears_of_it(house: House, friday: time_machine.Traveller) -> None:
    services.ticket_register(actor=house.users["小周"], subject="漏水")
    friday.move_to(at("2026-10-09 13:05"))
    looked()
    told = Notice.objects.filter(kind="operations.deadline_overdue")
    assert {one.user.role for one in told} == {"director"}


# ---- shown ------------------------------------------------------------------------------------------------


@pytest.fixture
def case(rules: None, house: House, friday: time_machine.Traveller) -> Ticket:
    """A ticket of 小周 that waited over noon, asked about on Saturday morning."""
    one = services.ticket_register(actor=house.users["小周"], subject="不制冷", agent=house.staff["小周"])
    for text, status in (("2026-10-09 14:00", "挂起"), ("2026-10-09 15:00", "处理中")):
        friday.move_to(at(text))
        services.ticket_change(actor=house.users["小周"], ticket=one, status=status)
    friday.move_to(at("2026-10-10 11:30"))
    return Ticket.objects.get()


def test_the_page_says_why(case: Ticket, house: House, django_assert_max_num_queries: Any) -> None:
    client = browser(house, "小周")
    place = reverse("operations:ticket", args=[case.pk])
    client.get(place)
    with django_assert_max_num_queries(24):
        text = client.get(place).content.decode()
    for said in ("为什么是这个时限", "午休 12:00–13:00", "周六 2026-10-10", "国庆节", "挂起", "售后时限 v1",
                 "快到期", "2026-10-10 12:00", "规则 all"):  # fmt: skip
        assert said in text, said


@pytest.mark.usefixtures("friday")
def test_a_ticket_without_a_policy_says_so(house: House) -> None:
    one = services.ticket_register(actor=house.users["小周"], subject="不制冷", agent=house.staff["小周"])
    text = browser(house, "小周").get(reverse("operations:ticket", args=[one.pk])).content.decode()
    assert "没有适用于此工单的时限规则" in text
    assert Ticket.objects.get().deadline == ""


@pytest.mark.parametrize(("value", "found"), [("near", 1), ("overdue", 0), ("paused", 0), ("nonsense", 1)])
def test_the_list_finds_what_is_near(case: Ticket, house: House, value: str, found: int) -> None:
    answer = browser(house, "小周").get(reverse("operations:tickets"), {"deadline": value})
    text = answer.content.decode()
    assert (case.number in text) == bool(found)
    assert not found or "快到期" in text
    rows = call(house, "小周", "GET", f"tickets?deadline={value}")
    if value == "nonsense":
        assert rows.status_code == 422
    else:
        items = rows.json()["items"]
        assert len(items) == found
        assert not found or items[0]["deadline"] == "near"


def test_programs_are_answered_with_the_working(case: Ticket, house: House) -> None:
    answer = call(house, "小周", "GET", f"tickets/{case.pk}/clocks")
    assert answer.status_code == 200, answer.content
    said = answer.json()
    assert (said["policy"]["key"], said["policy"]["number"], said["rule"]) == ("standard", 1, "all")
    assert (said["calendar"]["key"], said["calendar"]["number"]) == ("office", 1)
    response, resolution = said["deadlines"]
    assert [response["clock"], resolution["clock"]] == list(NAMES)
    assert response["state"] == "missed"
    assert (resolution["state"], resolution["target_minutes"], resolution["remaining_minutes"]) == ("near", 480, 30)
    assert datetime.fromisoformat(resolution["due_at"]) == at("2026-10-10 12:00")
    counted = sum(s["seconds"] for s in resolution["stretches"] if s["counts"])
    assert counted == 480 * 60
    assert any("挂起" in s["reason"] and not s["counts"] for s in resolution["stretches"])
    assert call(house, "小夜", "GET", f"tickets/{case.pk}/clocks").status_code == 404
    assert Client().get(f"/api/v1/tickets/{case.pk}/clocks").status_code == 401
    assert json.loads(answer.content) == said
