"""The vital few: counts in falling order, their running share, and where 80 % is reached."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

LINE = 0.8


@dataclass(frozen=True, slots=True)
class ParetoItem:
    """One bar: `cumulative` is the share of all counts up to and including it, `vital` whether 80 % needs it."""

    name: str
    count: float
    share: float
    cumulative: float
    vital: bool


def pareto(items: Iterable[tuple[str, float]], *, line: float = LINE) -> tuple[ParetoItem, ...]:
    """Order `items` (name, count) by count, add shares; the vital few are the shortest head that reaches `line`.

    Equal counts stand in the order of their names; items without count are left out.
    """
    ordered = sorted(((name, count) for name, count in items if count > 0), key=lambda item: (-item[1], item[0]))
    total = sum(count for _, count in ordered)
    answer, running = [], 0.0
    for name, count in ordered:
        vital = running < line * total * (1 - 1e-12)  # 0.8 × 35 is a hair above 28
        running += count
        answer.append(ParetoItem(name, count, count / total, running / total, vital))
    return tuple(answer)
