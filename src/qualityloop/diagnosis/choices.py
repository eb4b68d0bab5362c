"""What somebody asks for in the address of a page: standard, grain, period, group. Nonsense is said, not failed on."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.utils import timezone

from qualityloop.analysis.datasets import DATASETS, Dataset, day_column
from qualityloop.analysis.indicators.evaluate import lake_days
from qualityloop.analysis.indicators.evaluate.periods import last_day, period_of, periods_between, shift
from qualityloop.analysis.indicators.loading import load_standard, shipped_standards
from qualityloop.analysis.indicators.standard import Indicator, Standard
from qualityloop.analysis.indicators.values import Grain, Group
from qualityloop.analysis.lake import Lake
from qualityloop.analysis.messages import AnalysisError, Message, message
from qualityloop.diagnosis.courses import Course, Edition

logger = logging.getLogger(__name__)

GRAINS: tuple[Grain, ...] = get_args(Grain)
DEFAULT_GRAIN: Grain = "month"
WINDOW: dict[Grain, int] = {"day": 31, "week": 26, "month": 13, "quarter": 8, "year": 5}  # periods of a trend
OFFERED = 120  # periods to choose from
PEOPLE = frozenset({"agent", "actor", "scorer", "customer"})  # dimensions whose values are persons


@lru_cache(maxsize=64)
def _standard(source: str, stamp: int) -> Standard | AnalysisError:
    """The standard of a key or file, or what is wrong with it: read, and logged, once per state of the file."""
    try:
        return load_standard(Path(source) if stamp else source)
    except AnalysisError as error:
        logger.warning("standard %s: %s", source, error.in_language("en"))
        return error


def _standards(home: Path) -> list[tuple[str, Standard | AnalysisError]]:
    sources = [(key, 0) for key in shipped_standards()]
    for path in sorted((home / "standards").glob("*")):
        if path.suffix.lower() in (".yaml", ".yml", ".xlsx"):
            sources.append((str(path), path.stat().st_mtime_ns))
    return [(source, _standard(source, stamp)) for source, stamp in sources]


def standards(home: Path) -> dict[str, Standard]:
    """Shipped standards and those in the home folder's `standards`, by key; own ones replace shipped ones."""
    return {found.key: found for _, found in _standards(home) if isinstance(found, Standard)}


def filed(home: Path) -> dict[str, Standard]:
    """Standards in the home folder's `standards` alone."""
    shelf = set(shipped_standards())
    return {f.key: f for source, f in _standards(home) if isinstance(f, Standard) and source not in shelf}


def standards_broken(home: Path, language: str) -> list[str]:
    """What is wrong with files in the home folder's `standards`."""
    said = []
    for source, found in _standards(home):
        if isinstance(found, AnalysisError):
            reason = AnalysisError(found.text, replace(found.place, file=None)).in_language(language)
            text = message("The standard {file} cannot be used: {reason}", file=Path(source).name, reason=reason)
            said.append(text.in_language(language))
    return said


@dataclass(frozen=True, slots=True)
class Choice:
    """One question: a standard, a grain and the period that begins on `period`; `standard` is the version for it.

    `first`..`last` are the days that the lake covers, `periods` what may be chosen, newest first; `notes` say
    what of the address could not be understood and was replaced.
    """

    standard: Standard
    grain: Grain
    period: date
    first: date
    last: date
    periods: tuple[date, ...]
    notes: tuple[Message, ...] = ()
    course: Course | None = None  # the versions of `standard` through time; None where there is only this one
    zone: str = "UTC"
    now: datetime | None = None

    @property
    def end(self) -> date:
        """Last day of the period, or of the data where they end before."""
        return min(last_day(self.period, self.grain), self.last)

    @property
    def complete(self) -> bool:
        """Whether the data reach the end of the period."""
        return last_day(self.period, self.grain) <= self.last

    @property
    def window_start(self) -> date:
        """First day of the trend that ends with the period."""
        start = shift(self.period, self.grain, 1 - WINDOW[self.grain])
        return max(start, period_of(self.first, self.grain))

    def edition(self, period: date) -> Edition:
        """The version of the standard that judges `period`."""
        if self.course is None or self.now is None:
            return Edition(self.standard)
        return self.course.of_period(period, self.grain, self.zone, self.now)

    def runs(self) -> list[tuple[Edition, date, date]]:
        """Neighbouring periods of the trend that one version judges: (version, first period, last period)."""
        found: list[tuple[Edition, date, date]] = []
        for period in periods_between(self.window_start, self.end, self.grain):
            edition = self.edition(period)
            if found and found[-1][0] == edition:
                found[-1] = (edition, found[-1][1], period)
            else:
                found.append((edition, period, period))
        return found

    @property
    def early(self) -> bool:
        """Whether the period ended before the first version took effect."""
        start = self.edition(self.period).start
        ended = datetime.combine(last_day(self.period, self.grain), time.max, ZoneInfo(self.zone))
        return start is not None and ended < start

    def version_of(self, period: date) -> str | None:
        """The version that judges `period`, None where there is only one."""
        several = self.course is not None and len(self.course.editions) > 1
        return self.edition(period).standard.version if several else None

    def query(self, **more: Any) -> str:
        """The choice as an address' query, `more` added; a list gives its name several times."""
        return query_string(standard=self.standard.key, grain=self.grain, period=self.period.isoformat(), **more)


