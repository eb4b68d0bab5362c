"""What a fact table is made of: delivered columns, derived columns, keys and orders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from qualityloop.analysis.messages import Text

ColumnType = Literal["text", "integer", "number", "boolean", "instant", "date"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column as its owner delivers it."""

    name: str
    type: ColumnType
    label: Text
    required: bool = False
    unit: str | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Elapsed:
    """Time from `start` to `end` in `unit` ("seconds", "minutes", "hours", "days").

    Clock time, or working time of the lake's calendar where `working` is set. NULL where either end is missing.
    """

    name: str
    start: str
    end: str
    unit: Literal["seconds", "minutes", "hours", "days"]
    label: Text
    working: bool = False

    @property
    def type(self) -> ColumnType:
        return "number"

    @property
    def inputs(self) -> tuple[str, ...]:
        return (self.start, self.end)


@dataclass(frozen=True, slots=True)
class LocalPart:
    """What an instant reads on the organisation's wall clock.

    `day` is the local date, `hour` 0..23, `weekday` 1 (Monday)..7.
    """

    name: str
    instant: str
    part: Literal["day", "hour", "weekday"]
    label: Text

    @property
    def type(self) -> ColumnType:
        return "date" if self.part == "day" else "integer"

    @property
    def inputs(self) -> tuple[str, ...]:
        return (self.instant,)


@dataclass(frozen=True, slots=True)
class Computed:
    """Any other derived column: a scalar expression over `inputs` in DuckDB's SQL."""

    name: str
    type: ColumnType
    sql: str
    inputs: tuple[str, ...]
    label: Text
    unit: str | None = None


Derived = Elapsed | LocalPart | Computed


@dataclass(frozen=True, slots=True)
class Dataset:
    """One fact table.

    `key` identifies a row; `instant` is the instant by whose local month the table is partitioned;
    `order` lists pairs (earlier, later) of instants that may not stand the other way round;
    `dimensions` are the columns worth grouping by, in the order in which a search for drivers tries them.
    """

    name: str
    label: Text
    key: tuple[str, ...]
    instant: str
    columns: tuple[Column, ...]
    derived: tuple[Derived, ...] = ()
    order: tuple[tuple[str, str], ...] = ()
    dimensions: tuple[str, ...] = ()

    def column(self, name: str) -> Column | Derived | None:
        """The declared or derived column called `name`, or None."""
        for column in (*self.columns, *self.derived):
            if column.name == name:
                return column
        return None

    @property
    def instants(self) -> tuple[str, ...]:
        """Names of the declared instants; each may serve as an indicator's `period`."""
        return tuple(c.name for c in self.columns if c.type == "instant")


def day_column(instant: str) -> str:
    """Name of the stored local calendar day of `instant`: created_at → created_at_day."""
    return f"{instant}_day"
