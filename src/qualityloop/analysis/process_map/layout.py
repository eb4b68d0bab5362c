"""Where everything of a process map lies: stages as bands, steps in rows, ways along channels and lanes of their own.

A way to the next step in a row is a straight arrow. One to the next row runs through the channel between the rows.
All others leave the row downwards, run along a lane (forward on the right, back on the left) and come in from above.
Pixels; nothing overlaps because every channel and every lane has as many tracks as it needs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from qualityloop.analysis.process_map.model import END, Map, Stage, Step
from qualityloop.analysis.process_map.routes import START

TRACK, LANE, PAD = 17.0, 11.0, 15.0
LABEL_SIZE, SMALL_SIZE = 13.0, 11.0


@dataclass(frozen=True, slots=True)
class Shape:
    """How large things are: `columns` steps in a row, a box, the gap between boxes, and room for names of stages."""

    columns: int
    box: float
    height: float
    gap: float
    aside: float  # names of stages stand left of the steps …
    above: float  # … or above them


WIDE = Shape(columns=4, box=206, height=84, gap=34, aside=104, above=0)
NARROW = Shape(columns=1, box=218, height=84, gap=0, aside=0, above=26)


@dataclass(slots=True)
class Box:
    """A step (None: the beginning or the end) and where it lies; `row` counts from 0 through the whole map."""

    key: str
    step: Step | None
    row: int
    x: float
    width: float
    y: float = 0.0
    height: float = 0.0

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True)
class Band:
    """A stage and the room that it takes from top to bottom."""

    stage: Stage
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Line:
    """A way as a broken line, its words and where they stand ("start": to the right of the point)."""

    source: str
    target: str
    points: tuple[tuple[float, float], ...]
    words: str = ""
    at: tuple[float, float] = (0.0, 0.0)
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Layout:
    """A map as it is drawn."""

    width: float
    height: float
    bands: tuple[Band, ...]
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    aside: float


@dataclass(slots=True)
class _Route:
    source: Box
    target: Box
    words: str
    kind: str  # "straight", "hop" (within a row, above it), "next" (to the row below), "lane"
    side: int = 0  # of the lane: -1 left, 1 right
    lane: int = 0
    out: float = 0.0  # x where it leaves, x where it comes in
    into: float = 0.0
    tracks: dict[int, int] = field(default_factory=dict)  # channel → track


def text_width(text: str, size: float) -> float:
    """About how wide `text` is: Chinese characters are square, others a little more than half as wide."""
    return sum(size if ord(c) > 0x2E7F else size * 0.56 for c in text)


def lay_out(process: Map, shape: Shape, language: str) -> Layout:
    """The whole map."""
    return _Plan(process, shape, language).layout()


class _Plan:
    def __init__(self, process: Map, shape: Shape, language: str) -> None:
        self.process, self.shape, self.language = process, shape, language
        self.boxes: dict[str, Box] = {}
        self.rows: list[Stage | None] = [None]  # the stage of each row
        self._place()
        self.routes = self._routes()
        self._lanes()
        self._shift()
        self._ports()
        self._tracks()

    def _place(self) -> None:
        """Give every step its row and column; x counts from the left edge of the first box."""
        shape, row = self.shape, 0
        self.boxes[START] = Box(START, None, 0, shape.box / 2 - 9, 18)
        for stage in self.process.stages:
            for n, step in enumerate(stage.steps):
                if n % shape.columns == 0:
                    row += 1
                    self.rows.append(stage)
                x = (n % shape.columns) * (shape.box + shape.gap)
                self.boxes[step.key] = Box(step.key, step, row, x, shape.box)
        self.rows.append(None)
        self.boxes[END] = Box(END, None, row + 1, shape.box / 2 - 9, 18)

    def _routes(self) -> list[_Route]:
        found = []
        first = next(iter(self.process.steps()), None)
        if first is not None:
            found.append(_Route(self.boxes[START], self.boxes[first.key], "", "next"))
        for key, ways in self.process.ways().items():
            for way in ways:
                if way.to in self.boxes:
                    found.append(self._route(self.boxes[key], self.boxes[way.to], way.when.in_language(self.language)))
        return found

    def _route(self, source: Box, target: Box, words: str) -> _Route:
        if source.row == target.row:
            beside = abs(target.x - source.x - self.shape.box - self.shape.gap) < 1
            fits = text_width(words, SMALL_SIZE) <= self.shape.gap - 10
            return _Route(source, target, words, "straight" if beside and fits else "hop")
        if target.row == source.row + 1:
            return _Route(source, target, words, "next")
        return _Route(source, target, words, "lane", side=1 if target.row > source.row else -1)

    def _lanes(self) -> None:
        """Each way along the side gets a lane that is free for as long as it runs; short ones lie inside."""
        taken: dict[int, list[list[tuple[int, int]]]] = {-1: [], 1: []}
        long_ways = [route for route in self.routes if route.kind == "lane"]
        for route in sorted(long_ways, key=lambda r: abs(r.target.row - r.source.row)):
            first, last = sorted((route.source.row + 1, route.target.row))
            lanes = taken[route.side]
            free = (n for n, spans in enumerate(lanes) if all(last < a or first > b for a, b in spans))
            route.lane = next(free, len(lanes))
            if route.lane == len(lanes):
                lanes.append([])
            lanes[route.lane].append((first, last))
        self.left, self.right = len(taken[-1]), len(taken[1])

    def _shift(self) -> None:
        """Now that the lanes are known, x counts from the left edge of the drawing."""
        shape = self.shape
        self.start = PAD + shape.aside + self.left * LANE
        self.columns = max(
            (sum(1 for b in self.boxes.values() if b.row == r) for r in range(len(self.rows))), default=1
        )
        self.end = self.start + self.columns * shape.box + (self.columns - 1) * shape.gap
        self.width = self.end + PAD + self.right * LANE
        for box in self.boxes.values():
            box.x += self.start

    def _lane_x(self, route: _Route) -> float:
        return self.start - PAD / 2 - route.lane * LANE if route.side < 0 else self.end + PAD / 2 + route.lane * LANE

    def _ports(self) -> None:
        """Ways that use the same edge of a box do so beside each other, ordered by where they go."""
        leaving: dict[tuple[str, str], list[_Route]] = defaultdict(list)
        coming: dict[str, list[_Route]] = defaultdict(list)
        for route in self.routes:
            if route.kind != "straight":
                leaving[route.source.key, "top" if route.kind == "hop" else "bottom"].append(route)
                coming[route.target.key].append(route)
        for (key, edge), routes in leaving.items():
            hops_in = coming[key] if edge == "top" else []
            for x, route in zip(
                self._spread(key, len(routes), len(hops_in)), self._ordered(routes, out=True), strict=False
            ):
                route.out = x
        for key, routes in coming.items():
            others = len(leaving.get((key, "top"), ()))
            for x, route in zip(
                self._spread(key, len(routes), -others), self._ordered(routes, out=False), strict=False
            ):
                route.into = x

    def _ordered(self, routes: Sequence[_Route], *, out: bool) -> list[_Route]:
        def place(route: _Route) -> float:
            if route.kind == "lane":
                return route.side * (100_000.0 + route.lane)
            return route.target.middle if out else route.source.middle

        return sorted(routes, key=place)

    def _spread(self, key: str, count: int, others: int) -> list[float]:
        """Places of `count` ports along a box; `others` more stand left (> 0) or right (< 0) of them."""
        box = self.boxes[key]
        every = count + abs(others)
        step = min(26.0, box.width / (every + 1))
        left = box.middle - step * (every - 1) / 2 + step * max(others, 0)
        return [left + step * n for n in range(count)]

    def _tracks(self) -> None:
        """Each stretch through a channel gets a track on which nothing else lies."""
        spans: dict[int, list[tuple[float, float, _Route]]] = defaultdict(list)
        for route in self.routes:
            for channel, begin, end in self._stretches(route):
                low, high = sorted((begin, end))
                if channel == self._first_channel(route) and route.words:
                    reach = text_width(route.words, SMALL_SIZE) + 8
                    low, high = (min(low, begin - reach), high) if end < begin else (low, max(high, begin + reach))
                spans[channel].append((low, high, route))
        self.heights: dict[int, int] = {}
        for channel, found in spans.items():
            tracks: list[list[tuple[float, float]]] = []
            for low, high, route in sorted(found, key=lambda s: (s[1] - s[0], s[0])):
                free = (n for n, used in enumerate(tracks) if all(high + 6 < a or low - 6 > b for a, b in used))
                track = next(free, len(tracks))
                if track == len(tracks):
                    tracks.append([])
                tracks[track].append((low, high))
                route.tracks[channel] = track
            self.heights[channel] = len(tracks)

    def _first_channel(self, route: _Route) -> int:
        return route.source.row if route.kind == "hop" else route.source.row + 1

    def _stretches(self, route: _Route) -> list[tuple[int, float, float]]:
        """Where a way runs horizontally: channel (above the row of that number), from x, to x."""
        if route.kind == "straight":
            return []
        first = self._first_channel(route)
        if route.kind in ("hop", "next"):
            return [(first, route.out, route.into)]
        lane = self._lane_x(route)
        return [(first, route.out, lane), (route.target.row, lane, route.into)]

    def layout(self) -> Layout:
        """Give every row and channel its height from top to bottom, then draw the ways."""
        shape, y = self.shape, PAD / 2
        tops: dict[int, float] = {}
        bands: list[Band] = []
        by_row: dict[int, list[Box]] = defaultdict(list)
        for box in self.boxes.values():
            by_row[box.row].append(box)
        opened: tuple[Stage, float] | None = None
        for row, stage in enumerate(self.rows):
            if opened is not None and opened[0] is not stage:
                bands.append(Band(opened[0], opened[1], y - opened[1]))
                opened, y = None, y + 4
            if stage is not None and opened is None:
                opened, y = (stage, y), y + shape.above
            tops[row] = y + 8
            y += 14 + max(self.heights.get(row, 0), 1) * TRACK if row else 0
            height = shape.height if stage is not None else 18.0
            for box in by_row[row]:
                box.y, box.height = y, height
            y += height + 12
        lines = tuple(self._line(route, tops) for route in self.routes)
        return Layout(self.width, y, tuple(bands), tuple(self.boxes.values()), lines, shape.aside)

    def _line(self, route: _Route, tops: dict[int, float]) -> Line:
        source, target = route.source, route.target
        if route.kind == "straight":
            middle = source.y + source.height / 2
            begin, end = source.x + source.width, target.x
            at = ((begin + end) / 2, middle - 6)
            return Line(source.key, target.key, ((begin, middle), (end, middle)), route.words, at, "middle")
        first = self._first_channel(route)
        leaves = source.y if route.kind == "hop" else source.y + source.height
        level = tops[first] + route.tracks[first] * TRACK + TRACK / 2
        points = [(route.out, leaves), (route.out, level)]
        if route.kind == "lane":
            lane = self._lane_x(route)
            last = tops[target.row] + route.tracks[target.row] * TRACK + TRACK / 2
            points += [(lane, level), (lane, last), (route.into, last)]
        else:
            points.append((route.into, level))
        points.append((route.into, target.y))
        back = points[2][0] < route.out - 1
        at = (route.out + (-5 if back else 5), level - 4)
        return Line(source.key, target.key, tuple(points), route.words, at, "end" if back else "start")
