"""What a changed standard would say about the newest month of records: for programs. Nothing is saved."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.utils.translation import get_language

from qualityloop.foundation.lake import current_lake
from qualityloop.standards.indicators.content import standard_from, standard_of
from qualityloop.standards.indicators.preview import preview
from qualityloop.standards.versions.models import Content, Document
from qualityloop.standards.versions.queries import in_force_now


def try_out(document: Document, content: Content) -> dict[str, Any]:
    """Indicators that `content` defines otherwise than the version in force, with both values; {} without records."""
    standard, lake, basis = standard_from(content, document.key, "draft"), current_lake(), in_force_now(document)
    old = standard_of(basis) if basis else None
    found = preview(lake, old, standard, get_language() or "zh") if lake else None
    return asdict(found) if found else {}
