"""The kind of document 评分表."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from qualityloop.analysis.messages import Text
from qualityloop.analysis.scoring import Item, Sheet, read_sheet
from qualityloop.standards.outline.editor import faults_of
from qualityloop.standards.versions.kinds import Fault, Kind, Section, register_kind
from qualityloop.standards.versions.models import Content, Version

CRITICAL_WORDS = {"": "", "dimension": gettext_lazy("fails the dimension"), "sheet": gettext_lazy("fails the case")}


def number(value: Decimal | None) -> str:
    """A number as people write it."""
    return "" if value is None else f"{value.normalize():f}"


def check(content: Content) -> Sequence[Fault]:
    """Everything that is wrong with a sheet."""
    return faults_of(read_sheet, content)


def name_of(content: Content) -> Text:
    """What the sheet calls itself."""
    name = content.get("name") or ""
    return Text(name.get("zh", ""), name.get("en", "")) if isinstance(name, dict) else Text(str(name), str(name))


def sections(content: Content) -> Sequence[Section]:
    """Head, dimensions and items, to be compared."""
    language = get_language() or "zh"
    sheet, _faults = read_sheet(content)
    head = {"name": sheet.name.in_language(language), "scope": str(sheet.scope), "pass_mark": number(sheet.pass_mark)}
    columns = {"name": pgettext("of a thing", "Name"), "scope": _("Meant for"), "pass_mark": _("Pass mark")}
    dimensions = {
        d.key: (
            d.name.in_language(language),
            {"name": d.name.in_language(language), "weight": f"{number(d.weight)} %", "when": str(d.when)},
        )
        for d in sheet.dimensions
    }
    items = {item.key: (item.name.in_language(language), _cells(item, language)) for _d, item in sheet.items()}
    return (
        Section("sheet", _("Score sheet"), columns, {"sheet": (head["name"], head)}),
        Section(
            "dimensions",
            _("Dimensions"),
            {"name": pgettext("of a thing", "Name"), "weight": _("Weight"), "when": _("Applies when")},
            dimensions,
        ),
        Section(
            "items",
            _("Items"),
            {
                "name": pgettext("of a thing", "Name"), "points": _("Points"), "guide": _("Guide"),
                "levels": _("Scale"), "critical": _("Critical"), "fails_at": _("Fails at"),
                "when": _("Applies when"), "na": _("N/A"),
            },
            items,
        ),
    )  # fmt: skip


def _cells(item: Item, language: str) -> dict[str, str]:
    return {
        "name": item.name.in_language(language),
        "points": number(item.points),
        "guide": item.guide.in_language(language),
        "levels": "; ".join(f"{number(level.points)} = {level.name.in_language(language)}" for level in item.levels),
        "critical": str(CRITICAL_WORDS[item.critical]),
        "fails_at": number(item.fails_at) if item.critical else "",
        "when": str(item.when),
        "na": _("possible") if item.may_not_apply else _("not possible"),
    }


def shown(_request: HttpRequest, version: Version) -> dict[str, Any]:
    """The sheet of a version in the language of the page."""
    sheet, _faults = read_sheet(version.content)
    return {"sheet": laid_out(sheet, get_language() or "zh")}


def laid_out(sheet: Sheet, language: str) -> dict[str, Any]:
    """A sheet as pages and printed documents show it."""
    return {
        "name": sheet.name.in_language(language),
        "scope": str(sheet.scope),
        "pass_mark": number(sheet.pass_mark),
        "note": sheet.note.in_language(language),
        "weight": number(sheet.weight),
        "complete": sheet.weight == 100,
        "points": " / ".join(number(d.points) for d in sheet.dimensions),
        "dimensions": [
            {
                "key": d.key,
                "name": d.name.in_language(language),
                "weight": number(d.weight),
                "points": number(d.points),
                "when": str(d.when),
                "items": [
                    {
                        **_cells(item, language),
                        "key": item.key,
                        "worth": number(_worth(d.weight, item.points, d.points)),
                        "steps": [(number(v.points), v.name.in_language(language)) for v in item.levels],
                        "is_critical": bool(item.critical),
                        "may_not_apply": item.may_not_apply,
                    }
                    for item in d.items
                ],
            }
            for d in sheet.dimensions
        ],
    }


def _worth(weight: Decimal, points: Decimal, full: Decimal) -> Decimal:
    """How many of the hundred points of the total an item can bring."""
    return (weight * points / full).quantize(Decimal("0.01")) if full else Decimal(0)


SHEETS = register_kind(
    Kind(
        key="score_sheets",
        label=gettext_lazy("Score sheet"),
        plural=gettext_lazy("Score sheets"),
        icon="clipboard-check",
        note=gettext_lazy("What a case is scored by: dimensions with weights, items with points, critical items."),
        check=check,
        sections=sections,
        name=name_of,
        template="standards/score_sheets/content.html",
        editor="standards:score_sheets_edit",
        new="standards:score_sheets_new",
        context=shown,
        export="standards:score_sheets_export",
    )
)