def query_string(**parameters: Any) -> str:
    """ "?a=1&b=2"; what is None is left out."""
    pairs: list[tuple[str, str]] = []
    for name, value in parameters.items():
        values = value if isinstance(value, list | tuple) else [value]
        pairs += [(name, str(item)) for item in values if item is not None]
    return "?" + urlencode(pairs)


def choose(asked: Mapping[str, str], lake: Lake, known: Mapping[str, Standard | Course], default: str) -> Choice | None:
    """What `asked` means for `lake`; None where the lake holds no rows."""
    days = lake_days(lake)
    if days is None or not known:
        return None
    notes: list[Message] = []
    usual = known.get(default) or next(iter(known.values()))
    course = Course.of(_chosen(asked, "standard", known, usual, notes))
    grain = _chosen(asked, "grain", {g: g for g in GRAINS}, DEFAULT_GRAIN, notes)
    first, last = days
    periods = tuple(reversed(periods_between(first, last, grain)))
    period = next((start for start in periods if last_day(start, grain) <= last), periods[0])
    changed = asked.get("was", grain) != grain  # another grain was chosen: its newest period says most
    if (text := asked.get("period")) and not changed:
        day = _day(text)
        if day is None:
            notes.append(message("“{text}” is not a date; write it like 2026-01-31", text=_short(text)))
        elif period_of(day, grain) not in periods:
            notes.append(message("There are no records in {text}; the newest period is shown.", text=_short(text)))
        else:
            period = period_of(day, grain)
    offered = periods[:OFFERED]
    if period not in offered:
        offered = (*offered, period)
    now = timezone.now()
    standard = course.of_period(period, grain, lake.zone, now).standard
    return Choice(standard, grain, period, first, last, offered, tuple(notes), course, lake.zone, now)


def _chosen(asked: Mapping[str, str], name: str, allowed: Mapping[str, Any], default: Any, notes: list[Message]) -> Any:
    text = asked.get(name)
    if not text:
        return default
    if text not in allowed:
        notes.append(message("There is no “{text}” to choose; the usual choice is shown.", text=_short(text)))
        return default
    return allowed[text]


def _short(text: str) -> str:
    printable = "".join(character if character.isprintable() else "�" for character in text[:41])
    return printable if len(printable) <= 40 else printable[:40] + "…"


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2200 else None


def day_range(asked: Mapping[str, str], first: date, last: date) -> tuple[date, date, list[Message]]:
    """`from` and `to` of the address as days (inclusive), the whole data where they are missing or make no sense."""
    notes: list[Message] = []
    found = {}
    for name, fallback in (("from", first), ("to", last)):
        text = asked.get(name, "")
        day = _day(text) if text else fallback
        if day is None:
            notes.append(message("“{text}” is not a date; write it like 2026-01-31", text=_short(text)))
        found[name] = day or fallback
    if found["from"] > found["to"]:
        notes.append(message("The first day lies after the last; all days are shown."))
        return first, last, notes
    return found["from"], found["to"], notes


def group_parameters(group: Group) -> list[str]:
    """A group as values of the parameter `g`: "team:夜班组"; a bare column name means that it is not filled in."""
    return [column if value is None else f"{column}:{value}" for column, value in group]


def parse_group(texts: list[str], allowed: frozenset[str]) -> tuple[Group, list[Message]]:
    """The group that `g` parameters name; columns outside `allowed` are left out and said."""
    group: dict[str, str | None] = {}
    notes = []
    for text in texts[:4]:
        column, separator, value = text.partition(":")
        if column in allowed and "\0" not in value:
            group[column] = value if separator else None
        else:
            notes.append(message("There is no “{text}” to choose; the usual choice is shown.", text=_short(text)))
    return tuple(sorted(group.items())), notes


def dimensions_of(indicator: Indicator, lake: Lake, *, people: bool) -> tuple[str, ...]:
    """Columns to group an indicator by that the lake has; persons only for those who may compare `people`."""
    dataset = DATASETS[indicator.dataset]
    present = lake.datasets[dataset.name].columns if dataset.name in lake.datasets else frozenset()
    found = [name for name in dataset.dimensions if name in present and (people or name not in PEOPLE)]
    if indicator.per:
        other = lake.datasets.get(indicator.per.dataset)
        shared = other.columns if other else frozenset()
        found = [name for name in found if name in shared]
    return tuple(found)


def column_names(dataset: Dataset, lake: Lake) -> list[str]:
    """Columns of a dataset that the lake has, in their declared order, local days left out."""
    present = lake.datasets[dataset.name].columns if dataset.name in lake.datasets else frozenset()
    days = {day_column(instant) for instant in dataset.instants}
    return [c.name for c in (*dataset.columns, *dataset.derived) if c.name in present and c.name not in days]
