"""Process maps (流程图): how a case should go, who answers for each step, and the order that follows from it."""

from __future__ import annotations

from qualityloop.analysis.process_map.conformance import Conformance, Departed, conformance
from qualityloop.analysis.process_map.drawing import map_svg
from qualityloop.analysis.process_map.loading import (
    load_map,
    map_data,
    map_to_yaml,
    read_map,
    shipped_map,
    shipped_maps,
)
from qualityloop.analysis.process_map.model import END, Map, Role, Stage, Step, Way

__all__ = [
    "END",
    "Conformance",
    "Departed",
    "Map",
    "Role",
    "Stage",
    "Step",
    "Way",
    "conformance",
    "load_map",
    "map_data",
    "map_svg",
    "map_to_yaml",
    "read_map",
    "shipped_map",
    "shipped_maps",
]
