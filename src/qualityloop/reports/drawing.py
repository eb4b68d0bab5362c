"""Charts drawn on the server as SVG from the payloads of the front end, for paper, where no script runs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from qualityloop.reports.markup import Html, joined, tag

WIDTH, HEIGHT = 640.0, 190.0
LEFT, RIGHT, TOP, BOTTOM = 52.0, 12.0, 10.0, 24.0
ACCENT, BAD, WARN, MUTED, GRID = "#1a5fb4", "#b3261e", "#b26a00", "#596473", "#dfe4ea"
EVEN = 1e-9  # what floating point leaves of an even number of steps
Numbers = Sequence[float | None]


def drawn(kind: str, payload: dict[str, Any]) -> Html:
    """The chart `kind` of the front end; nothing for one that paper has no room for."""
    if kind == "trend":
        return trend_svg(payload)
    return pareto_svg(payload) if kind == "pareto" else Html("")


def trend_svg(payload: dict[str, Any]) -> Html:
    """One line with its interval, control limits, target and warning; signals as diamonds."""
    series = payload["series"][0]
    values, low, high = series["values"], series.get("low") or [], series.get("high") or []
    target, warning = payload.get("target"), payload.get("warning")
    limits = [*payload.get("lower", []), *payload.get("upper", [])]
    numbers = [*values, *low, *high, *limits, target, warning]
    scale = _Scale(numbers, len(values), whole=1.0 if payload.get("unit") == "percent" else None)
    parts = [_grid(scale, payload["labels"], payload.get("unit", "number"))]
    parts += [_band(scale, low, high), *(_limit(scale, payload.get(side, [])) for side in ("lower", "upper"))]
    parts += [_level(scale, target, ACCENT), _level(scale, warning, WARN), _path(scale, values, ACCENT, 1.8)]
    signals = set(payload.get("signals", ()))
    parts += [_point(scale, at, value, at in signals) for at, value in enumerate(values) if _drawable(value)]
    return _picture(parts, HEIGHT, payload["words"]["label"])


def pareto_svg(payload: dict[str, Any]) -> Html:
    """Lying bars in falling order, each with its count and the running share."""
    items, row = payload["items"], 19.0
    most = max((item["value"] for item in items), default=0) or 1
    whole = sum(item["value"] for item in items) or 1
    parts, running = [], 0.0
    for at, item in enumerate(items):
        running += item["value"]
        y, long = at * row + 4, 330.0 * item["value"] / most
        past = running - item["value"] >= payload["line"] * whole
        parts += [
            _text(190, y + 11, _short(str(item["name"]), 17), "end"),
            tag("rect", x=198, y=y + 1, width=f"{long:.1f}", height=13, fill=GRID if past else ACCENT),
            _text(204 + long, y + 11, f"{item['value']:,.0f} · {running / whole:.0%}", "start", MUTED),
        ]
    return _picture(parts, len(items) * row + 8, payload["words"]["label"])


class _Scale:
    """From values and positions to points of the picture."""

    def __init__(self, numbers: Numbers, count: int, *, whole: float | None = None) -> None:
        known = [float(n) for n in numbers if n is not None and math.isfinite(n)] or [0.0, 1.0]
        low, high = min(known), max(known)
        space = (high - low) * 0.04 or abs(high) * 0.1 or 1.0
        begin, end = (low - space if low < 0 or low - space > 0 else 0.0), high + space
        self.step = _step((end - begin) / 4)
        first, last = math.floor(begin / self.step + EVEN), math.ceil(end / self.step - EVEN)
        if whole is not None and high <= whole:  # no share is more than the whole
            last = min(last, round(whole / self.step))
        self.levels = [at * self.step for at in range(first, max(last, first + 1) + 1)]
        self.low, self.high = self.levels[0], self.levels[-1]
        self.count = count

    def x(self, at: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * ((at + 0.5) / max(self.count, 1))

    def y(self, value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (self.high - value) / (self.high - self.low)


def _step(least: float) -> float:
    """A step between the lines of an axis that people count in: 1, 2, 5 or 10 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(times * power for times in (1, 2, 5, 10) if times * power >= least * (1 - EVEN))


def _drawable(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _grid(scale: _Scale, labels: Sequence[str], unit: str) -> Html:
    parts = []
    for value in scale.levels:
        y = f"{scale.y(value):.1f}"
        parts += [
            tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, stroke=GRID, stroke_width=0.6),
            _text(LEFT - 6, scale.y(value) + 3, axis_number(value, unit, scale.high - scale.low), "end", MUTED),
        ]
    step = max(1, math.ceil(len(labels) / 14))
    for at in range(len(labels) - 1, -1, -step):
        parts.append(_text(scale.x(at), HEIGHT - 8, labels[at], "middle", MUTED))
    return joined(parts)


def axis_number(value: float, unit: str, spread: float) -> str:
    """A number on an axis, with as many digits as tell its lines apart."""
    factor, sign = {"percent": (100, "%"), "per_thousand": (1000, "‰")}.get(unit, (1, ""))
    spread *= factor
    digits = 0 if spread >= 8 else 1 if spread >= 0.8 else 2
    return f"{value * factor:,.{digits}f}{sign}"


def _band(scale: _Scale, low: Numbers, high: Numbers) -> Html:
    ends = [(at, a, b) for at, (a, b) in enumerate(zip(low, high, strict=False)) if _drawable(a) and _drawable(b)]
    if len(ends) < 2:
        return Html("")
    there = [f"{scale.x(at):.1f},{scale.y(b or 0):.1f}" for at, _a, b in ends]
    back = [f"{scale.x(at):.1f},{scale.y(a or 0):.1f}" for at, a, _b in reversed(ends)]
    return tag("polygon", points=" ".join(there + back), fill="#d7e5f7")


def _path(scale: _Scale, values: Numbers, colour: str, width: float, dashes: str | None = None) -> Html:
    words, pen = [], "M"
    for at, value in enumerate(values):
        if value is None or not math.isfinite(value):
            pen = "M"
            continue
        words.append(f"{pen}{scale.x(at):.1f} {scale.y(value):.1f}")
        pen = "L"
    if not words:
        return Html("")
    return tag("path", d="".join(words), fill="none", stroke=colour, stroke_width=width, stroke_dasharray=dashes)


def _limit(scale: _Scale, values: Numbers) -> Html:
    return _path(scale, values, MUTED, 0.9, "5 4")


def _level(scale: _Scale, value: float | None, colour: str) -> Html:
    if value is None:
        return Html("")
    y = f"{scale.y(value):.1f}"
    return tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, stroke=colour, stroke_width=1, stroke_dasharray="1.5 3")


def _point(scale: _Scale, at: int, value: float, signal: bool) -> Html:
    x, y = scale.x(at), scale.y(value)
    if not signal:
        return tag("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r=2.1, fill=ACCENT)
    return tag("path", d=f"M{x:.1f} {y - 5:.1f}l5 5l-5 5l-5 -5z", fill=BAD)


def _text(x: float, y: float, words: str, anchor: str, colour: str = "#1c232d") -> Html:
    return tag("text", words, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor, fill=colour, font_size=9.5)


def _short(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1] + "…"


def _picture(parts: Sequence[Html], height: float, label: str) -> Html:
    return tag(
        "svg",
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH:g} {height:g}",
        role="img",
        aria_label=label,
        class_="p-chart",
    )
