"""A content laid out for the page: every field with its name, its value and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from qualityloop.analysis.messages import AnalysisError
from qualityloop.standards.outline.posted import MARK, ROOT, Names
from qualityloop.standards.outline.schema import Field, Group, Listed, Words

Roles = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class BoundField:
    """A field on the page; `parts` are its single inputs: (name, value, language or role)."""

    field: Field
    id: str
    name: str
    value: Any
    parts: tuple[tuple[str, str, str, str], ...]
    errors: tuple[str, ...]


@dataclass(slots=True)
class BoundGroup:
    """Fields and lists of the document, or of one entry."""

    id: str
    title: str
    fields: list[BoundField] = field(default_factory=list)
    lists: list[BoundList] = field(default_factory=list)
    has_errors: bool = False


@dataclass(frozen=True, slots=True)
class BoundList:
    """A list on the page. `blank` is what a new entry looks like; `slot` in its names becomes its number."""

    listed: Listed
    id: str
    name: str
    slot: str
    entries: tuple[BoundGroup, ...]
    blank: BoundGroup
    errors: tuple[str, ...]


class Binder:
    """Lays one content out. `names` keeps the names that a form came with, so that what was typed stays where it is."""

    def __init__(
        self,
        faults: Sequence[AnalysisError],
        language: str,
        names: Names | None = None,
        roles: Roles = (),
    ) -> None:
        self.language, self.names, self.roles = language, names or {}, roles
        self.faults: dict[str, list[str]] = {}
        for fault in faults:
            self.faults.setdefault(fault.place.column or "", []).append(fault.text.in_language(language))

    def bind(self, schema: Group, content: Mapping[str, Any]) -> BoundGroup:
        """The whole document."""
        return self._group(schema, content, ROOT, "", "", 0)

    def _errors(self, path: str) -> tuple[str, ...]:
        found = [*self.faults.get(path, ())]
        for language in ("zh", "en"):
            found += self.faults.get(f"{path}.{language}", ())
        return tuple(found)

    def _group(  # noqa: PLR0917
        self, group: Group, content: Mapping[str, Any], name: str, path: str, titled: str, depth: int
    ) -> BoundGroup:
        bound = BoundGroup(_id(name), self._title(content.get(titled)))
        for one in group.fields:
            at = f"{path}.{one.name}" if path else one.name
            bound.fields.append(self._field(one, content.get(one.name), f"{name}.{one.name}", at))
        for listed in group.lists:
            at = f"{path}.{listed.name}" if path else listed.name
            bound.lists.append(self._list(listed, content.get(listed.name), f"{name}.{listed.name}", at, depth + 1))
        bound.has_errors = any(f.errors for f in bound.fields) or any(
            inner.errors or any(entry.has_errors for entry in inner.entries) for inner in bound.lists
        )
        return bound

    def _title(self, value: Any) -> str:
        if isinstance(value, Mapping):
            first = "zh" if self.language.startswith("zh") else "en"
            return str(value.get(first) or value.get("zh") or value.get("en") or "")
        return str(value or "")

    def _list(self, listed: Listed, content: Any, name: str, path: str, depth: int) -> BoundList:
        slot = f"__{depth}__"
        entries = []
        for place, entry in enumerate(content if isinstance(content, list) else [], 1):
            at = f"{path}[{place}]"
            called = self.names.get(at, f"{name}.{MARK}{place}")
            data = entry if isinstance(entry, Mapping) else {}
            entries.append(self._group(listed.entry, data, called, at, listed.titled, depth))
        blank = self._group(
            listed.entry, {"key": f"{listed.prefix}-{slot}"}, f"{name}.{MARK}{slot}", f"{path}[0]", "", depth
        )
        return BoundList(listed, _id(name), name, slot, tuple(entries), blank, self._errors(path))

    def _field(self, one: Field, value: Any, name: str, path: str) -> BoundField:
        parts: tuple[tuple[str, str, str, str], ...] = ()
        if one.kind.startswith("both"):
            texts = value if isinstance(value, Mapping) else {"zh": value or "", "en": value or ""}
            parts = tuple((f"{name}.{ln}", str(texts.get(ln, "")), ln, _id(f"{name}.{ln}")) for ln in ("zh", "en"))
        elif one.kind == "raci":
            duties = value if isinstance(value, Mapping) else {}
            parts = tuple(
                (f"{name}.{key}", str(duties.get(key, "")), label, _id(f"{name}.{key}")) for key, label in self.roles
            )
        elif one.kind == "checks":
            chosen = value if isinstance(value, list) else []
            parts = tuple(
                (f"{name}.{key}", "on" if key in chosen else "", str(words), _id(f"{name}.{key}"))
                for key, words in one.options
            )
        elif one.kind == "flag":
            value = one.default if value is None else value in (True, "yes", "是", "true")
        elif one.kind == "lines":
            value = "\n".join(map(str, value)) if isinstance(value, list) else str(value or "")
        shown = value if one.kind == "flag" else "" if value is None or parts else str(value)
        errors = self._errors(path)
        for key, _ in self.roles if one.kind == "raci" else ():
            errors += tuple(self.faults.get(f"{path}.{key}", ()))
        return BoundField(one, _id(name), name, shown, parts, errors)


def _id(name: str) -> str:
    return name.replace(".", "-").replace(MARK, "n")


def places_of(faults: Sequence[AnalysisError], names: Names, language: str) -> list[tuple[str, str]]:
    """Each fault as (id of the field on the page, words)."""
    found = []
    for fault in faults:
        path = fault.place.column or ""
        while path and path not in names:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        found.append((_id(names.get(path, ROOT)), fault.text.in_language(language)))
    return found


RolesOf = Callable[[Mapping[str, Any]], Roles]
__all__ = ["Binder", "BoundField", "BoundGroup", "BoundList", "Roles", "RolesOf", "Words", "places_of"]
