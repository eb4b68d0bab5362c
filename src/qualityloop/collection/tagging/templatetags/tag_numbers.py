"""Values of records and shares in templates."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qualityloop.analysis.problems.wording import format_number

register = template.Library()


@register.filter
def percent(share: float | None) -> str:
    """A share of 1 as percentage."""
    return "–" if share is None else f"{format_number(100 * share, get_language() or 'zh', 1)} %"


@register.filter
def cell(value: Any) -> str:
    """A value of the lake: instants, which it keeps in UTC, on the clock of the organisation."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        return timezone.localtime(value.replace(tzinfo=UTC)).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return f"{value:.4g}" if isinstance(value, float) else str(value)
