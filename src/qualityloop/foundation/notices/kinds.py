"""What people can be told about; every room declares its kinds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise

if TYPE_CHECKING:
    from qualityloop.foundation.permissions import Permission

PAGE, EMAIL = "page", "email"


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """A kind of notice. `transports` are those that carry it until a person chooses otherwise.

    An `urgent` kind waits for no quiet hours and no digest. With `right` it is offered only to who has that right.
    """

    key: str
    label: str | Promise
    transports: frozenset[str]
    urgent: bool = False
    right: Permission | None = None


KINDS: dict[str, NoticeKind] = {}


def notice_kind(
    key: str,
    label: str | Promise,
    *,
    transports: tuple[str, ...] = (PAGE,),
    urgent: bool = False,
    right: Permission | None = None,
) -> NoticeKind:
    """Declare a kind of notice."""
    if key in KINDS:
        raise ValueError(f"notice kind {key} is declared twice")
    KINDS[key] = NoticeKind(key, label, frozenset(transports), urgent, right)
    return KINDS[key]


def label_of(key: str) -> str:
    """The kind in words; the key itself for one that is no longer declared."""
    return str(KINDS[key].label) if key in KINDS else key
