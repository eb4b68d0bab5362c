"""What evidence may be put on: the parts of this room say what is theirs, and who may see and change it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models


@dataclass(frozen=True, slots=True)
class Target:
    """A kind of thing that evidence is put on.

    `find` answers the thing that a person may see, or None; `may_change` whether they may put evidence on it;
    `page` its address; `record` the record in whose history it is written.
    """

    kind: str
    find: Callable[[Any, int], Any | None]
    may_change: Callable[[Any, Any], bool]
    page: Callable[[Any], str]
    record: Callable[[Any], models.Model]


TARGETS: dict[str, Target] = {}


def register_target(target: Target) -> None:
    """Let evidence be put on a kind of thing."""
    TARGETS[target.kind] = target


@dataclass(frozen=True, slots=True)
class RecordKind:
    """A kind of record that evidence points to: what `find` answers for a number is what the person may see."""

    key: str
    find: Callable[[Any, str], Any | None]
    page: Callable[[Any], str]
    label: Callable[[], str]
    pages: Callable[[Any, list[str]], dict[str, str]]  # of those numbers that the person may see


def on(user: Any, kind: str, pk: int) -> tuple[Target, Any] | None:
    """The thing that evidence is put on, if the person may see it."""
    target = TARGETS.get(kind)
    thing = target.find(user, pk) if target is not None else None
    return (target, thing) if target is not None and thing is not None else None
