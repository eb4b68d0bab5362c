"""The form that a content has to have before anything reads it; what it says may still be wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from qualityloop.analysis.messages import message
from qualityloop.standards.versions.kinds import Fault

LONGEST, MOST = 20_000, 5_000  # characters of a text, entries of a list
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
ANYTHING: Final = object()  # the kind's own reader says what is wrong with it
BOTH: Mapping[str, Any] = {"zh": str, "en": str}
AUTHORED: Mapping[str, Any] = {"name": (str, BOTH), ...: ANYTHING}  # type: ignore[dict-item]
Shape = Any  # str, ANYTHING, a tuple of shapes (either), a list of one shape, a mapping of names (... for others)


def misfits(shape: Shape, value: Any, path: str = "") -> Iterator[Fault]:
    """Where `value` has another form than `shape`; names may be missing, unknown ones may not be there."""
    if shape is ANYTHING:
        yield from _sizes(value, path)
    elif isinstance(shape, tuple):
        yield from min((list(misfits(one, value, path)) for one in shape), key=len)
    elif shape is str:
        yield from _text(value, path)
    elif isinstance(shape, list):
        yield from _list(shape[0], value, path)
    else:
        yield from _object(shape, value, path)


def _text(value: Any, path: str) -> Iterator[Fault]:
    if not isinstance(value, str):
        yield Fault(path, message("must be a text"))
    elif _UNREADABLE.search(value):
        yield Fault(path, message("contains control characters"))
    elif len(value) > LONGEST:
        yield Fault(path, message("Longer than {count} characters.", count=LONGEST))


def _list(shape: Shape, value: Any, path: str) -> Iterator[Fault]:
    if not isinstance(value, list):
        yield Fault(path, message("must be a list"))
    elif len(value) > MOST:
        yield Fault(path, message("has more than {count} entries", count=MOST))
    else:
        for place, item in enumerate(value):
            yield from misfits(shape, item, _at(path, place))


def _object(shape: Mapping[Any, Shape], value: Any, path: str) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield Fault(path, message("must be an object"))
        return
    for name, item in value.items():
        inner = shape.get(name, shape.get(...))
        if inner is None:
            yield Fault(_at(path, name), message("is not known here"))
        else:
            yield from misfits(inner, item, _at(path, name))


def _sizes(value: Any, path: str) -> Iterator[Fault]:
    if isinstance(value, str):
        yield from _text(value, path)
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _text(name, _at(path, name))
            yield from _sizes(item, _at(path, name))
    elif isinstance(value, list):
        if len(value) > MOST:
            yield Fault(path, message("has more than {count} entries", count=MOST))
        for place, item in enumerate(value):
            yield from _sizes(item, _at(path, place))


def _at(path: str, name: object) -> str:
    return f"{path}.{name}"[-200:] if path else str(name)[:200]
