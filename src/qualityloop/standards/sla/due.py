"""Until when, by the policy and the calendar of its time: what other rooms ask."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from qualityloop.analysis.calendar import Pause, WorkingCalendar
from qualityloop.standards.calendars.content import calendar_of
from qualityloop.standards.sla.content import built
from qualityloop.standards.sla.policy import ALWAYS, Policy, Times, times_of
from qualityloop.standards.versions.models import Document, State, Version
from qualityloop.standards.versions.queries import Timeline, spans_of

Events = Sequence[tuple[datetime, str]]
KINDS = ("sla", "calendars")


@dataclass(frozen=True, slots=True)
class Judged:
    """The clocks of a ticket, the versions by which they run, and when they were paused."""

    times: Times
    version: Version
    calendar: WorkingCalendar
    calendar_version: Version | None  # None: round the clock
    pauses: tuple[Pause, ...]


@dataclass(frozen=True)
class Policies:
    """All policies and calendars that were ever in force, read at once, to judge any number of tickets by."""

    policies: tuple[tuple[Document, Timeline], ...]
    calendars: Mapping[str, Timeline]
    _built: dict[int, Policy] = field(default_factory=dict, compare=False)

    @classmethod
    def load(cls) -> Policies:
        """As they are now; one query."""
        found: dict[Document, list[Version]] = defaultdict(list)
        rows = Version.objects.filter(document__kind__in=KINDS, state=State.RELEASED).select_related("document")
        for version in rows.order_by("document_id", "number"):
            found[version.document].append(version)
        timelines = [(document, spans_of(versions)) for document, versions in found.items()]
        # a policy for some tickets comes before those for all; among equals the one that was made first
        timelines.sort(key=lambda one: (-len(one[0].scope), one[0].pk))
        return cls(
            tuple(one for one in timelines if one[0].kind == "sla"),
            {document.key: times for document, times in timelines if document.kind == "calendars"},
        )

    def judge(
        self,
        *,
        facts: Mapping[str, str | None],
        created: datetime,
        responded: datetime | None = None,
        resolved: datetime | None = None,
        events: Events = (),
        now: datetime | None = None,
        key: str = "",
    ) -> Judged | None:
        """The clocks of a ticket by the first policy (or the one called `key`) that has a rule for it.

        Policy and calendar are those that held when the ticket was created: a later version changes nothing. None
        where no version held then, or none of the rules does. `now` in the past: as of then.
        """
        for document, times in self.policies:
            version = times.at(created)
            if version is None or (key and document.key != key):
                continue
            if any(facts.get(name) != value for name, value in document.scope.items()):
                continue
            policy = self._policy(version)
            calendar_version, calendar = self._calendar(version, created)
            found = times_of(
                policy, calendar, facts=facts, created=created, now=now or timezone.now(),
                responded=responded, resolved=resolved, events=events,
            )  # fmt: skip
            if found is not None:
                return Judged(found, version, calendar, calendar_version, tuple(policy.pauses_in(events)))
        return None

    def _policy(self, version: Version) -> Policy:
        if version.pk not in self._built:
            self._built[version.pk] = built(version.content)
        return self._built[version.pk]

    def _calendar(self, version: Version, instant: datetime) -> tuple[Version | None, WorkingCalendar]:
        times = self.calendars.get(str(version.content.get("calendar", "")))
        found = (times.at(instant) or times.first) if times else None
        return found, calendar_of(found) if found else ALWAYS


def clocks(
    key: str,
    *,
    facts: Mapping[str, str | None],
    created: datetime,
    responded: datetime | None = None,
    resolved: datetime | None = None,
    events: Events = (),
    now: datetime | None = None,
) -> Judged | None:
    """The clocks of a ticket by the policy `key` alone; see `Policies.judge`."""
    return Policies.load().judge(
        facts=facts, created=created, responded=responded, resolved=resolved, events=events, now=now, key=key
    )
