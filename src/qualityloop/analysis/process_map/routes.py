"""What the ways of a map mean: where a case can get, and which steps may directly follow one another in the log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from heapq import heappop, heappush

from qualityloop.analysis.process_map.model import END, Map, Step

START = ""
Graph = Mapping[str, Iterable[str]]


def graph_of(process: Map) -> dict[str, tuple[str, ...]]:
    """Where each step leads; `START` leads to the first one."""
    graph = {key: tuple(way.to for way in ways) for key, ways in process.ways().items()}
    return {START: tuple(graph)[:1], **graph}


def reached(graph: Graph, start: str) -> set[str]:
    """Everything that can be reached from `start` in one move or more."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        for key in graph.get(waiting.pop(), ()):
            if key not in found:
                found.add(key)
                waiting.append(key)
    return found


def unreachable(process: Map) -> list[str]:
    """Steps to which no way leads from the first one."""
    graph = graph_of(process)
    there = reached(graph, START)
    return [key for key in graph if key and key not in there]


def without_end(process: Map) -> list[str]:
    """Steps from which no way leads to the end."""
    graph = graph_of(process)
    return [key for key in graph if key and END not in reached(graph, key)]


def passable(step: Step) -> bool:
    """Whether the log may be silent about a step: it has no name there, may be left out, or is to go."""
    return step.optional or step.redundant or not step.activities


def allowed_moves(process: Map) -> dict[str, frozenset[str]]:
    """Which steps of the log may directly follow each one (and `START`); `END` where the case may be over."""
    graph = graph_of(process)
    steps = {step.key: step for step in process.steps()}
    moves = {}
    for key in graph:
        found: set[str] = set()
        waiting, seen = [key], {key}
        while waiting:
            for to in graph[waiting.pop()]:
                found.add(to)
                if to != END and to not in seen and passable(steps[to]):
                    seen.add(to)
                    waiting.append(to)
        if key and steps[key].repeatable:
            found.add(key)
        moves[key] = frozenset(to for to in found if to == END or steps[to].activities)
    return moves


def missed_between(process: Map, source: str, target: str) -> tuple[str, ...]:
    """The steps that had to happen between two steps, on the way that misses the fewest; () without a way."""
    graph = graph_of(process)
    steps = {step.key: step for step in process.steps()}
    queue: list[tuple[int, int, str, tuple[str, ...]]] = [(0, 0, source, ())]
    settled: set[str] = set()
    while queue:
        cost, length, key, missed = heappop(queue)
        if key in settled:
            continue
        if key == target and length:
            return missed
        if length:
            settled.add(key)
        for to in graph.get(key, ()):
            if to == target:
                heappush(queue, (cost, length + 1, to, missed))
            elif to != END and to not in settled:
                skipped = not passable(steps[to])
                heappush(queue, (cost + skipped, length + 1, to, (*missed, to) if skipped else missed))
    return ()
