"""What callers send: strict objects, and nothing that a database cannot keep."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

MOST_DEEP = 20


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
