"""The rows behind a number."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.views.decorators.http import require_safe

from qualityloop.diagnosis import permissions
from qualityloop.diagnosis.views.asked import Asked, asked
from qualityloop.foundation.permissions import requires


@requires(permissions.ROWS)
@require_safe
@asked
def rows(ask: Asked, key: str) -> HttpResponseBase:
    """Rows that an indicator counted, paged and sorted, or all of them as a file."""
    return ask.render("rows.html", indicator=ask.indicator(key))
