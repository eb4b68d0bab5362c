"""How a score sheet is written, and what its answers would be worth while it is."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.messages import AnalysisError, Text
from qualityloop.analysis.scoring import (
    NOT_APPLICABLE,
    Item,
    Sheet,
    read_sheet,
    score,
    sheet_data,
    sheet_to_xlsx,
    sheet_to_yaml,
    shipped_sheet,
    shipped_sheets,
)
from qualityloop.standards.outline.editor import Editor, Writing
from qualityloop.standards.outline.schema import Field, Group, Listed
from qualityloop.standards.score_sheets.kind import SHEETS, number
from qualityloop.standards.versions.models import Content

NAME = pgettext_lazy("of a thing", "Name")
WHEN = _("for example: channel = phone, online; empty: always")

LEVEL = Group((Field("points", _("Points"), "number", 2), Field("name", _("By what one knows it"), "both", 10)))
ITEM = Group(
    (
        Field("name", NAME, "both", 6),
        Field("points", _("Points"), "number", 2),
        Field("critical", _("Critical"), "choice", 4, options=(
            ("", _("not critical")), ("dimension", _("missed: the dimension counts nothing")),
            ("sheet", _("missed: the whole case fails")),
        )),
        Field("guide", _("How to score it"), "both_area", 12),
        Field("when", _("Applies when"), "text", 6, hint=WHEN),
        Field("fails_at", _("Fails at or below"), "number", 2, hint=_("points; if critical")),
        Field("key", _("Key"), "text", 2),
        Field("may_not_apply", _("N/A is possible"), "flag", 2, default=True),
    ),
    (Listed("levels", _("Scale"), _("level"), LEVEL, "name", "level", compact=True),),
)  # fmt: skip
DIMENSION = Group(
    (
        Field("name", NAME, "both", 6),
        Field("weight", _("Weight (%)"), "number", 2),
        Field("key", _("Key"), "text", 4),
        Field("when", _("Applies when"), "text", 12, hint=WHEN),
    ),
    (Listed("items", _("Items"), _("item"), ITEM, "name", "item", folded=True),),
)
SHEET = Group(
    (
        Field("name", NAME, "both", 6),
        Field("scope", _("Meant for"), "text", 4, hint=_("for example: kind = repair; empty: everything")),
        Field("pass_mark", _("Pass mark"), "number", 2, hint=_("of 100")),
        Field("note", _("Note"), "both_area", 12),
    ),
    (Listed("dimensions", _("Dimensions"), _("dimension"), DIMENSION, "name", "dimension"),),
)


def panel(
    request: HttpRequest, content: Content, sheet: Sheet | None, faults: Sequence[AnalysisError]
) -> dict[str, Any]:
    """The sum of the weights, and what the answers that somebody tries out are worth."""
    if sheet is None:
        return {}
    language = get_language() or "zh"
    asked = request.POST if request.method == "POST" else request.GET
    answers = {item.key: asked.get(f"try.{item.key}", "") for _d, item in sheet.items()}
    given = {key: _answer(sheet, key, text) for key, text in answers.items()}
    try:
        result = score(sheet, given) if len(given) == sum(1 for _item in sheet.items()) else None
    except AnalysisError:  # the steps of an item are not right yet; the faults say so
        result = None
    weight = sheet.weight
    return {
        "weights": [
            {"name": d.name.in_language(language) or d.key, "weight": number(d.weight), "value": float(d.weight)}
            for d in sheet.dimensions
        ],
        "sum": number(weight),
        "missing": number(Decimal(100) - weight) if weight < 100 else "",
        "excess": number(weight - Decimal(100)) if weight > 100 else "",
        "result": result,
        "reasons": [reason.in_language(language) for reason in result.reasons] if result else [],
        "parts": [
            {
                "name": part.dimension.name.in_language(language),
                "share": None if part.share is None else part.share * 100,
                "contribution": part.contribution,
                "weight": part.weight * 100,
                "failed": part.failed,
                "items": [
                    (found.item, found.item.name.in_language(language), answers[found.item.key], _choices(found.item))
                    for found in part.items
                ],
            }
            for part in (result.dimensions if result else ())
        ],
    }


def _choices(item: Item) -> list[tuple[str, str]]:
    """What can be chosen in the try-out: the steps, or full, half and nothing; N/A where it is possible."""
    language = get_language() or "zh"
    if item.levels:
        found = [(number(v.points), f"{number(v.points)} · {v.name.in_language(language)}") for v in item.levels]
    else:
        found = [(number(p), number(p)) for p in (item.points, item.points / 2, Decimal(0))]
    return [*found, *([(NOT_APPLICABLE, "N/A")] if item.may_not_apply else [])]


def _answer(sheet: Sheet, key: str, text: str) -> str | Decimal | None:
    """A tried answer; one that the sheet no longer allows is full points, as is one not given yet."""
    item = next(item for _d, item in sheet.items() if item.key == key)
    allowed = {value for value, _words in _choices(item)}
    if text == NOT_APPLICABLE and item.may_not_apply:
        return NOT_APPLICABLE
    return Decimal(text) if text in allowed and text != NOT_APPLICABLE else item.points


def shelf() -> list[tuple[str, Text]]:
    """The sheets that come with the product; the general one first."""
    return sorted(
        ((key, shipped_sheet(key).name) for key in shipped_sheets()), key=lambda s: s[0] != "customer-service"
    )


WRITING = Writing(
    kind=SHEETS,
    schema=SHEET,
    title=_("Score sheet"),
    hint=_("Points may be any number: they are normalised within their dimension. The weights make 100 %."),
    read=read_sheet,
    data=sheet_data,
    to_yaml=sheet_to_yaml,
    to_xlsx=sheet_to_xlsx,
    shelf=shelf,
    shipped=shipped_sheet,
    panel="standards/score_sheets/panel.html",
    context=panel,
)
EDITOR = Editor(WRITING)
