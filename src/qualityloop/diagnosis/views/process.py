"""流程: how cases really went."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.views.decorators.http import require_safe

from qualityloop.diagnosis import permissions
from qualityloop.diagnosis.views.asked import Asked, asked
from qualityloop.foundation.permissions import requires


@requires(permissions.PROCESS)
@require_safe
@asked
def process(ask: Asked) -> HttpResponseBase:
    """The map, its waiting, its variants and its repeats."""
    return ask.render("process.html")


@requires(permissions.PROCESS)
@require_safe
@asked
def cases(ask: Asked) -> HttpResponseBase:
    """Cases behind an edge or a variant."""
    return ask.render("cases.html")
