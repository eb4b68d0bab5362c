"""A standard operating procedure as data: numbered steps, cautions, what to do when something is unusual, readers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from qualityloop.analysis.authored import (
    Reading,
    dumped,
    root_of_data,
    root_of_text,
    text_data,
    without_empty,
)
from qualityloop.analysis.files.yaml_nodes import Spot, unknown_word
from qualityloop.analysis.messages import AnalysisError, Text, message
from qualityloop.foundation.roles import STAFF

FIELDS = ("key", "name", "purpose", "applies_to", "map_steps", "tools", "steps", "exceptions", "records", "readers",
          "departments")  # fmt: skip
_SHELF = resources.files("qualityloop.standards.sops") / "shipped"


@dataclass(frozen=True, slots=True)
class Action:
    """One numbered step: what is done, how, and what to beware of."""

    name: Text
    how: Text
    caution: Text


@dataclass(frozen=True, slots=True)
class Unusual:
    """What to do when something is not as it should be."""

    case: Text
    action: Text


@dataclass(frozen=True, slots=True)
class Procedure:
    """A version of an SOP. `map_steps` are keys of steps of process maps; `readers` roles, `departments` names."""

    key: str
    name: Text
    purpose: Text
    applies_to: Text
    map_steps: tuple[str, ...]
    tools: Text
    steps: tuple[Action, ...]
    exceptions: tuple[Unusual, ...]
    records: Text
    readers: tuple[str, ...]
    departments: tuple[str, ...]


def read_sop(source: bytes | str | Mapping[str, Any], file: str = "") -> tuple[Procedure, list[AnalysisError]]:
    """An SOP as far as it can be read, and everything that is wrong; AnalysisError where nothing can be read."""
    root = root_of_data(source, file) if isinstance(source, Mapping) else root_of_text(source, file)
    reading = Reading()
    entries = reading.entries(root, FIELDS)
    found = Procedure(
        key=reading.key(root, entries, set()),
        name=reading.both(root, entries, "name", required=True),
        purpose=reading.both(root, entries, "purpose", required=True),
        applies_to=reading.both(root, entries, "applies_to"),
        map_steps=_texts(reading, root, entries, "map_steps"),
        tools=reading.both(root, entries, "tools"),
        steps=tuple(_action(reading, spot) for spot in reading.items(root, entries, "steps", 100)),
        exceptions=tuple(_unusual(reading, spot) for spot in reading.items(root, entries, "exceptions", 60)),
        records=reading.both(root, entries, "records"),
        readers=_texts(reading, root, entries, "readers"),
        departments=_texts(reading, root, entries, "departments"),
    )
    for role in found.readers:
        if role not in STAFF:
            reading.fault(entries["readers"], unknown_word(role[:60], sorted(STAFF)))
    if not found.steps:
        reading.fault(root, message("The procedure has no steps."), "steps")
    if not found.exceptions:
        reading.fault(root, message("Say what to do in at least one unusual case."), "exceptions")
    return found, reading.faults


def _texts(reading: Reading, root: Spot, entries: dict[str, Spot], name: str) -> tuple[str, ...]:
    place = entries.get(name)
    if place is None:
        return ()
    if not place.is_list:
        return tuple(filter(None, (part.strip() for part in reading.text(root, entries, name).split(","))))
    return tuple(filter(None, (reading.text(s, {"": s}, "") for s in reading.items(root, entries, name, 60))))


def _action(reading: Reading, spot: Spot) -> Action:
    entries = reading.entries(spot, ("name", "how", "caution"))
    return Action(
        reading.both(spot, entries, "name", required=True),
        reading.both(spot, entries, "how"),
        reading.both(spot, entries, "caution"),
    )


def _unusual(reading: Reading, spot: Spot) -> Unusual:
    entries = reading.entries(spot, ("case", "action"))
    return Unusual(
        reading.both(spot, entries, "case", required=True), reading.both(spot, entries, "action", required=True)
    )


def load_sop(source: bytes | str | Mapping[str, Any], file: str = "") -> Procedure:
    """An SOP that can be used; AnalysisError at the first thing that is wrong."""
    found, faults = read_sop(source, file)
    if faults:
        raise faults[0]
    return found


def shipped_sops() -> tuple[str, ...]:
    """Keys of the SOPs that come with the product."""
    return tuple(sorted(p.name.removesuffix(".yaml") for p in _SHELF.iterdir() if p.name.endswith(".yaml")))


def shipped_sop(key: str) -> Procedure:
    """The shipped SOP called `key`."""
    if key not in shipped_sops():
        raise AnalysisError(unknown_word(key[:60], shipped_sops()))
    return load_sop((_SHELF / f"{key}.yaml").read_bytes(), f"{key}.yaml")


def sop_data(sop: Procedure) -> dict[str, Any]:
    """The SOP as plain data, as YAML, database and editor hold it."""
    return without_empty(
        {
            "key": sop.key,
            "name": text_data(sop.name),
            "purpose": text_data(sop.purpose),
            "applies_to": text_data(sop.applies_to),
            "map_steps": list(sop.map_steps),
            "tools": text_data(sop.tools),
            "steps": [
                without_empty({"name": text_data(s.name), "how": text_data(s.how), "caution": text_data(s.caution)})
                for s in sop.steps
            ],
            "exceptions": [{"case": text_data(u.case), "action": text_data(u.action)} for u in sop.exceptions],
            "records": text_data(sop.records),
            "readers": list(sop.readers),
            "departments": list(sop.departments),
        }
    )


def sop_to_yaml(sop: Procedure) -> str:
    """The SOP as YAML; `load_sop` reads the same SOP from it."""
    return dumped(sop_data(sop))
