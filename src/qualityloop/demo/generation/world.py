"""What all generators share: the span of time, the people, independent streams of chance, and a few draws."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.special import ndtri

from qualityloop.analysis.datasets import DATASETS, Column
from qualityloop.analysis.lake import ARROW_TYPES
from qualityloop.demo import organisation as org
from qualityloop.demo.stories import MONTHS, Story

Instants = npt.NDArray[np.datetime64]  # naive UTC, microseconds; NaT is "not yet" or "never"
Numbers = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Names = npt.NDArray[np.object_]

NEVER = np.datetime64("NaT", "us")
HOUR = np.timedelta64(3_600_000_000, "us")
MINUTE = np.timedelta64(60_000_000, "us")
SECOND = np.timedelta64(1_000_000, "us")
DAY = np.timedelta64(86_400_000_000, "us")


@dataclass(frozen=True)
class World:
    """A demo organisation whose records end on `until`; the same seed gives the same records."""

    until: date
    count: int
    seed: int

    @property
    def start(self) -> date:
        """First day: MONTHS months, the last one included."""
        month = self.until.year * 12 + self.until.month - MONTHS
        return date(month // 12, month % 12 + 1, 1)

    @property
    def horizon(self) -> np.datetime64:
        """The moment (UTC) at which the records were exported: midnight after the last day."""
        return np.datetime64(self.until, "us") + DAY - org.UTC_OFFSET

    def rng(self, stream: str) -> np.random.Generator:
        """Chance for one table; what another table draws does not disturb it."""
        return np.random.default_rng([self.seed, *stream.encode()])

    def begins(self, story: Story) -> np.datetime64:
        """The instant (UTC) at which a story begins."""
        return np.datetime64(story.begins(self.until), "us") - org.UTC_OFFSET

    @cached_property
    def agents(self) -> dict[str, tuple[str, ...]]:
        """Names of the people of each team."""
        return org.agents(self.rng("agents"))

    def seen(self, instants: Instants) -> Instants:
        """`instants` as the export shows them: what lies beyond the horizon has not happened."""
        return np.where(instants < self.horizon, instants, NEVER)

    def agents_of(self, rng: np.random.Generator, teams: Names) -> Names:
        """One person of each row's team; None where there is no team. Some people do more than others."""
        result = np.full(len(teams), None, dtype=object)
        for team, people in self.agents.items():
            rows = np.flatnonzero(teams == team)
            load = np.linspace(1.3, 0.7, len(people))
            result[rows] = np.array(people, dtype=object)[rng.choice(len(people), len(rows), p=load / load.sum())]
        return result


def labels(options: Sequence[str], codes: npt.NDArray[Any]) -> Names:
    """The option of each code; code -1 is None."""
    names: Names = np.array([*options, None], dtype=object)[codes]
    return names


def texts(values: Iterable[str]) -> Names:
    """An array of strings, however many there are."""
    names: Names = np.array([*values, None], dtype=object)[:-1]
    return names


def unless(missing: Flags, names: Names) -> Names:
    """`names`, but None where `missing`."""
    result = names.copy()
    result[missing] = None
    return result


def pick(rng: np.random.Generator, weights: Sequence[float] | Numbers, size: int) -> Integers:
    """Codes drawn with `weights`, which need not sum to one."""
    shares = np.asarray(weights, dtype=float)
    return rng.choice(len(shares), size, p=shares / shares.sum())


def chance(rng: np.random.Generator, probability: float | Numbers, size: int) -> Flags:
    """True with `probability`, row by row."""
    return np.asarray(rng.random(size) < probability)


def within(rng: np.random.Generator, limit: Numbers, probability: Numbers, spread: Numbers) -> Numbers:
    """Lognormal durations of which the share `probability` is at most `limit` (same unit)."""
    return np.asarray(limit * np.exp(spread * (rng.standard_normal(len(limit)) - ndtri(probability))))


def lognormal(rng: np.random.Generator, mean: float | Numbers, spread: float | Numbers, size: int) -> Numbers:
    """Lognormal durations with the given mean."""
    return np.asarray(mean * np.exp(spread * rng.standard_normal(size) - np.square(spread) / 2))


def seconds(values: Numbers) -> npt.NDArray[np.timedelta64]:
    """A duration in seconds, rounded to whole ones; NaN becomes NaT."""
    known = ~np.isnan(values)
    whole = np.rint(np.where(known, values, 0)).astype(np.int64) * 1_000_000
    return np.where(known, whole.astype("timedelta64[us]"), np.timedelta64("NaT", "us"))


def local_hour(instants: Instants) -> Integers:
    """Hour of the day on the wall clock of the organisation; instants must be known."""
    local = instants + org.UTC_OFFSET
    hours: Integers = ((local - local.astype("datetime64[D]")) // HOUR).astype(np.int64)
    return hours


def numbered(prefix: str, size: int, digits: int = 6) -> Names:
    """Identifiers prefix000001, prefix000002, …"""
    return texts(f"{prefix}{i:0{digits}d}" for i in range(1, size + 1))


def shift_of(instants: Instants) -> Names:
    """The shift that is on duty at each instant."""
    return np.array(org.SHIFT_OF_HOUR, dtype=object)[local_hour(instants)]


def table(dataset: str, columns: dict[str, npt.NDArray[Any]]) -> pa.Table:
    """An Arrow table of the declared types; NaN and NaT become NULL."""
    declared = {c.name: c for c in DATASETS[dataset].columns}
    arrays = {name: _array(values, declared[name]) for name, values in columns.items()}
    return pa.table(arrays)


def _array(values: npt.NDArray[Any], column: Column) -> pa.Array:
    kind = ARROW_TYPES[column.type]
    if values.dtype == np.float64 and column.type in ("integer", "boolean"):
        missing = np.isnan(values)
        whole = np.where(missing, 0, values).astype(np.int64 if column.type == "integer" else np.bool_)
        return pa.array(whole, kind, mask=missing)
    return pa.array(values, kind, from_pandas=True)
