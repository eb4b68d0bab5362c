"""Process mining written a second time, the slow and obvious way, to check the fast one."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import NamedTuple

import pyarrow as pa

EPOCH = datetime(2026, 3, 1, 8)


class Event(NamedTuple):
    case: str | None
    activity: str | None
    at: float | None  # seconds after EPOCH
    seq: int | None = None


def table(events: list[Event]) -> pa.Table:
    """The events as `files.read_events` gives them."""
    instants = [None if e.at is None else EPOCH + timedelta(microseconds=round(e.at * 1e6)) for e in events]
    return pa.table(
        {
            "case": pa.array([e.case for e in events], pa.string()),
            "activity": pa.array([e.activity for e in events], pa.string()),
            "at": pa.array(instants, pa.timestamp("us")),
            "seq": pa.array([e.seq for e in events], pa.int64()),
            "row": pa.array(range(2, len(events) + 2), pa.int64()),
        }
    )


def traces(events: list[Event]) -> dict[str, list[Event]]:
    """Cases with their events by time, then sequence (missing ones last), then file order."""
    cases: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        if event.case is not None and event.activity is not None and event.at is not None:
            cases[event.case].append(event)
    for case in cases.values():
        case.sort(key=lambda e: (e.at, e.seq is None, e.seq or 0))
    return dict(cases)


def percentile(values: list[float], q: float) -> float:
    """Linear interpolation between the two order statistics around rank q·(n−1)."""
    ordered = sorted(values)
    rank = q * (len(ordered) - 1)
    below = int(rank)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (rank - below)


def waits(cases: dict[str, list[Event]]) -> dict[tuple[str, str], list[float]]:
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    for case in cases.values():
        for i in range(len(case) - 1):
            found[case[i].activity, case[i + 1].activity].append(case[i + 1].at - case[i].at)
    return found


def paths(cases: dict[str, list[Event]]) -> list[tuple[str, ...]]:
    return [tuple(event.activity for event in case) for case in cases.values()]


def rework(cases: dict[str, list[Event]]) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for path in paths(cases):
        for activity, times in Counter(path).items():
            if times > 1:
                before = found.get(activity, (0, 0))
                found[activity] = (before[0] + 1, before[1] + times - 1)
    return found


def deviations(cases: dict[str, list[Event]], order: list[str]) -> Counter[tuple[str, str]]:
    """Cases per (kind, activity), straight from the words of docs/PROCESS.md."""
    found: Counter[tuple[str, str]] = Counter()
    for path in paths(cases):
        for i, step in enumerate(order):
            later = order[i + 1 :]
            if step not in path:
                kind = "skipped" if any(other in path for other in later) else "not_reached"
                found[kind, step] += 1
                continue
            if path.count(step) > 1:
                found["repeated", step] += 1
            if any(other in path[: path.index(step)] for other in later):
                found["out_of_order", step] += 1
        for activity in set(path) - set(order):
            found["unexpected", activity] += 1
    return found
