"""Walking the chain: is every entry as it was written, and in its place? In constant memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from qualityloop.analysis.messages import Message, message
from qualityloop.foundation.audit.chain import COVERED, START, digest
from qualityloop.foundation.audit.models import AuditEntry, AuditHead

Row = Mapping[str, Any]
Progress = Callable[[int, int], None]

CHUNK = 2000
RENUMBERED = 1000  # how far back an entry that was given another number is looked for


@dataclass(frozen=True, slots=True)
class Noted:
    """The hash of an entry as somebody noted it earlier, outside the database."""

    at: int
    hash: str


@dataclass(frozen=True, slots=True)
class Checked:
    """How far the chain holds, and what is wrong after that (None: nothing)."""

    count: int
    head: str
    fault: Message | None = None


def verify(noted: Noted | None = None, progress: Progress | None = None) -> Checked:
    """Walk the whole chain; the first fault ends it."""
    head = AuditHead.objects.filter(pk=AuditHead.ONLY).first()
    count, last = 0, START
    rows = _rows()
    while True:
        try:
            row = next(rows, None)
        except ValueError:  # a value that is none, such as a month 13
            return Checked(count, last, _changed(count + 1))
        if row is None:
            break
        place = count + 1
        fault = _misplaced(row, place, last) or _not_as_noted(row, place, noted) or _not_the_head(row, place, head)
        if fault:
            return Checked(count, last, fault)
        count, last = place, str(row["hash"])
        if progress and count % CHUNK == 0:
            progress(count, max(count, head.sequence if head else 0))
    return Checked(count, last, _wrong_end(count, head, noted))


def _rows() -> Iterator[Row]:
    return iter(AuditEntry.objects.order_by("sequence").values(*COVERED, "hash").iterator(chunk_size=CHUNK))


def _changed(place: int) -> Message:
    return message("entry {n} was changed", n=place)


def _removed(first: int, last: int) -> Message:
    if first == last:
        return message("entry {n} was removed", n=first)
    return message("entries {first} to {last} were removed", first=first, last=last)


def _misplaced(row: Row, place: int, last: str) -> Message | None:
    """What is wrong where entry `place` should stand, after an entry with the hash `last`."""
    number = int(row["sequence"])
    if number == place and row["previous_hash"] == last and digest(row) == row["hash"]:
        return None
    if number < place:
        return message("entry {n} was put in", n=number)
    elsewhere = _moved_to(place, last)
    if elsewhere is not None:
        return message("entry {n} was moved: it now has the number {other}", n=place, other=elsewhere)
    return _removed(place, number - 1) if number > place else _replaced(row, place)


def _replaced(row: Row, place: int) -> Message:
    """What is wrong with an entry that has the number `place` but was not written there."""
    if digest(row) == row["hash"] and place > 1:  # true in itself, but it follows another entry than the one there
        return _changed(place - 1)
    for missing in range(1, RENUMBERED + 1):
        if digest({**row, "sequence": place + missing}) == row["hash"]:
            return message(
                "{what}, and those after it were given new numbers", what=_removed(place, place + missing - 1)
            )
    return _changed(place)


def _moved_to(place: int, last: str) -> int | None:
    """The number under which the true entry `place` stands now, where it stands under another one."""
    follows = AuditEntry.objects.filter(previous_hash=last).exclude(sequence=place).values(*COVERED, "hash")
    try:
        return next((int(r["sequence"]) for r in follows if digest({**r, "sequence": place}) == r["hash"]), None)
    except ValueError:
        return None


def _not_as_noted(row: Row, place: int, noted: Noted | None) -> Message | None:
    if noted is None or place != noted.at or row["hash"] == noted.hash:
        return None
    return message("entry {n} does not have the hash that was noted: it or one before it was written anew", n=place)


def _not_the_head(row: Row, place: int, head: AuditHead | None) -> Message | None:
    if head is None or place != head.sequence or row["hash"] == head.hash:
        return None
    return message("entry {n} is not the one that was written last: it or one before it was written anew", n=place)


def _wrong_end(count: int, head: AuditHead | None, noted: Noted | None) -> Message | None:
    """Entries cut off at the end, or hung on to it past `record`. What was written meanwhile is no fault."""
    written = max(head.sequence if head else 0, noted.at if noted else 0)
    if written > count:
        return _removed(count + 1, written)
    now = AuditHead.objects.filter(pk=AuditHead.ONLY).first()
    if (now.sequence if now else 0) < count:
        return message("entry {n} was put in", n=(now.sequence if now else 0) + 1)
    if noted and noted.at == 0 and noted.hash != START:
        return message("the hash that was noted for entry 0 is not that of an empty log")
    return None
