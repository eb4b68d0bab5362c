"""The kind of document 服务时限."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.messages import AnalysisError
from qualityloop.standards.sla import content
from qualityloop.standards.sla.policy import duration, listed, minutes
from qualityloop.standards.sla.trying import try_out
from qualityloop.standards.versions.kinds import Kind, register_kind
from qualityloop.standards.versions.models import Document, Version
from qualityloop.standards.versions.shapes import BOTH


def shown(request: HttpRequest, version: Version) -> dict[str, Any]:
    """The rules of a version, and what can be asked about it."""
    language = get_language() or "zh"
    found = version.content
    key = str(found.get("calendar", ""))
    return {
        "columns": [label.in_language(language) for label in content.LABELS.values()],
        "rules": [
            [_cell(name, row.get(name, ""), language) for name in content.FIELDS] for row in found.get("rules", [])
        ],
        "pauses": _cell("pauses", str(found.get("pauses", "")), language),
        "calendar": Document.objects.filter(kind="calendars", key=key).first() if key else None,
        "now": timezone.localtime(),
        "usable": not content.check(found),
    }


def _cell(name: str, text: str, language: str) -> str:
    """A cell of the rules as the page says it: a time in the words of its language, several values listed."""
    if name in {"response", "resolution"}:
        try:
            return duration(minutes(text)).in_language(language)
        except AnalysisError:
            return text
    return (", " if language.startswith("en") else "、").join(listed(text)) if name != "key" else text


SLA = register_kind(
    Kind(
        key="sla",
        label=_("SLA policy"),
        plural=_("SLA policies"),
        icon="clock",
        note=_(
            "Until when a ticket is answered and resolved, by priority, channel and tier; the first rule that fits."
        ),
        check=content.check,
        sections=content.sections,
        name=content.name_of,
        template="standards/sla/content.html",
        editor="standards:sla_edit",
        new="standards:sla_new",
        context=shown,
        shape={
            "name": BOTH,
            "calendar": str,
            "pauses": str,
            "rules": [dict.fromkeys(content.FIELDS, str)],
        },
        try_out=try_out,
    )
)
