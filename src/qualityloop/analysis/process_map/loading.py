"""Process maps from the shelf, from YAML or an editor, and back."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import Any

from qualityloop.analysis.authored import Reading, dumped, root_of_data, root_of_text, text_data, without_empty
from qualityloop.analysis.files.yaml_nodes import unknown_word
from qualityloop.analysis.messages import AnalysisError
from qualityloop.analysis.process_map.model import Map, Stage, Step
from qualityloop.analysis.process_map.parsing import parse_map

_SHELF = resources.files("qualityloop.analysis.process_map") / "shipped"


def shipped_maps() -> tuple[str, ...]:
    """Keys of the maps that come with the product."""
    return tuple(sorted(p.name.removesuffix(".yaml") for p in _SHELF.iterdir() if p.name.endswith(".yaml")))


def shipped_map(key: str) -> Map:
    """The shipped map called `key`."""
    if key not in shipped_maps():
        raise AnalysisError(unknown_word(key[:60], shipped_maps()))
    return load_map((_SHELF / f"{key}.yaml").read_bytes(), f"{key}.yaml")


def read_map(source: bytes | str | Mapping[str, Any], file: str = "") -> tuple[Map, list[AnalysisError]]:
    """A map as far as it can be read, and everything that is wrong with it; AnalysisError where nothing can be read."""
    reading = Reading()
    root = root_of_data(source, file) if isinstance(source, Mapping) else root_of_text(source, file)
    process = parse_map(root, reading)
    return process, reading.faults


def load_map(source: bytes | str | Mapping[str, Any], file: str = "") -> Map:
    """A map that can be used; AnalysisError at the first thing that is wrong."""
    process, faults = read_map(source, file)
    if faults:
        raise faults[0]
    return process


def map_to_yaml(process: Map) -> str:
    """The map as YAML; `load_map` reads the same map from it."""
    return dumped(map_data(process))


def map_data(process: Map) -> dict[str, Any]:
    """The map as plain data, as YAML, database and editor hold it."""
    return without_empty(
        {
            "key": process.key,
            "name": text_data(process.name),
            "scope": str(process.scope),
            "note": text_data(process.note),
            "roles": [{"key": role.key, "name": text_data(role.name)} for role in process.roles],
            "stages": [_stage(stage) for stage in process.stages],
        }
    )


def _stage(stage: Stage) -> dict[str, Any]:
    return without_empty(
        {
            "key": stage.key,
            "name": text_data(stage.name),
            "purpose": text_data(stage.purpose),
            "steps": [_step(step) for step in stage.steps],
        }
    )


def _step(step: Step) -> dict[str, Any]:
    return without_empty(
        {
            "key": step.key,
            "name": text_data(step.name),
            "control": text_data(step.control),
            "input": text_data(step.input),
            "output": text_data(step.output),
            "executor": step.executor,
            "duration": None if step.minutes is None else _duration(step.minutes),
            "working_time": step.working_time or None,
            "raci": {role: "A/R" if duty == "AR" else duty for role, duty in step.raci},
            "next": [without_empty({"to": way.to, "when": text_data(way.when)}) for way in step.ways],
            "activities": list(step.activities),
            "optional": step.optional or None,
            "repeatable": step.repeatable or None,
            "redundant": step.redundant or None,
            "redundant_reason": text_data(step.redundant_reason),
        }
    )


def _duration(minutes: int) -> str:
    for unit, size in (("d", 1440), ("h", 60)):
        if minutes and minutes % size == 0:
            return f"{minutes // size} {unit}"
    return f"{minutes} min"
