"""A process map as SVG. Colours stand as attributes for print and are overridden by the classes of a page."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from qualityloop.analysis.messages import message
from qualityloop.analysis.process_map.layout import (
    LABEL_SIZE,
    NARROW,
    SMALL_SIZE,
    WIDE,
    Band,
    Box,
    Layout,
    Line,
    lay_out,
    text_width,
)
from qualityloop.analysis.process_map.model import END, Map, Step

INK, MUTED, LINE, PAPER, GROUND, ACCENT, ALARM = (
    "#1d2939", "#5b6778", "#8794a7", "#ffffff", "#f4f6fa", "#1f5fbf", "#b42318"
)  # fmt: skip
FONT = "'Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',sans-serif"


def map_svg(process: Map, language: str, *, narrow: bool = False, links: bool = True) -> str:
    """The diagram; `narrow` for a phone: one step below the other. With `links` each step leads to `#step-KEY`."""
    layout = lay_out(process, NARROW if narrow else WIDE, language)
    numbers = {step.key: n for n, step in enumerate(process.steps(), 1)}
    kind = "narrow" if narrow else "wide"
    mark = f"{kind}-{process.key}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="ql-map ql-map--{kind}" viewBox="0 0 {layout.width:.0f}'
        f' {layout.height:.0f}" width="{layout.width:.0f}" height="{layout.height:.0f}" font-family="{FONT}"'
        f' role="group" aria-label={quoteattr(process.name.in_language(language))}>',
        f'<defs><marker id="ql-arrow-{mark}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
        f' orient="auto"><path class="ql-map__tip" d="M0 0.8 L8 4 L0 7.2 z" fill="{LINE}"/>'
        "</marker></defs>",
        *(_band(band, layout) for band in layout.bands),
        *(_line(line, mark) for line in layout.lines),
        *(_stage(band, layout, language) for band in layout.bands),
        *(_words(line) for line in layout.lines if line.words),
        *(_box(box, process, numbers, language, links=links) for box in layout.boxes),
        "</svg>",
    ]
    return "".join(parts)


def _text(x: float, y: float, words: str, size: float, css: str, fill: str, more: str = "") -> str:  # noqa: PLR0917
    return (
        f'<text class="{css}" x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{fill}"{more}>{escape(words)}</text>'
    )


def _over_lines(x: float, y: float, words: str, size: float, css: str, fill: str, more: str) -> str:  # noqa: PLR0917
    """A text with its ground around it, drawn as two texts: not every reader of SVG knows paint-order."""
    ground = f'{more} stroke="{GROUND}" stroke-width="4" stroke-linejoin="round" aria-hidden="true"'
    return _text(x, y, words, size, "ql-map__halo", GROUND, ground) + _text(x, y, words, size, css, fill, more)


def _band(band: Band, layout: Layout) -> str:
    return (
        f'<rect class="ql-map__band" x="1" y="{band.y:.1f}" width="{layout.width - 2:.1f}" height="{band.height:.1f}"'
        f' rx="8" fill="{GROUND}"/>'
    )


def _stage(band: Band, layout: Layout, language: str) -> str:
    """The name of a stage, over the ways that may pass below it."""
    name = band.stage.name.in_language(language)
    bold = ' font-weight="600"'
    if not layout.aside:
        return _over_lines(12, band.y + 19, name, LABEL_SIZE, "ql-map__stage", ACCENT, bold)
    lines = _wrapped(name, layout.aside - 14, LABEL_SIZE, 4)
    top = band.y + band.height / 2 - (len(lines) - 1) * 9 + 4
    return "".join(
        _over_lines(12, top + n * 18, line, LABEL_SIZE, "ql-map__stage", ACCENT, bold) for n, line in enumerate(lines)
    )


def _line(line: Line, mark: str) -> str:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in line.points)
    return (
        f'<polyline class="ql-map__way" points="{points}" fill="none" stroke="{LINE}" stroke-width="1.4"'
        f' stroke-linejoin="round" marker-end="url(#ql-arrow-{mark})"/>'
    )


def _words(line: Line) -> str:
    anchor = f' text-anchor="{line.anchor}"'
    return _over_lines(*line.at, line.words, SMALL_SIZE, "ql-map__when", MUTED, anchor)


def _box(box: Box, process: Map, numbers: dict[str, int], language: str, *, links: bool) -> str:
    if box.step is None:
        return _terminal(box, language)
    step = box.step
    css = "ql-map__step" + (" is-redundant" if step.redundant else " is-optional" if step.optional else "")
    stroke = ALARM if step.redundant else LINE
    dash = ' stroke-dasharray="5 4"' if step.redundant or step.optional else ""
    inner = [
        f"<title>{escape(_title(step, language))}</title>",
        f'<rect class="ql-map__box" x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}"'
        f' rx="6" fill="{PAPER}" stroke="{stroke}" stroke-width="1.2"{dash}/>',
        *_inside(box, step, process, numbers[step.key], language),
    ]
    group = f'<g class="{css}">{"".join(inner)}</g>'
    return f"<a href={quoteattr('#step-' + step.key)}>{group}</a>" if links else group


def _inside(box: Box, step: Step, process: Map, number: int, language: str) -> Iterable[str]:
    left, room = box.x + 12, box.width - 24
    mark = _mark(step, language)
    name = f"{number} {step.name.in_language(language)}"
    used = text_width(mark, SMALL_SIZE) + 8 if mark else 0.0
    yield _text(
        left, box.y + 21, _cut(name, room - used, LABEL_SIZE), LABEL_SIZE, "ql-map__name", INK, ' font-weight="600"'
    )
    if mark:
        colour = ALARM if step.redundant else MUTED
        yield _text(left + room, box.y + 21, mark, SMALL_SIZE, "ql-map__mark", colour, ' text-anchor="end"')
    control = _wrapped(step.control.in_language(language), room, SMALL_SIZE, 2)
    for n, line in enumerate(control):
        yield _text(left, box.y + 40 + n * 15, line, SMALL_SIZE, "ql-map__text", MUTED)
    who = " · ".join(filter(None, (_who(step, process, language), duration_text(step, language))))
    yield _text(left, box.y + box.height - 9, _cut(who, room, SMALL_SIZE), SMALL_SIZE, "ql-map__who", ACCENT)


def _terminal(box: Box, language: str) -> str:
    ends = box.key == END
    words = message("End") if ends else message("Begin")
    x, y = box.middle, box.y + 9
    css, fill = ("ql-map__terminal is-end", LINE) if ends else ("ql-map__terminal", PAPER)
    return (
        f'<circle class="{css}" cx="{x:.1f}" cy="{y:.1f}" r="8" fill="{fill}" stroke="{LINE}" stroke-width="2"/>'
        + _text(x + 15, y + 4, words.in_language(language), SMALL_SIZE, "ql-map__text", MUTED)
    )


def _mark(step: Step, language: str) -> str:
    if step.redundant:
        return message("redundant").in_language(language)
    return message("optional").in_language(language) if step.optional else ""


def _who(step: Step, process: Map, language: str) -> str:
    keys = (step.executor,) if step.executor else step.holders("R")
    return ", ".join(process.role_name(key).in_language(language) for key in keys)


def _title(step: Step, language: str) -> str:
    words = [step.name, step.control, step.redundant_reason]
    return "\n".join(filter(None, (text.in_language(language) for text in words)))


def duration_text(step: Step, language: str) -> str:
    """The expected duration in words, and that it counts working time where it does."""
    if step.minutes is None:
        return ""
    if step.minutes and step.minutes % 1440 == 0:
        words = message("{n} d", n=step.minutes // 1440)
    elif step.minutes and step.minutes % 60 == 0:
        words = message("{n} h", n=step.minutes // 60)
    else:
        words = message("{n} min", n=step.minutes)
    if step.working_time:
        words = message("{duration} of working time", duration=words)
    return words.in_language(language)


def _cut(text: str, room: float, size: float) -> str:
    if text_width(text, size) <= room:
        return text
    while text and text_width(text + "…", size) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def _wrapped(text: str, room: float, size: float, lines: int) -> list[str]:
    """`text` in up to `lines` lines; Chinese breaks anywhere, other words at blanks."""
    found: list[str] = []
    rest = " ".join(text.split())
    while rest and len(found) < lines:
        if len(found) == lines - 1 or text_width(rest, size) <= room:
            found.append(_cut(rest, room, size))
            break
        length = 1
        while length < len(rest) and text_width(rest[: length + 1], size) <= room:
            length += 1
        if rest[length - 1].isascii() and rest[length : length + 1].isascii() and " " in rest[:length]:
            length = rest.rindex(" ", 0, length + 1) or length
        while length > 1 and rest[length : length + 1] in "，。；、：！？）,.;:)":
            length -= 1
        found.append(rest[:length].rstrip())
        rest = rest[length:].lstrip()
    return found
