"""SLA policies: rules, pauses, due times with their reason; one ticket and a month of them are judged alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import time_machine
from django.test import Client

from qualityloop.analysis.lake import Lake
from qualityloop.analysis.messages import AnalysisError, Text
from qualityloop.standards.calendars.content import begun as calendar_begun
from qualityloop.standards.calendars.content import calendar_from
from qualityloop.standards.indicators.preview import newest_month
from qualityloop.standards.sla.content import begun, check
from qualityloop.standards.sla.due import clocks
from qualityloop.standards.sla.policy import ALWAYS, Policy, Rule, listed, minutes, times_of
from qualityloop.standards.sla.whatif import Tickets, counted, late, tickets_of
from qualityloop.standards.versions import services
from qualityloop.standards.versions.models import Document, Version

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = calendar_from(calendar_begun(Text("办公", "Office")))
POLICY = Policy(
    (
        Rule("vip", {"priority": ("urgent", "P1"), "channel": (), "tier": ("A",)}, 15, 240),
        Rule("urgent", {"priority": ("urgent",), "channel": (), "tier": ()}, 30, 480),
        Rule("rest", {"priority": (), "channel": (), "tier": ()}, None, 1440),
    ),
    ("等待客户",),
)


@pytest.mark.parametrize(
    ("text", "found"),
    [("15 min", 15), ("15分钟", 15), ("4h", 240), ("1.5 小时", 90), ("2 hours", 120), ("", None), (" 30m ", 30)],
)
def test_targets_as_people_type_them(text: str, found: float | None) -> None:
    assert minutes(text) == found


@pytest.mark.parametrize("text", ["soon", "4", "-1 h", "0 min", "1e9 h", "99999999 h", "2 days"])
def test_what_is_no_target_is_refused(text: str) -> None:
    with pytest.raises(AnalysisError):
        minutes(text)


def test_the_first_rule_that_fits_counts() -> None:
    def rule(**facts: str | None) -> str | None:
        found = POLICY.rule_for(facts)
        return found.key if found else None

    assert rule(priority="P1", tier="A") == "vip"
    assert rule(priority="URGENT", tier="A") == "vip"
    assert rule(priority="urgent", tier="B") == "urgent"
    assert rule(priority=None, tier=None) == "rest"
    assert Policy(POLICY.rules[:2]).rule_for({"priority": "low"}) is None
    assert listed("a, b；c") == ("a", "b", "c")


def test_a_due_time_knows_lunch_weekend_and_make_up_days() -> None:
    """Friday 2026-10-09 16:00, eight working hours: 2 on Friday, 6 on the make-up Saturday, lunch left out."""
    created = datetime(2026, 10, 9, 16, tzinfo=SHANGHAI)
    found = times_of(POLICY, OFFICE, facts={"priority": "urgent"}, created=created, now=created)
    assert found is not None
    assert found.rule.key == "urgent"
    assert found.resolution is not None
    assert found.resolution.due == datetime(2026, 10, 10, 16, tzinfo=SHANGHAI)
    assert found.response is not None
    assert found.response.due == created + timedelta(minutes=30)


def test_waiting_for_the_customer_stops_the_clock_of_the_resolution_only() -> None:
    created = datetime(2026, 10, 12, 9, tzinfo=SHANGHAI)
    events = [(created, "受理"), (created.replace(hour=10), "等待客户"), (created.replace(hour=11), "处理")]
    found = times_of(POLICY, OFFICE, facts={"priority": "P1", "tier": "A"}, created=created, now=created, events=events)
    assert found is not None
    assert found.resolution is not None
    assert found.resolution.due == created.replace(hour=15)  # four hours, one of lunch, one waiting
    assert found.response is not None
    assert found.response.due == created.replace(minute=15)
    open_end = times_of(POLICY, OFFICE, facts={}, created=created, now=created, events=events[:2])
    assert open_end is not None
    assert open_end.resolution is not None
    assert open_end.resolution.due is None


def test_a_month_of_tickets_is_counted_as_each_ticket_would_be() -> None:
    """2 000 random tickets with pauses: the count for all at once against the clock of each."""
    random = np.random.default_rng(7)
    base = datetime(2026, 9, 25, tzinfo=UTC)
    until = base + timedelta(days=40)
    rows = []
    for _n in range(2000):
        created = base + timedelta(minutes=int(random.integers(0, 60 * 24 * 30)))
        moments = sorted(created + timedelta(minutes=int(m)) for m in random.integers(1, 60 * 24 * 6, 5))
        events = [(at, str(random.choice(["处理", "等待客户"]))) for at in moments]
        responded = created + timedelta(minutes=int(random.integers(0, 90))) if random.random() < 0.9 else None
        resolved = created + timedelta(minutes=int(random.integers(60, 60 * 24 * 7))) if random.random() < 0.9 else None
        facts = {
            "priority": str(random.choice(["urgent", "low"])),
            "channel": None,
            "tier": str(random.choice(["A", "B"])),
        }
        rows.append((created, responded, resolved, events, facts))

    def instants(values: list[datetime | None]) -> Any:
        return np.array(
            [np.datetime64("NaT") if v is None else np.datetime64(v.replace(tzinfo=None), "us") for v in values]
        )

    steps = []
    for place, (_c, _r, _s, events, _f) in enumerate(rows):
        for at, (moment, activity) in enumerate(events):
            following = events[at + 1][0].replace(tzinfo=None) if at + 1 < len(events) else None
            steps.append((place, activity, moment.replace(tzinfo=None), following))
    found = Tickets(
        tuple(str(n) for n in range(len(rows))),
        tuple(row[4] for row in rows),
        *(instants([row[n] for row in rows]) for n in range(3)),
        np.datetime64(until.replace(tzinfo=None), "us"),
        tuple(step for step in steps if step[1] in POLICY.pauses),
    )
    judged = late(found, POLICY, OFFICE)
    for at, (created, responded, resolved, events, facts) in enumerate(rows):
        times = times_of(
            POLICY,
            OFFICE,
            facts=facts,
            created=created,
            now=until,
            responded=responded,
            resolved=resolved,
            events=events,
        )
        assert times is not None
        assert POLICY.rules[judged.rule[at]] is times.rule
        assert times.resolution is not None
        assert bool(judged.resolution[at]) == times.resolution.breached, rows[at]
        assert bool(judged.response[at]) == (times.response.breached if times.response else False), rows[at]
    assert 0.05 < judged.resolution.mean() < 0.95
    sums = counted(found, POLICY, judged)
    assert sum(line.n for line in sums) == 2000
    assert sum(line.resolution for line in sums) == judged.resolution.sum()


def test_last_months_tickets_come_from_the_lake(lake: Lake) -> None:
    month = newest_month(lake)
    assert month is not None
    found = tickets_of(lake, month, [])
    everything = Policy((Rule("all", {}, 60, 1440),))
    strict = counted(found, everything, late(found, everything, ALWAYS))[0]
    lax = Policy((Rule("all", {}, 60 * 24 * 200, 60 * 24 * 200),))
    relaxed = counted(found, lax, late(found, lax, ALWAYS))[0]
    assert strict.n == relaxed.n == len(found.ids) > 100
    assert strict.resolution > 0
    assert relaxed.resolution == 0
    elapsed = np.where(np.isnat(found.resolved), found.until, found.resolved) - found.created
    assert strict.resolution == (elapsed > np.timedelta64(24, "h")).sum()


@pytest.mark.django_db
def test_every_fault_has_its_field() -> None:
    content = begun(Text("时限", "SLA"))
    assert check(content) == []
    content["rules"][0]["response"] = "soon"
    content["rules"][1] |= {"key": "urgent", "response": "9 h"}
    content["calendar"] = "nowhere"
    content["rules"].append({"key": "last", "response": "", "resolution": ""})
    fields = [fault.field for fault in check(content)]
    assert fields == [
        "calendar", "rules.0.key", "rules.0.response", "rules.1.key", "rules.1.response",
        "rules.3.response", "rules.2.key",
    ]  # fmt: skip


FORM = {
    "name.zh": "标准时限", "name.en": "", "calendar": "office", "pauses": "等待客户", "reason": "首版",
    "rules.0.key": "all", "rules.0.priority": "", "rules.0.channel": "", "rules.0.tier": "",
    "rules.0.response": "1 h", "rules.0.resolution": "8 h",
}  # fmt: skip


@pytest.mark.django_db
def test_a_policy_on_its_pages(
    writing: Client, home: Path, author: Any, release: Callable[..., Version], signed_in: Callable[..., Client]
) -> None:
    office = services.document_create(
        actor=author, kind="calendars", key="office", content=calendar_begun(Text("客服工时", "Office"))
    )
    release(office)
    assert writing.post("/standards/sla/new/", {"key": "standard", "name_zh": "标准时限"}).status_code == 302
    url = "/standards/sla/standard/1/"
    assert list(writing.post(f"{url}check/", {**FORM, "rules.0.response": "9 h"}).json()["faults"]) == [
        "rules.0.response"
    ]
    assert "合计" in writing.post(f"{url}preview/", FORM).content.decode()
    writing.post(f"{url}edit/", FORM)
    release(Version.objects.get(document__key="standard"))
    waiting = {"wait_from": "2026-10-10T09:00", "wait_to": "2026-10-10T10:00"}
    agent = signed_in("agent")
    due = agent.get(f"{url}due/", {"created": "2026-10-09T16:00", "priority": "low", **waiting}).content.decode()
    assert "2026-10-10 17:00" in due  # 16:00 and the hour of waiting
    assert "调休上班" in due
    assert "午休" in due
    assert "等待客户" in due
    assert "2026-10-09 17:00" in due
    wrong = writing.get(f"{url}due/", {"created": "tomorrow"}).content.decode()
    assert 'value="tomorrow"' in wrong
    services.draft_create(actor=author, document=Document.objects.get(key="standard"))
    page = writing.post("/standards/sla/standard/2/preview/", {**FORM, "rules.0.resolution": "80 h"}).content.decode()
    assert "按现行版本" in page
    assert "判定改变" in page


@pytest.mark.django_db
def test_a_ticket_is_judged_by_the_policy_and_calendar_of_its_time(
    author: Any, release: Callable[..., Version]
) -> None:
    def document(kind: str, key: str, content: Any) -> None:
        found = Document.objects.filter(kind=kind, key=key).first()
        if found is None:
            made = services.document_create(actor=author, kind=kind, key=key, content=content)
        else:
            made = services.draft_create(actor=author, document=found, content=content)
        release(made)

    content = begun(Text("时限", "SLA"))
    content |= {"calendar": "office", "rules": [{"key": "all", "response": "1 h", "resolution": "8 h"}]}
    calendar = calendar_begun(Text("工时", "Office"))
    with time_machine.travel(datetime(2026, 1, 5, tzinfo=UTC), tick=False):
        document("calendars", "office", calendar)
        document("sla", "standard", content)
    with time_machine.travel(datetime(2026, 6, 1, tzinfo=UTC), tick=False):
        document("calendars", "office", {**calendar, "week": dict.fromkeys("1234567", "00:00-24:00"), "public": ""})
        document("sla", "standard", {**content, "rules": [{"key": "all", "response": "1 h", "resolution": "2 h"}]})
    early, afterwards = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI), datetime(2026, 6, 6, 9, tzinfo=SHANGHAI)
    old = clocks("standard", facts={}, created=early, now=early + timedelta(hours=3))
    new = clocks("standard", facts={}, created=afterwards)
    assert old is not None
    assert old.version.number == 1
    assert old.times.resolution is not None
    assert old.times.resolution.due == early.replace(hour=18)
    assert old.times.resolution.used == 3 * 3600  # as it stood then
    assert new is not None
    assert new.version.number == 2
    assert new.times.resolution is not None
    assert new.times.resolution.due == afterwards.replace(hour=11)
    assert clocks("standard", facts={}, created=datetime(2025, 1, 1, tzinfo=UTC)) is None
