"""A fishbone as SVG: a pure function of its bones. Colours stand as attributes for print; classes override them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from qualityloop.analysis.process_map.layout import text_width

INK, MUTED, LINE, PAPER, ACCENT, ROOT = "#1d2939", "#5b6778", "#8794a7", "#ffffff", "#1f5fbf", "#b42318"
FONT = "'Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',sans-serif"
SIZE, SMALL = 13.0, 11.0
WIDEST = 190.0  # of a bone's text before it breaks
LINE_HEIGHT = 16.0
INDENT = 16.0  # of what hangs on a bone
GAP = 34.0  # between two ribs
HEAD = 210.0  # of the head's text
SLANT = 0.42  # how far a rib leans towards the head for its height
EDGE = 12.0


@dataclass(frozen=True, slots=True)
class Bone:
    """A cause with what hangs on it; `marks` are counts that stand behind its text: "+3" votes, "◆2" evidence."""

    key: int
    text: str
    marks: str = ""
    title: str = ""
    locked: bool = False
    children: tuple[Bone, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One bone on a rib: its lines of text, how deep it hangs, which row it hangs on."""

    bone: Bone
    lines: tuple[str, ...]
    depth: int
    above: int | None

    @property
    def height(self) -> float:
        """Room from the row above, in px."""
        return len(self.lines) * LINE_HEIGHT + 12.0

    @property
    def width(self) -> float:
        """Of the text with its marks, in px."""
        marks = text_width(self.bone.marks, SMALL) + 8 if self.bone.marks else 0.0
        return max(text_width(line, SIZE) for line in self.lines) + marks + 10


@dataclass(frozen=True, slots=True)
class Rib:
    """A category with its rows."""

    bone: Bone
    rows: tuple[Row, ...]

    @property
    def height(self) -> float:
        """From the spine to the label, in px."""
        return max(70.0, sum(row.height for row in self.rows) + 22.0)

    @property
    def width(self) -> float:
        """Of its rows, left of the rib, in px."""
        widths = [row.depth * INDENT + row.width for row in self.rows]
        return max([text_width(self.bone.text, SIZE) / 2 + 14, 60.0, *widths])


def fishbone_svg(head: str, bones: Sequence[Bone], label: str) -> str:
    """The drawing: ribs above and below the spine in turn, the problem at the head. Bones lead to `#bone-KEY`."""
    ribs = [Rib(bone, tuple(_rows(bone.children))) for bone in bones]
    upper, lower = ribs[0::2], ribs[1::2]
    above = max([rib.height for rib in upper], default=40.0)
    below = max([rib.height for rib in lower], default=40.0)
    spine = EDGE + 34.0 + above
    joints = _joints(upper, lower)
    end = (max(joints) if joints else 60.0) + 30.0
    title = wrapped(head, HEAD - 24, SIZE + 1, 4)
    box = max(44.0, len(title) * 19.0 + 20.0)
    width, height = end + HEAD + EDGE, max(spine + below + 34.0 + EDGE, spine + box / 2 + EDGE)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="ql-fish" viewBox="0 0 {width:.0f} {height:.0f}"'
        f' width="{width:.0f}" height="{height:.0f}" font-family="{FONT}" role="group" aria-label={quoteattr(label)}>',
        f'<path class="ql-fish__spine" d="M{EDGE} {spine:.1f} H{end:.1f}" stroke="{INK}" stroke-width="3"'
        ' stroke-linecap="round" fill="none"/>',
        *_tail(spine),
    ]
    for n, (rib, joint) in enumerate(zip(ribs, joints, strict=True)):
        parts += _rib(rib, joint, spine, -1 if n % 2 == 0 else 1)
    parts += _head(title, end, spine, box)
    return "".join([*parts, "</svg>"])


def _joints(upper: Sequence[Rib], lower: Sequence[Rib]) -> list[float]:
    """Where each rib meets the spine, in the order of the bones: a rib above and its partner below share a column."""
    joints: list[float] = []
    left = EDGE + 16.0
    for n, rib in enumerate(upper):
        pair = [rib, *lower[n : n + 1]]
        at = left + max(one.width + _lean(one) for one in pair)
        joints += [at] * len(pair)
        left = at + GAP - min(_lean(one) for one in pair) * 0.4
    return joints


def _lean(rib: Rib) -> float:
    return rib.height * SLANT


def _rows(bones: Iterable[Bone], depth: int = 0, above: int | None = None, start: int = 0) -> Iterator[Row]:
    """Bones and what hangs on them, one below the other."""
    at = start
    for bone in bones:
        room = max(WIDEST - depth * INDENT * 0.5, 110.0)
        yield Row(bone, tuple(wrapped(bone.text, room, SIZE, 3)) or ("",), depth, above)
        inner = list(_rows(bone.children, depth + 1, at, at + 1))
        yield from inner
        at += 1 + len(inner)


