"""What deliveries and undos should leave behind, kept in plain dictionaries: slow and obvious."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]
EMPTY: dict[str, Row] = {
    "tickets": {"subject": "", "contacts": None, "escalated": None, "customer": None, "team": None},
    "surveys": {"csat": None, "comment": "", "ticket": ""},
}
Counts = tuple[int, int, int, int]  # created, updated, unchanged, refused


@dataclass
class Kept:
    """A record as the oracle keeps it."""

    values: Row
    number: str
    maker: int
    touched: list[tuple[int, int, Row]] = field(default_factory=list)  # (when, batch, values before)


@dataclass
class Oracle:
    """Tickets with events, and survey answers that may name a ticket."""

    records: dict[str, dict[tuple[str, str], Kept]] = field(default_factory=lambda: {"tickets": {}, "surveys": {}})
    events: dict[tuple[tuple[str, str], int], tuple[Row, int]] = field(default_factory=dict)
    reserved: set[str] = field(default_factory=set)
    clock: int = 0

    def ticket_meant(self, source: str, key: str) -> tuple[str, str] | None:
        tickets = self.records["tickets"]
        if (source, key) in tickets:
            return (source, key)
        return next((name for name, kept in tickets.items() if kept.number == key), None)

    def deliver(self, dataset: str, source: str, batch: int, rows: list[Row]) -> Counts:
        counts = [0, 0, 0, 0]
        if dataset == "events":
            for row in rows:
                counts[self._event(source, batch, row)] += 1
            return tuple(counts)  # type: ignore[return-value]
        kept = self.records[dataset]
        self.reserved = {row["key"] for row in rows if (source, row["key"]) not in kept}
        for row in rows:
            values = {name: value for name, value in row.items() if name != "key"}
            name = (source, row["key"])
            self.clock += 1
            if name not in kept:
                kept[name] = Kept(EMPTY[dataset] | values, self._number(dataset, source, row["key"]), batch)
                counts[0] += 1
            elif any(kept[name].values[column] != value for column, value in values.items()):
                kept[name].touched.append((self.clock, batch, dict(kept[name].values)))
                kept[name].values.update(values)
                counts[1] += 1
            else:
                counts[2] += 1
        return tuple(counts)  # type: ignore[return-value]

    def _event(self, source: str, batch: int, row: Row) -> int:
        ticket = self.ticket_meant(source, row["key"])
        if ticket is None:
            return 3
        name, values = (ticket, row["seq"]), {"activity": row["activity"]}
        if name in self.events:
            return 2 if self.events[name][0] == values else 3
        self.events[name] = (values, batch)
        return 0

    def _number(self, dataset: str, source: str, key: str) -> str:
        """The key, if no record has it as its number; else the key with the source, else that counted on.

        A key that comes in the same table keeps its own number free for itself.
        """
        given = {kept.number for kept in self.records[dataset].values()}
        number, count = key, 1
        while number in given or (number != key and number in self.reserved):
            number = f"{key} ({source})" if count == 1 else f"{key} ({source} {count})"
            count += 1
        return number

    def undo(self, batch: int) -> bool:
        """Whether it may be undone; if so it is."""
        for kept in (k for records in self.records.values() for k in records.values()):
            first = min([when for when, who, _before in kept.touched if who == batch], default=None)
            if kept.maker == batch:
                first = 0
            if first is not None and any(when > first and who != batch for when, who, _before in kept.touched):
                return False
        for (ticket, _seq), (_values, maker) in self.events.items():
            if maker != batch and self.records["tickets"][ticket].maker == batch:
                return False
        self.events = {name: event for name, event in self.events.items() if event[1] != batch}
        for records in self.records.values():
            for name, kept in list(records.items()):
                mine = [before for _when, who, before in kept.touched if who == batch]
                if mine:
                    kept.values = mine[0]
                kept.touched = [t for t in kept.touched if t[1] != batch]
                if kept.maker == batch:
                    del records[name]
        return True
