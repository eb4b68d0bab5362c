"""What files are handed in for: rooms declare it, with who may see them, which kinds are taken and how large."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise

from qualityloop.foundation.files.kinds import KINDS
from qualityloop.foundation.files.models import StoredFile
from qualityloop.foundation.models import User

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Purpose:
    """`types` are endings of file names without the dot, `limit` is in bytes."""

    key: str
    label: str | Promise
    allows: Callable[[User, StoredFile], bool]
    types: frozenset[str]
    limit: int


PURPOSES: dict[str, Purpose] = {}


def purpose(
    key: str,
    label: str | Promise,
    *,
    allows: Callable[[User, StoredFile], bool],
    types: Iterable[str],
    limit: int = 50 * MEGABYTE,
) -> Purpose:
    """Declare a purpose; each room does so in its `files.py`. ValueError for a second one, or an unknown type."""
    wanted = frozenset(types)
    if key in PURPOSES or not wanted <= KINDS.keys():
        raise ValueError(f"purpose {key}: declared twice, or unknown types {sorted(wanted - KINDS.keys())}")
    PURPOSES[key] = Purpose(key, label, allows, wanted, limit)
    return PURPOSES[key]