def _rib(rib: Rib, joint: float, spine: float, side: int) -> Iterator[str]:
    """`side` −1 is above the spine, 1 below. Rows run from the far end to the spine above it, the other way below."""
    far = joint - _lean(rib)
    end = spine + side * rib.height
    locked = " is-locked" if rib.bone.locked else ""
    yield (
        f'<path class="ql-fish__rib" d="M{far:.1f} {end:.1f} L{joint:.1f} {spine:.1f}" stroke="{ACCENT}"'
        ' stroke-width="2" stroke-linecap="round" fill="none"/>'
    )
    room = max(text_width(rib.bone.text, SIZE) + text_width(rib.bone.marks, SMALL) + 28, 64.0)
    top = end - 28 if side < 0 else end
    yield (
        f'<a href="#bone-{rib.bone.key}"><g class="ql-fish__category{locked}"><title>{escape(rib.bone.title)}</title>'
        f'<rect x="{far - room / 2:.1f}" y="{top:.1f}" width="{room:.1f}" height="28" rx="6" fill="{ACCENT}"/>'
        + _text(far, top + 19, rib.bone.text, SIZE, PAPER, ' text-anchor="middle" font-weight="600"', "ql-fish__name")
        + "</g></a>"
    )
    left = far - rib.width
    y = end + 6 if side < 0 else spine + 10
    places: list[float] = []
    for row in rib.rows:
        y += row.height
        places.append(y)
        meets = joint - (abs(y - spine) / rib.height) * (joint - far)
        yield from _twig(row, left + row.depth * INDENT, y, meets, places[row.above] if row.above is not None else None)


def _twig(row: Row, x: float, y: float, meets: float, above: float | None) -> Iterator[str]:
    """A row: its line, and its text upon it. What hangs on another row is joined to that one's line."""
    css = "ql-fish__twig is-locked" if row.bone.locked else "ql-fish__twig"
    stroke, weight = (ROOT, "2") if row.bone.locked else (LINE, "1.3")
    path = (
        f"M{x:.1f} {y:.1f} H{meets:.1f}"
        if above is None
        else f"M{x - INDENT + 6:.1f} {above:.1f} V{y:.1f} H{x + row.width:.1f}"
    )
    yield f'<path class="{css}" d="{path}" stroke="{stroke}" stroke-width="{weight}" fill="none"/>'
    first = y - 5 - (len(row.lines) - 1) * LINE_HEIGHT
    bold = ' font-weight="600"' if row.bone.locked else ""
    fill = ROOT if row.bone.locked else INK
    texts = "".join(
        _text(x + 4, first + n * LINE_HEIGHT, line, SIZE, fill, bold, "ql-fish__text")
        for n, line in enumerate(row.lines)
    )
    if row.bone.marks:
        right = x + 4 + text_width(row.lines[-1], SIZE) + 6
        texts += _text(right, y - 5, row.bone.marks, SMALL, MUTED, "", "ql-fish__marks")
    locked = " is-locked" if row.bone.locked else ""
    yield (
        f'<a href="#bone-{row.bone.key}"><g class="ql-fish__bone{locked}"><title>{escape(row.bone.title)}</title>'
        f"{texts}</g></a>"
    )


def _head(lines: Sequence[str], x: float, spine: float, box: float) -> Iterator[str]:
    top = spine - box / 2
    yield (
        f'<path class="ql-fish__head" d="M{x:.1f} {top:.1f} H{x + HEAD - 22:.1f} L{x + HEAD:.1f} {spine:.1f}'
        f' L{x + HEAD - 22:.1f} {top + box:.1f} H{x:.1f} Z" fill="{PAPER}" stroke="{INK}" stroke-width="2"'
        ' stroke-linejoin="round"/>'
    )
    first = spine - (len(lines) - 1) * 9.5 + 5
    for n, line in enumerate(lines):
        yield _text(x + 12, first + n * 19, line, SIZE + 1, INK, ' font-weight="600"', "ql-fish__text")


def _tail(spine: float) -> Iterator[str]:
    for side in (-1, 1):
        yield (
            f'<path class="ql-fish__spine" d="M{EDGE} {spine + side * 14:.1f} L{EDGE + 14} {spine:.1f}" stroke="{INK}"'
            ' stroke-width="3" stroke-linecap="round" fill="none"/>'
        )


def _text(x: float, y: float, words: str, size: float, fill: str, more: str, css: str) -> str:  # noqa: PLR0917
    return (
        f'<text class="{css}" x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{fill}"{more}>{escape(words)}</text>'
    )


def wrapped(text: str, room: float, size: float, most: int) -> list[str]:
    """`text` in up to `most` lines of `room` px, the last one cut with …; Chinese breaks anywhere, words at blanks."""
    lines: list[str] = []
    rest = " ".join(text.split())
    while rest and len(lines) < most:
        if text_width(rest, size) <= room:
            lines.append(rest)
            break
        fits = 1
        while text_width(rest[: fits + 1], size) <= room:
            fits += 1
        if len(lines) == most - 1:
            lines.append(rest[: max(1, fits - 1)].rstrip() + "…")
            break
        blank = rest.rfind(" ", 1, fits + 1)
        if blank > 0 and rest[fits - 1].isascii() and rest[fits : fits + 1].isascii():
            fits = blank
        lines.append(rest[:fits].rstrip())
        rest = rest[fits:].lstrip()
    return lines
