"""Until when, by the policy of its time: what other rooms ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from qualityloop.standards.sla.content import calendar_for, policy_of
from qualityloop.standards.sla.policy import Times, times_of
from qualityloop.standards.versions.models import Version
from qualityloop.standards.versions.queries import in_force


@dataclass(frozen=True, slots=True)
class Judged:
    """The clocks of a ticket, and the version by which they run."""

    times: Times
    version: Version


def clocks(
    key: str,
    *,
    facts: Mapping[str, str | None],
    created: datetime,
    responded: datetime | None = None,
    resolved: datetime | None = None,
    events: Sequence[tuple[datetime, str]] = (),
    now: datetime | None = None,
) -> Judged | None:
    """The clocks of a ticket by the policy `key` and its calendar as they held when it was created.

    None where no version held then, or none of its rules does. `now` in the past: as of then.
    """
    version = in_force("sla", key, created)
    if version is None:
        return None
    found = times_of(
        policy_of(version),
        calendar_for(version.content, created),
        facts=facts,
        created=created,
        now=now or timezone.now(),
        responded=responded,
        resolved=resolved,
        events=events,
    )
    return Judged(found, version) if found else None
