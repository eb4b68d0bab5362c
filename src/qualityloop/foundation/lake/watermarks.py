"""What the lake noted about how far it has read: kept in its manifest, so that both change by one rename."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Marks:
    """Highest running numbers seen, each with the time after which it was seen, oldest first.

    PostgreSQL gives out numbers before they are committed, so the newest mark is not safe while transactions run
    that began before it: their rows have lower numbers and come later.
    """

    seen: tuple[tuple[datetime, int], ...] = ()

    def base(self, settled_at: datetime | None, in_order: bool) -> int:
        """A number up to which everything was seen at the last refresh, when all had ended since `settled_at`."""
        if in_order:
            return self.seen[-1][1] if self.seen else 0
        return max((n for at, n in self.seen if settled_at is not None and at <= settled_at), default=0)

    def later(self, at: datetime, highest: int, settled_at: datetime | None, in_order: bool) -> Marks:
        """With a new mark, and without those that a safe newer one replaces."""
        if in_order:
            return Marks(((at, highest),))
        seen = (*self.seen, (at, highest))
        safe = [mark for mark in seen if settled_at is not None and mark[0] <= settled_at]
        return Marks((*safe[-1:], *(mark for mark in seen if mark not in safe)))

    def to_json(self) -> list[list[Any]]:
        return [[at.isoformat(), n] for at, n in self.seen]

    @classmethod
    def from_json(cls, data: list[list[Any]]) -> Marks:
        return cls(tuple((datetime.fromisoformat(at), int(n)) for at, n in data))


@dataclass(frozen=True, slots=True)
class Names:
    """Names in a small related table: how far its numbers go, and a digest of all names up to there."""

    highest: int
    digest: str


@dataclass(frozen=True, slots=True)
class Read:
    """How one data set was read. `definition` changes with its query."""

    definition: str
    names: dict[str, Names] = field(default_factory=dict)
    marks: Marks = field(default_factory=Marks)


@dataclass(frozen=True, slots=True)
class State:
    """Everything that is noted. All transactions that began before `settled_at` had ended at `taken_at`."""

    token: str
    taken_at: datetime
    settled_at: datetime | None
    datasets: dict[str, Read] = field(default_factory=dict)
    deletions: Marks = field(default_factory=Marks)

    def to_json(self) -> dict[str, Any]:
        """As the manifest keeps it."""
        return {
            "token": self.token,
            "taken_at": self.taken_at.isoformat(),
            "settled_at": self.settled_at.isoformat() if self.settled_at else None,
            "deletions": self.deletions.to_json(),
            "datasets": {
                name: {
                    "definition": read.definition,
                    "names": {path: [n.highest, n.digest] for path, n in read.names.items()},
                    "marks": read.marks.to_json(),
                }
                for name, read in self.datasets.items()
            },
        }


def state_of(source: Mapping[str, Any] | None) -> State | None:
    """What the manifest keeps; None where a lake was not filled from a database, or by another version."""
    try:
        if source is None:
            return None
        return State(
            token=str(source["token"]),
            taken_at=datetime.fromisoformat(source["taken_at"]),
            settled_at=datetime.fromisoformat(source["settled_at"]) if source["settled_at"] else None,
            deletions=Marks.from_json(source["deletions"]),
            datasets={
                name: Read(
                    entry["definition"],
                    {path: Names(int(n[0]), str(n[1])) for path, n in entry["names"].items()},
                    Marks.from_json(entry["marks"]),
                )
                for name, entry in source["datasets"].items()
            },
        )
    except (KeyError, TypeError, ValueError):
        return None
