"""Two contents side by side: which rows are new, gone or changed, and in which columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from qualityloop.standards.versions.kinds import Section

What = Literal["added", "removed", "changed"]
Flat = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cell:
    """One value, before and after ("" where there was or is none)."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row that differs."""

    what: What
    key: str
    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class SectionChange:
    """What differs in one section; `same` counts the rows that do not. `moved`: the order of rows is another."""

    label: str
    rows: tuple[RowChange, ...]
    same: int
    moved: bool


def compare(old: Sequence[Section], new: Sequence[Section]) -> list[SectionChange]:
    """The sections that differ, in the order of `new`."""
    before = {section.key: section for section in old}
    after = {section.key: section for section in new}
    found = []
    for key in (*after, *(key for key in before if key not in after)):
        change = _section(before.get(key), after.get(key))
        if change.rows or change.moved:
            found.append(change)
    return found


def _section(old: Section | None, new: Section | None) -> SectionChange:
    was = old.rows if old else {}
    now = new.rows if new else {}
    columns = {**(old.columns if old else {}), **(new.columns if new else {})}
    rows = []
    for key in (*now, *(key for key in was if key not in now)):
        cells = _cells(columns, was[key][1] if key in was else {}, now[key][1] if key in now else {})
        what: What = "added" if key not in was else "removed" if key not in now else "changed"
        if cells or what != "changed":
            rows.append(RowChange(what, key, (now.get(key) or was[key])[0], cells))
    kept_before, kept_after = [key for key in was if key in now], [key for key in now if key in was]
    shown = new or old
    return SectionChange(
        shown.label if shown else "",
        tuple(rows),
        len(kept_after) - sum(1 for row in rows if row.what == "changed"),
        kept_before != kept_after,
    )


def _cells(columns: Mapping[str, str], was: Mapping[str, str], now: Mapping[str, str]) -> tuple[Cell, ...]:
    pairs = ((label, was.get(key, ""), now.get(key, "")) for key, label in columns.items())
    return tuple(Cell(label, before, after) for label, before, after in pairs if before != after)


def flat(content: Any, prefix: str = "") -> Flat:
    """Every single value under its dotted path; entries of a list by their `key` where they have one."""
    if isinstance(content, Mapping):
        pairs = [(str(key), value) for key, value in content.items()]
    elif isinstance(content, list) and any(isinstance(item, Mapping | list) for item in content):
        pairs = [(_name(item, place), item) for place, item in enumerate(content, 1)]
    else:
        return {prefix: content}
    found: Flat = {}
    for key, value in pairs:
        found |= flat(value, f"{prefix}.{key}" if prefix else key)
    return found


def differences(old: Any, new: Any) -> tuple[Flat, Flat]:
    """The single values that differ, before and after: what the audit log says about a change."""
    before, after = flat(old), flat(new)
    keys = [key for key in (*before, *(k for k in after if k not in before)) if before.get(key) != after.get(key)]
    return {k: before[k] for k in keys if k in before}, {k: after[k] for k in keys if k in after}


def _name(item: Any, place: int) -> str:
    name = item.get("key") if isinstance(item, Mapping) else None
    return str(name) if name else str(place)
