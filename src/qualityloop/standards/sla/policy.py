"""SLA policies as pure data: which rule a ticket falls under, when its clock is paused, and when it is due and why."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from qualityloop.analysis.calendar import Clock, Pause, WorkingCalendar, clock
from qualityloop.analysis.messages import AnalysisError, Text, message

CONDITIONS = ("priority", "channel", "tier")
ALWAYS = WorkingCalendar(zone="Asia/Shanghai", week={day: [("00:00", "24:00")] for day in range(1, 8)})
MOST_MINUTES = 60 * 24 * 366

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(m|min|minutes?|分钟?|h|hours?|小时|时)", re.IGNORECASE)
_LIST = re.compile(r"[,，、;；]")


@dataclass(frozen=True, slots=True)
class Rule:
    """Targets in working minutes for tickets that meet every condition; an empty condition is met by all."""

    key: str
    conditions: Mapping[str, tuple[str, ...]]
    response: float | None
    resolution: float | None

    def holds(self, facts: Mapping[str, str | None]) -> bool:
        """Whether a ticket with these facts falls under the rule."""
        return all(
            not wanted or (facts.get(name) or "").casefold() in {w.casefold() for w in wanted}
            for name, wanted in self.conditions.items()
        )


@dataclass(frozen=True, slots=True)
class Policy:
    """Rules, of which the first that holds counts; activities after which a clock waits until the next event."""

    rules: tuple[Rule, ...]
    pauses: tuple[str, ...] = ()

    def rule_for(self, facts: Mapping[str, str | None]) -> Rule | None:
        """The first rule that holds, None where none does."""
        return next((rule for rule in self.rules if rule.holds(facts)), None)

    def pauses_in(self, events: Iterable[tuple[datetime, str]]) -> list[Pause]:
        """When the clock waits: from an event whose activity is a pause until the next one."""
        found: list[Pause] = []
        since: tuple[datetime, str] | None = None
        for at, activity in sorted(events, key=lambda event: event[0]):
            if since is not None:
                found.append(Pause(since[0], at, since[1]))
                since = None
            if activity in self.pauses:
                since = (at, activity)
        if since is not None:
            found.append(Pause(since[0], None, since[1]))
        return found


@dataclass(frozen=True, slots=True)
class Times:
    """The two clocks of a ticket by one rule; None where the rule sets no such target."""

    rule: Rule
    response: Clock | None
    resolution: Clock | None


def times_of(
    policy: Policy,
    calendar: WorkingCalendar,
    *,
    facts: Mapping[str, str | None],
    created: datetime,
    now: datetime,
    responded: datetime | None = None,
    resolved: datetime | None = None,
    events: Sequence[tuple[datetime, str]] = (),
) -> Times | None:
    """The clocks of a ticket as they stand at `now`; None where no rule holds. Waiting stops the second clock only."""
    rule = policy.rule_for(facts)
    if rule is None:
        return None
    waits = policy.pauses_in(events)
    response = resolution = None
    if rule.response is not None:
        response = clock(created, rule.response * 60, calendar, now=now, stopped=responded)
    if rule.resolution is not None:
        resolution = clock(created, rule.resolution * 60, calendar, now=now, stopped=resolved, pauses=waits)
    return Times(rule, response, resolution)


def minutes(text: str) -> float | None:
    """ "30 min", "4h", "8 小时" in minutes; None for an empty text; AnalysisError where it is no such time."""
    if not text.strip():
        return None
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise AnalysisError(message("“{text}” is no time; write it like 30 min or 4 h", text=text[:40]))
    found = float(match[1]) * (60 if match[2][0] in "hH小时" else 1)
    if not 0 < found <= MOST_MINUTES:
        raise AnalysisError(message("A target lies between a minute and a year."))
    return found


def listed(text: str) -> tuple[str, ...]:
    """ "P1, urgent" as its parts."""
    return tuple(part.strip() for part in _LIST.split(text) if part.strip())


def duration(minutes: float | None) -> Text:
    """Working minutes as people say them."""
    if minutes is None:
        return Text("–", "–")
    if minutes >= 60:
        return Text(f"{minutes / 60:g} 小时", f"{minutes / 60:g} h")
    return Text(f"{minutes:g} 分钟", f"{minutes:g} min")
