"""The kind of document 评估基准表."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.messages import Text
from qualityloop.standards.indicators import content
from qualityloop.standards.indicators.trying import try_out
from qualityloop.standards.indicators.words import BETTER_WORDS, UNIT_WORDS
from qualityloop.standards.versions.kinds import Kind, register_kind
from qualityloop.standards.versions.models import Version
from qualityloop.standards.versions.shapes import BOTH

COLUMNS = (
    "baseline", "target", "warning", "unit", "better", "where", "formula", "definition", "source", "owner", "scope",
)  # fmt: skip


def shown(request: HttpRequest, version: Version) -> dict[str, Any]:
    """The table of a version, by dimension, in the language of the page."""
    language = get_language() or "zh"
    found = version.content
    names = {d.get("key"): Text(d.get("zh", ""), d.get("en", "")) for d in found.get("dimensions", [])}
    groups: dict[str, list[dict[str, Any]]] = {}
    headline = found.get("headline", [])
    for row in found.get("indicators", []):
        groups.setdefault(row.get("dimension", ""), []).append(
            {
                "key": row.get("key", ""),
                "name": _both(row, "name", language) or row.get("key", ""),
                "headline": row.get("key") in headline,
                "definition": _both(row, "definition", language),
                "source": _both(row, "source", language),
                "owner": _both(row, "owner", language),
                "scope": _both(row, "scope", language),
                "unit": UNIT_WORDS.get(row.get("unit", ""), Text("", "")).in_language(language),
                "better": BETTER_WORDS.get(row.get("better", ""), Text("", "")).in_language(language),
                **{name: row.get(name, "") for name in ("baseline", "target", "warning", "where", "formula")},
            }
        )
    titled = [(names.get(key, Text(key, key)).in_language(language) or key, rows) for key, rows in groups.items()]
    return {"groups": titled, "count": len(found.get("indicators", []))}


def _both(row: dict[str, str], name: str, language: str) -> str:
    return Text(row.get(f"{name}.zh", ""), row.get(f"{name}.en", "")).in_language(language)


INDICATORS = register_kind(
    Kind(
        key="indicators",
        label=_("Evaluation standard"),
        plural=_("Evaluation standards"),
        icon="target",
        note=_("What the service is measured by: indicators with definition, baseline, target and warning value."),
        check=content.check,
        sections=content.sections,
        name=content.name_of,
        template="standards/indicators/content.html",
        editor="standards:indicators_edit",
        new="standards:indicators_new",
        context=shown,
        path_words=content.path_words,
        export="standards:indicators_export",
        shape={
            "name": BOTH,
            "problem_target": str,
            "dimensions": [dict.fromkeys(("key", "zh", "en"), str)],
            "headline": [str],
            "indicators": [dict.fromkeys(content.NAMES, str)],
        },
        try_out=try_out,
    )
)
