"""Deadlines of one ticket as the REST API answers them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, Field

from qualityloop.foundation.api import spoken
from qualityloop.operations.deadlines.keeping import standing_of
from qualityloop.operations.deadlines.shown import Shown, shown
from qualityloop.operations.models import Ticket
from qualityloop.standards.versions.models import Version


class PolicyAnswer(BaseModel):
    """A version of a standard."""

    key: str
    number: int
    name: str


class StretchAnswer(BaseModel):
    """A stretch that counts as a whole, or does not, for one reason."""

    start: datetime
    end: datetime
    counts: bool
    reason: str
    seconds: float


class DeadlineAnswer(BaseModel):
    """One deadline."""

    clock: Literal["response", "resolution", "agreed"]
    state: Literal["running", "near", "paused", "overdue", "met", "missed"]
    target_minutes: float | None = Field(description=spoken(_("Working minutes; null for an agreed time")))
    due_at: datetime | None = Field(description=spoken(_("null while the clock waits")))
    done_at: datetime | None
    remaining_minutes: float = Field(
        description=spoken(_("Working minutes left, negative: late by that much; of an agreed time real minutes"))
    )
    why: list[str]
    stretches: list[StretchAnswer]


class ClocksAnswer(BaseModel):
    """The deadlines of a ticket, and by what they were computed."""

    policy: PolicyAnswer | None
    rule: str | None
    calendar: PolicyAnswer | None = Field(description=spoken(_("null: round the clock")))
    deadlines: list[DeadlineAnswer]


def clocks_answer(ticket: Ticket) -> ClocksAnswer:
    """As it stands now."""
    now = timezone.now()
    found = standing_of(ticket, now)
    judged = found.judged
    targets = {one.name: one.clock.target / 60 if one.clock else None for one in found.deadlines}
    return ClocksAnswer(
        policy=_version(judged.version) if judged else None,
        rule=judged.times.rule.key if judged else None,
        calendar=_version(judged.calendar_version) if judged and judged.calendar_version else None,
        deadlines=[_deadline(one, targets[one.name]) for one in shown(ticket, found, now)],
    )


def _version(version: Version) -> PolicyAnswer:
    return PolicyAnswer(key=version.document.key, number=version.number, name=str(version.document))


def _deadline(one: Shown, target: float | None) -> DeadlineAnswer:
    told = one.told
    return DeadlineAnswer.model_validate(
        {
            "clock": one.name, "state": one.state.value, "target_minutes": target, "due_at": one.due,
            "done_at": one.done, "remaining_minutes": round(one.left / 60, 2), "why": list(told.why) if told else [],
            "stretches": [
                {"start": s.start, "end": s.end, "counts": s.counted, "reason": s.reason, "seconds": s.seconds}
                for s in (told.spans if told else ())
            ],
        }
    )  # fmt: skip
