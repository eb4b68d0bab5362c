"""What process mining answers: the map of how cases really ran. All durations are clock seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

DeviationKind = Literal["skipped", "not_reached", "out_of_order", "repeated", "unexpected"]


@dataclass(frozen=True, slots=True)
class Durations:
    """Durations of one thing: how many were measured, their sum, median and 90th percentile."""

    count: int
    total_seconds: float
    median_seconds: float | None
    p90_seconds: float | None


NONE_MEASURED = Durations(0, 0.0, None, None)


@dataclass(frozen=True, slots=True)
class Edge:
    """`target` directly follows `source` in a case; the waiting lies between them."""

    source: str
    target: str
    waiting: Durations

    @property
    def count(self) -> int:
        """How often this happens; a case may pass more than once."""
        return self.waiting.count


@dataclass(frozen=True, slots=True)
class Variant:
    """Cases that ran through exactly this sequence of activities."""

    path: tuple[str, ...]
    cases: int


@dataclass(frozen=True, slots=True)
class Rework:
    """An activity that happened more than once in a case: in how many cases, and how many times too often."""

    activity: str
    cases: int
    extra: int


@dataclass(frozen=True, slots=True)
class Step:
    """One activity: how often, in how many cases, how long it took and how long cases lay still after it.

    `handling` is empty where the log records only one instant per event.
    """

    activity: str
    events: int
    cases: int
    handling: Durations
    waiting: Durations


@dataclass(frozen=True, slots=True)
class Deviation:
    """Cases that departed from the given order of steps at `activity`; `share` of all cases."""

    kind: DeviationKind
    activity: str
    cases: int
    share: float


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """A passage where cases lie still; `share` of all waiting in the log."""

    source: str
    target: str
    count: int
    total_seconds: float
    share: float


@dataclass(frozen=True, slots=True)
class ProcessMap:
    """The answer of `mine`.

    `variants` may be cut to the most frequent; `variant_count` counts all. `left_out` counts rows that are no
    event: without case, activity or time (`incomplete`), or a mere change of state such as "suspend"
    (`lifecycle`). `conforming` counts cases without any deviation; None where no order was given.
    """

    snapshot: str | None
    cases: int
    events: int
    start: dict[str, int]
    end: dict[str, int]
    edges: tuple[Edge, ...]
    variants: tuple[Variant, ...]
    variant_count: int
    rework: tuple[Rework, ...]
    steps: tuple[Step, ...]
    order: tuple[str, ...]
    deviations: tuple[Deviation, ...]
    conforming: int | None
    left_out: dict[str, int]

    @property
    def bottlenecks(self) -> tuple[Bottleneck, ...]:
        """Passages by the waiting that they cost in total, the most expensive first."""
        total = sum(edge.waiting.total_seconds for edge in self.edges)
        ranked = sorted(self.edges, key=lambda e: (-e.waiting.total_seconds, e.source, e.target))
        return tuple(
            Bottleneck(e.source, e.target, e.count, e.waiting.total_seconds, e.waiting.total_seconds / total)
            for e in ranked
            if e.waiting.total_seconds > 0
        )

    def to_json(self) -> dict[str, Any]:
        """The documented interface of `qualityloop mine --format json` (docs/PROCESS.md)."""
        return {
            "cases": self.cases,
            "events": self.events,
            "start": self.start,
            "end": self.end,
            "edges": [
                {
                    "source": e.source,
                    "target": e.target,
                    "count": e.count,
                    "median_seconds": e.waiting.median_seconds,
                    "p90_seconds": e.waiting.p90_seconds,
                }
                for e in self.edges
            ],
            "variants": [{"path": list(v.path), "cases": v.cases} for v in self.variants],
            "rework": [{"activity": r.activity, "cases": r.cases, "extra": r.extra} for r in self.rework],
            "steps": [
                {
                    "activity": s.activity,
                    "events": s.events,
                    "cases": s.cases,
                    "handling": _durations_json(s.handling),
                    "waiting": _durations_json(s.waiting),
                }
                for s in self.steps
            ],
            "bottlenecks": [
                {
                    "source": b.source,
                    "target": b.target,
                    "count": b.count,
                    "total_seconds": b.total_seconds,
                    "share": b.share,
                }
                for b in self.bottlenecks
            ],
            "deviations": [
                {"kind": d.kind, "activity": d.activity, "cases": d.cases, "share": d.share} for d in self.deviations
            ],
            "order": list(self.order),
            "conforming": self.conforming,
            "variant_count": self.variant_count,
            "left_out": self.left_out,
        }


def _durations_json(durations: Durations) -> dict[str, Any]:
    return {
        "count": durations.count,
        "total_seconds": durations.total_seconds,
        "median_seconds": durations.median_seconds,
        "p90_seconds": durations.p90_seconds,
    }
