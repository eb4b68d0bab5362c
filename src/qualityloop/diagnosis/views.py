"""Pages of the diagnosis."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from qualityloop.diagnosis import permissions
from qualityloop.foundation.permissions import requires


@requires(permissions.OVERVIEW)
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """How good the service is, and what to do first."""
    return render(request, "diagnosis/overview.html")


@requires(permissions.INDICATORS)
@require_GET
def indicators(request: HttpRequest) -> HttpResponse:
    """All indicators of a standard with their latest value."""
    return render(request, "diagnosis/overview.html")


@requires(permissions.PROCESS)
@require_GET
def process(request: HttpRequest) -> HttpResponse:
    """How cases really went."""
    return render(request, "diagnosis/overview.html")
