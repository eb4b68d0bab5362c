"""The process map in force for other rooms."""

from __future__ import annotations

from datetime import datetime

from qualityloop.analysis.process_map import Map, load_map
from qualityloop.analysis.scoring.sheet import Facts
from qualityloop.standards.process_maps.kind import MAPS
from qualityloop.standards.versions.models import Version
from qualityloop.standards.versions.queries import all_in_force


def map_in_force(facts: Facts, instant: datetime | None = None) -> tuple[Version, Map] | None:
    """The map in force (now, or at `instant`) that fits cases with these facts best; None where there is none.

    A variant fits where its scope names facts that are all known and hold; the one that names most of them wins, a map
    without scope fits everything. Among equals the first by key.
    """
    best: tuple[int, Version, Map] | None = None
    for version in all_in_force(MAPS.key, instant):
        process = load_map(version.content)
        terms = process.scope.terms
        if all(facts.get(term.fact) and term.holds(facts) for term in terms) and (best is None or len(terms) > best[0]):
            best = (len(terms), version, process)
    return best[1:] if best else None
