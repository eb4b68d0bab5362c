"""What callers send: strict objects, and nothing that a database cannot keep."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

MOST_DEEP = 20


def _written(pattern: str, kind: str) -> Callable[[Any], Any]:
    """Refuses texts that pydantic would take for one: `0.0` for a day, `on` for true, `1.0` for a whole number."""
    form = re.compile(pattern, re.ASCII)

    def check(value: Any) -> Any:
        if isinstance(value, str) and not form.fullmatch(value):
            raise PydanticCustomError(kind, "written otherwise")
        return value

    return check


Day = Annotated[date, BeforeValidator(_written(r"\d{4}-\d\d-\d\d", "date_type"))]
Instant = Annotated[AwareDatetime, BeforeValidator(_written(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*", "datetime_type"))]
Whole = Annotated[int, BeforeValidator(_written(r"-?\d{1,18}", "int_type"))]
YesNo = Annotated[bool, BeforeValidator(_written("true|false", "bool_type"))]


class Strict(BaseModel):
    """Base of every body: unknown fields and anything but an object are refused.

    Never `ninja.Schema`, which reads attributes of whatever it is given, a bare string included.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _storable(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            raise ValueError("not an object")
        if not storable(data):
            raise ValueError("characters that cannot be stored")
        return data


def storable(thing: Any, depth: int = 0) -> bool:
    """Whether no text in `thing` has NUL or half characters, which PostgreSQL refuses."""
    if depth > MOST_DEEP:
        return False
    if isinstance(thing, str):
        return "\x00" not in thing and not any("\ud800" <= character <= "\udfff" for character in thing)
    if isinstance(thing, dict):
        return all(storable(key, depth + 1) and storable(value, depth + 1) for key, value in thing.items())
    return all(storable(item, depth + 1) for item in thing) if isinstance(thing, list) else True
