"""The five questions: specific, measurable, achievable, relevant, time-bound (Doran 1981)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from qualityloop.analysis.messages import Message, message
from qualityloop.analysis.smart.words import CHINESE, actions_in, rest_of, soon_in, vague_in

Letter = Literal["S", "M", "A", "R", "T"]
LONGEST_DAYS = 366  # what takes longer than a year is a programme, not a measure
BUSY = 5  # measures under way at the same time, from which on another one is doubtful


@dataclass(frozen=True, slots=True)
class Entry:
    """What a measure says; what is not said is empty."""

    action: str = ""
    owner: str = ""
    indicator: str = ""
    amount: float | None = None
    direction: Literal["", "up", "down"] = ""
    unit: str = ""
    is_share: bool = False
    baseline_from: date | None = None
    baseline_until: date | None = None
    method: str = ""
    resources: str = ""
    gaps: str = ""
    contingency: str = ""
    effort_days: float | None = None
    owner_busy: int = 0
    working_days: int | None = None
    causes: int = 0
    causes_locked: int = 0
    starts_on: date | None = None
    due_on: date | None = None
    effect_until: date | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is missing (must be said) or vague (should be said better), at a field of the entry."""

    letter: Letter
    field: str
    missing: bool
    text: Message


def check(entry: Entry) -> list[Finding]:
    """Everything that keeps the entry from being SMART, in the order of the letters."""
    return [*_specific(entry), *_measurable(entry), *_achievable(entry), *_relevant(entry), *_time_bound(entry)]


def _specific(entry: Entry) -> Iterator[Finding]:
    text = entry.action.strip()
    if not text:
        yield Finding("S", "action", True, message("Say what will be done."))
        return
    actions, vague = actions_in(text), vague_in(text)
    if vague and not actions:
        yield Finding(
            "S", "action", True,
            message("“{word}” is an intention. Say what somebody will do, for instance: write, train, replace, check.",
                    word=vague[0]),
        )  # fmt: skip
    elif not actions:
        yield Finding("S", "action", False, message("No verb of action was recognised. Say what somebody will do."))
    if len(rest_of(text)) < 2:
        yield Finding("S", "action", True, message("It is not said to what or to whom this will be done."))
    elif vague and actions:
        yield Finding("S", "action", False, message("“{word}” adds nothing that could be checked.", word=vague[0]))
    elif len(text) < (8 if CHINESE.search(text) else 15):
        yield Finding("S", "action", False, message("This is very short: who does what, how often, with whom?"))
    if not entry.owner:
        yield Finding("S", "owner", True, message("Nobody is named as owner."))


def _measurable(entry: Entry) -> Iterator[Finding]:
    if not entry.indicator:
        yield Finding("M", "indicator", True, message("No indicator is named by which the effect will be seen."))
    if entry.amount is None or entry.amount == 0:
        yield Finding("M", "amount", True, message("It is not said by how much the indicator will change."))
    elif entry.amount < 0:
        yield Finding("M", "amount", True, message("Give the amount without a sign; the direction says up or down."))
    elif entry.is_share and entry.amount > 1:
        yield Finding("M", "amount", True, message("A share cannot change by more than 100 percentage points."))
    if not entry.direction:
        yield Finding("M", "direction", True, message("It is not said whether the indicator will rise or fall."))
    if entry.baseline_from is None or entry.baseline_until is None:
        yield Finding("M", "baseline", True, message("The period is missing with which will be compared."))
    elif entry.baseline_until < entry.baseline_from:
        yield Finding("M", "baseline", True, message("The period of comparison ends before it begins."))
    elif entry.starts_on is not None and entry.baseline_until >= entry.starts_on:
        yield Finding("M", "baseline", True, message("The period of comparison reaches into the measure itself."))
    if not entry.method:
        yield Finding("M", "method", True, message("It is not said by which method the effect will be judged."))


def _achievable(entry: Entry) -> Iterator[Finding]:
    if not entry.resources.strip():
        yield Finding("A", "resources", True, message("Say what is needed: people, days, money; or “none”."))
    if entry.gaps.strip() and not entry.contingency.strip():
        yield Finding("A", "contingency", True, message("Something is lacking, but not what will be done about it."))
    if entry.effort_days is not None and entry.working_days is not None and entry.effort_days > entry.working_days:
        yield Finding(
            "A", "effort_days", False,
            message("{effort} days of work do not fit into {days} working days of one person.",
                    effort=f"{entry.effort_days:g}", days=entry.working_days),
        )  # fmt: skip
    if entry.owner and entry.owner_busy >= BUSY:
        yield Finding(
            "A", "owner", False,
            message("{owner} already owns {n} measures in this time.", owner=entry.owner, n=entry.owner_busy),
        )  # fmt: skip


def _relevant(entry: Entry) -> Iterator[Finding]:
    if not entry.causes:
        yield Finding("R", "causes", True, message("It is linked to no cause: what would it remove?"))
    elif not entry.causes_locked:
        yield Finding("R", "causes", True, message("The cause that it is linked to is not locked yet."))


def _time_bound(entry: Entry) -> Iterator[Finding]:
    soon = soon_in(entry.action)
    if entry.due_on is None:
        yield Finding(
            "T", "due_on", True,
            message("“{word}” is no day. Name the day when it is done.", word=soon[0]) if soon
            else message("The day is missing when it is done."),
        )  # fmt: skip
    if entry.starts_on is None:
        yield Finding("T", "starts_on", True, message("The day is missing when it begins."))
    if entry.starts_on and entry.due_on:
        if entry.due_on < entry.starts_on:
            yield Finding("T", "due_on", True, message("It would be done before it begins."))
        elif entry.due_on - entry.starts_on > timedelta(days=LONGEST_DAYS):
            yield Finding("T", "due_on", False, message("It takes more than a year. Divide it into steps."))
    if entry.effect_until is None:
        yield Finding("T", "effect_until", True, message("It is not said until when the effect will be seen."))
    elif entry.due_on and entry.effect_until <= entry.due_on:
        yield Finding("T", "effect_until", True, message("The effect is to be seen before the measure is done."))
