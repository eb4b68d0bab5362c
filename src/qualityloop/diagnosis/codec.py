"""Values, problems and messages as JSON and back, for results that are kept."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from qualityloop.analysis.indicators.values import Group, NotComputed, Value
from qualityloop.analysis.messages import Message, Text
from qualityloop.analysis.problems.problem import Driver, Problem, Ranking

Plain = dict[str, Any]


def plain(thing: Any) -> Any:
    """Dataclasses as objects, tuples as lists, dates as ISO text, bilingual texts marked as what they are."""
    if isinstance(thing, Message):
        return {"msgid": thing.msgid, "params": plain(thing.params)}
    if is_dataclass(thing) and not isinstance(thing, type):
        return {field.name: plain(getattr(thing, field.name)) for field in fields(thing)}
    if isinstance(thing, Mapping):
        return {str(key): plain(value) for key, value in thing.items()}
    if isinstance(thing, list | tuple | set | frozenset):
        return [plain(item) for item in thing]
    if isinstance(thing, float) and not math.isfinite(thing):
        return None  # JSON knows no infinity, and a chart cannot draw it
    return thing.isoformat() if isinstance(thing, date) else thing


def to_group(data: list[list[str | None]]) -> Group:
    """A group from its pairs."""
    return tuple((str(column), value) for column, value in data)


def to_value(data: Plain) -> Value:
    """A value from `plain(value)`."""
    return Value(**{**data, "period": date.fromisoformat(data["period"]), "group": to_group(data["group"])})


def to_text(data: Plain) -> Text:
    """A bilingual text from `plain(text)`."""
    return Text(data["zh"], data["en"])


def to_message(data: Plain) -> Message:
    """A message from `plain(message)`, its parameters included."""
    return Message(data["msgid"], {key: _parameter(value) for key, value in data["params"].items()})


def _parameter(value: Any) -> Any:
    if isinstance(value, dict):
        return to_message(value) if "msgid" in value else to_text(value)
    return value


def to_not_computed(data: Plain) -> NotComputed:
    """What could not be computed, from `plain(…)`."""
    return NotComputed(data["key"], to_message(data["reason"]))


def to_driver(data: Plain) -> Driver:
    """A driver from `plain(driver)`."""
    return Driver(**{**data, "by": tuple(data["by"]), "group": to_group(data["group"])})


def to_problem(data: Plain) -> Problem:
    """A problem from `plain(problem)`."""
    return Problem(
        **{
            **data,
            "group": to_group(data["group"]),
            "period": date.fromisoformat(data["period"]),
            "sentence": to_text(data["sentence"]),
            "drivers": tuple(to_driver(item) for item in data["drivers"]),
            "ranking": Ranking(**data["ranking"]),
            "reason": to_text(data["reason"]),
        }
    )
