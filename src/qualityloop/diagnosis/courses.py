"""Standards through time: which version judges which period.

A period is judged by the version in force at its end (now, where it is not over). Before the first version took
effect there was none of its time, so the first one is taken; after a standard was withdrawn, the last one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.urls import reverse

from qualityloop.analysis.indicators.evaluate.periods import last_day
from qualityloop.analysis.indicators.standard import Standard
from qualityloop.analysis.indicators.values import Grain
from qualityloop.standards.indicators.editions import released


@dataclass(frozen=True, slots=True)
class Edition:
    """A standard while it is in force: from `start` on (None: always); `url` is its page."""

    standard: Standard
    start: datetime | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """The editions of one standard, the oldest first; a standard from a file or the shelf has one."""

    editions: tuple[Edition, ...]

    @classmethod
    def of(cls, known: Standard | Course) -> Course:
        """A standard that is always the same, as a course."""
        return known if isinstance(known, Course) else cls((Edition(known),))

    @property
    def newest(self) -> Edition:
        """The edition that was released last."""
        return self.editions[-1]

    def at(self, instant: datetime) -> Edition:
        """The edition in force at `instant`; the first one before that."""
        begun = [e for e in self.editions if e.start is None or e.start <= instant]
        return begun[-1] if begun else self.editions[0]

    def of_period(self, period: date, grain: Grain, zone: str, now: datetime) -> Edition:
        """The edition that judges a period."""
        following = last_day(period, grain)
        if following < date.max:
            following += timedelta(days=1)
        end = datetime.combine(following, time.min, ZoneInfo(zone)).astimezone(UTC) - timedelta(microseconds=1)
        return self.at(min(end, now))

    def version(self, version: str) -> Edition | None:
        """The edition called `version`."""
        return next((e for e in self.editions if e.standard.version == version), None)


def own_courses() -> dict[str, Course]:
    """The department's own standards that are or were in force, by key."""
    found = {}
    for key, editions in released().items():
        made = [
            Edition(e.standard, e.start, reverse("standards:indicators_version", args=[key, e.number]))
            for e in editions
        ]
        found[key] = Course(tuple(made))
    return found


def courses(home: Path) -> dict[str, Course]:
    """What may be chosen: the department's own standards, then files of the home folder; without any, the shelf."""
    from qualityloop.diagnosis.choices import filed, standards

    own = own_courses()
    files = filed(home) if own else standards(home)
    return own | {key: Course.of(standard) for key, standard in files.items() if key not in own}
