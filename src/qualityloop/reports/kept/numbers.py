"""The numbers of a diagnosis as they are kept, and comparing two of them number by number."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from qualityloop.analysis.diagnose import Diagnosis
from qualityloop.analysis.indicators.standard import Indicator
from qualityloop.analysis.messages import Text
from qualityloop.diagnosis.codec import plain

CLOSE = 1e-9  # relative: the order in which a machine adds up floating-point numbers; no digit that is shown
WORDS = frozenset({"sentence", "reason"})  # may be said better one day; the numbers in them are compared by themselves
SHOWN = ("key", "name", "dimension", "dataset", "period", "formula", "unit", "better", "target", "warning", "kind")

Numbers = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not what it was; None stands for what is not there."""

    where: str
    before: Any
    after: Any


def numbers_of(found: Diagnosis) -> Numbers:
    """Everything that the documents of a diagnosis show, ready for JSON."""
    names = {indicator.key: indicator for indicator in found.standard.indicators}
    return {
        "standard": {"key": found.standard.key, "version": found.standard.version},
        "from": found.start.isoformat(),
        "to": found.end.isoformat(),
        "grain": found.grain,
        "period": found.period.isoformat() if found.period else None,
        "snapshot": found.snapshot,
        "headline": list(found.standard.headline),
        "indicators": {key: {name: plain(getattr(i, name)) for name in SHOWN} for key, i in names.items()},
        "values": [plain(value) for value in found.values.values],
        "problems": [plain(problem) for problem in found.problems],
        "not_computed": [plain(item) for item in found.not_computed],
        "causes": [plain(value) for value in found.causes],
    }


def encoded(numbers: Numbers) -> bytes:
    """As a file: the same numbers give the same bytes."""
    return json.dumps(numbers, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def indicator_of(data: Mapping[str, Any]) -> Indicator:
    """An indicator as far as the numbers know it."""
    return Indicator(**{**data, "name": Text(data["name"]["zh"], data["name"]["en"])})


def compared(before: Numbers, after: Numbers) -> tuple[int, list[Difference]]:
    """How many things were compared, and those that differ."""
    old, new = dict(_leaves(_named(before))), dict(_leaves(_named(after)))
    everything = sorted(old.keys() | new.keys())
    different = [
        Difference(where, old.get(where), new.get(where))
        for where in everything
        if where not in old or where not in new or not _same(old[where], new[where])
    ]
    return len(everything), different


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, float | int) and isinstance(b, float | int) and not isinstance(a, bool):
        return math.isclose(a, b, rel_tol=CLOSE, abs_tol=1e-12)
    return bool(a == b)


def _named(numbers: Numbers) -> Numbers:
    """Values under their names instead of in an order that says nothing."""
    named = {part: {_name(item): item for item in numbers[part]} for part in ("values", "causes")}
    problems = {f"{item['rank']}": item for item in numbers["problems"]}
    return {**numbers, **named, "problems": problems}


def _name(value: Mapping[str, Any]) -> str:
    group = " · ".join(f"{column}={text}" for column, text in value["group"])
    return f"{value['key']} {value['period']} {group}".strip()


def _leaves(thing: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(thing, Mapping):
        for key, entry in thing.items():
            if key not in WORDS:
                yield from _leaves(entry, f"{path} › {key}" if path else str(key))
    elif isinstance(thing, list | tuple):
        for at, entry in enumerate(thing):
            yield from _leaves(entry, f"{path} › {at + 1}")
    else:
        yield path, thing
