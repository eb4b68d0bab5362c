"""Charts inside a Word file as Word's own (DrawingML): sharp on every printer, and no picture has to be drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any

from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.shared import Cm

CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
WORDS = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
COLOURS = {"value": "1A5FB4", "target": "1B6E3C", "warning": "B26A00", "lower": "8A94A3", "upper": "8A94A3"}
FLAGS = ("showLegendKey", "showVal", "showCatName", "showSerName", "showPercent", "showBubbleSize")
FORMATS = {"percent": "0%", "count": "#,##0"}
FONT = "Noto Sans CJK SC"
FULL = 0.9  # shares above it are drawn up to the whole
FINE = 0.08  # shares that lie closer together need a decimal
Numbers = Sequence[float | None]


def trend_chart(document: Any, payload: dict[str, Any], *, width: float = 17, height: float = 5.2) -> None:
    """A line with target, warning line and control limits, at the end of `document`; centimetres."""
    words, labels, values = payload["words"], payload["labels"], payload["series"][0]["values"]
    lines = [("value", payload["series"][0]["name"], values)]
    for name in ("target", "warning"):
        if payload.get(name) is not None:
            lines.append((name, words[name], [payload[name]] * len(labels)))
    for name in ("lower", "upper"):
        if any(_known(number) for number in payload.get(name, [])):
            lines.append((name, words["limits"], payload[name]))
    known = [number for _key, _name, numbers in lines for number in numbers if number is not None and _known(number)]
    form, ends = FORMATS.get(payload["unit"], "#,##0.0"), ""
    if payload["unit"] == "percent" and known:
        form = "0.0%" if max(known) - min(known) < FINE else form
        if FULL < max(known) <= 1:  # no share is more than the whole; what is far below it is left out
            ends = f'<c:max val="1"/><c:min val="{max(math.floor(min(known) * 10 - 0.1), 0) / 10:g}"/>'
    twice = [at for at, (key, _name, _numbers) in enumerate(lines) if key == "upper" and lines[at - 1][0] == "lower"]
    series = "".join(_series(at, *line, labels, form) for at, line in enumerate(lines))
    plot = f'<c:lineChart><c:grouping val="standard"/><c:varyColors val="0"/>{series}<c:marker val="1"/>{_AXES}'
    _add(
        document, f"{plot}</c:lineChart>{_axes(form, ends=ends)}", words["label"], width, height, legend=_legend(twice)
    )


def bar_chart(document: Any, payload: dict[str, Any], *, width: float = 17) -> None:
    """Lying bars in falling order, with their counts."""
    items = payload["items"]
    names, counts = [str(item["name"]) for item in items], [float(item["value"]) for item in items]
    fill = f'<c:spPr><a:solidFill><a:srgbClr val="{COLOURS["value"]}"/></a:solidFill></c:spPr>'
    shown = "".join(f'<c:{flag} val="{int(flag == "showVal")}"/>' for flag in FLAGS)
    series = (
        f'<c:ser><c:idx val="0"/><c:order val="0"/>{_named(payload["words"]["count"])}{fill}'
        f"<c:dLbls>{_type(800)}{shown}</c:dLbls>{_categories(names)}{_numbers(counts, '#,##0')}</c:ser>"
    )
    plot = (
        f'<c:barChart><c:barDir val="bar"/><c:grouping val="clustered"/><c:varyColors val="0"/>{series}'
        f'<c:gapWidth val="45"/>{_AXES}</c:barChart>{_axes("#,##0", lying=True)}'
    )
    _add(document, plot, payload["words"]["label"], width, 0.8 + 0.62 * len(items))


_AXES = '<c:axId val="1"/><c:axId val="2"/>'


def _known(number: float | None) -> bool:
    return number is not None and math.isfinite(number)


def _named(name: str) -> str:
    return f'<c:tx><c:strRef><c:f>n</c:f><c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>{escape(name)}</c:v></c:pt></c:strCache></c:strRef></c:tx>'  # noqa: E501


def _categories(labels: Sequence[str]) -> str:
    points = "".join(f'<c:pt idx="{at}"><c:v>{escape(label)}</c:v></c:pt>' for at, label in enumerate(labels))
    return f'<c:cat><c:strLit><c:ptCount val="{len(labels)}"/>{points}</c:strLit></c:cat>'


def _numbers(values: Numbers, form: str) -> str:
    points = "".join(f'<c:pt idx="{at}"><c:v>{v!r}</c:v></c:pt>' for at, v in enumerate(values) if _known(v))
    code = f"<c:formatCode>{escape(form)}</c:formatCode>"
    return f'<c:val><c:numLit>{code}<c:ptCount val="{len(values)}"/>{points}</c:numLit></c:val>'


def _series(at: int, key: str, name: str, values: Numbers, labels: Sequence[str], form: str) -> str:  # noqa: PLR0917
    plain = key == "value"
    dashes = "" if plain else '<a:prstDash val="dash"/>'
    line = f'<a:ln w="{22000 if plain else 11000}"><a:solidFill><a:srgbClr val="{COLOURS[key]}"/></a:solidFill>{dashes}</a:ln>'  # noqa: E501
    symbol = "circle" if plain else "none"
    size = '<c:size val="5"/>' if plain else ""
    return (
        f'<c:ser><c:idx val="{at}"/><c:order val="{at}"/>{_named(name)}<c:spPr>{line}</c:spPr>'
        f'<c:marker><c:symbol val="{symbol}"/>{size}</c:marker>{_categories(labels)}{_numbers(values, form)}'
        '<c:smooth val="0"/></c:ser>'
    )


def _legend(without: Sequence[int]) -> str:
    """The legend below, without the series at these places."""
    entries = "".join(f'<c:legendEntry><c:idx val="{at}"/><c:delete val="1"/></c:legendEntry>' for at in without)
    return f'<c:legend><c:legendPos val="b"/>{entries}<c:overlay val="0"/></c:legend>'


def _type(size: int) -> str:
    """The type of the report, in hundredths of a point."""
    fonts = "".join(f'<a:{kind} typeface="{FONT}"/>' for kind in ("latin", "ea", "cs"))
    fill = '<a:solidFill><a:srgbClr val="596473"/></a:solidFill>'
    return (
        f'<c:txPr><a:bodyPr/><a:p><a:pPr><a:defRPr sz="{size}">{fill}{fonts}</a:defRPr></a:pPr>'
        '<a:endParaRPr lang="zh-CN"/></a:p></c:txPr>'
    )


def _axes(form: str, *, lying: bool = False, ends: str = "") -> str:
    """Categories and values; lying bars have the first category on top and carry their own numbers."""
    order, sides = ("maxMin", ("l", "t")) if lying else ("minMax", ("b", "l"))
    small = _type(800 if lying else 700)
    ticks = '<c:majorTickMark val="none"/><c:minorTickMark val="none"/>'
    axis = '<c:spPr><a:ln w="6000"><a:solidFill><a:srgbClr val="B9C4D2"/></a:solidFill></a:ln></c:spPr>'
    grid = '<c:majorGridlines><c:spPr><a:ln w="4000"><a:solidFill><a:srgbClr val="DFE4EA"/></a:solidFill></a:ln></c:spPr></c:majorGridlines>'  # noqa: E501
    if lying:
        grid = ""
    return (
        f'<c:catAx><c:axId val="1"/><c:scaling><c:orientation val="{order}"/></c:scaling><c:delete val="0"/>'
        f'<c:axPos val="{sides[0]}"/>{ticks}<c:tickLblPos val="low"/>{axis}{small}<c:crossAx val="2"/></c:catAx>'
        f'<c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/>{ends}</c:scaling>'
        f'<c:delete val="{int(lying)}"/>'
        f'<c:axPos val="{sides[1]}"/>{grid}<c:numFmt formatCode="{escape(form)}" sourceLinked="0"/>'
        f'{ticks}<c:tickLblPos val="nextTo"/><c:spPr><a:ln><a:noFill/></a:ln></c:spPr>{small}'
        '<c:crossAx val="1"/></c:valAx>'
    )


def _add(document: Any, plot: str, label: str, width: float, height: float, *, legend: str = "") -> None:
    """Put the chart into the file and a picture frame that names it at the end of the text."""
    number = sum(1 for part in document.part.package.iter_parts() if part.content_type == TYPE) + 1
    chart = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><c:chartSpace xmlns:c="{CHART}" xmlns:a="{DRAWING}" '
        f'xmlns:r="{RELATION}"><c:roundedCorners val="0"/><c:chart><c:autoTitleDeleted val="1"/>'
        f'<c:plotArea><c:layout/>{plot}</c:plotArea>{legend}<c:plotVisOnly val="1"/>'
        '<c:dispBlanksAs val="gap"/></c:chart>'
        f"<c:spPr><a:ln><a:noFill/></a:ln></c:spPr>{_type(800)}</c:chartSpace>"
    )
    part = Part(PackURI(f"/word/charts/chart{number}.xml"), TYPE, chart.encode(), document.part.package)
    relation = document.part.relate_to(part, f"{RELATION}/chart")
    frame = (
        f'<w:drawing xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:wp="{WORDS}" '
        f'xmlns:a="{DRAWING}" xmlns:c="{CHART}" xmlns:r="{RELATION}">'
        '<wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{int(Cm(width))}" cy="{int(Cm(height))}"/><wp:docPr id="{1000 + number}" '
        f'name="chart {number}" descr="{escape(label)}"/><wp:cNvGraphicFramePr/>'
        f'<a:graphic><a:graphicData uri="{CHART}">'
        f'<c:chart r:id="{relation}"/></a:graphicData></a:graphic></wp:inline></w:drawing>'
    )
    document.add_paragraph().add_run()._r.append(parse_xml(frame))
