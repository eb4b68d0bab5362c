"""The page 闭环: how much stands at each station of the loop, and what waits for whoever looks."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from qualityloop.foundation.loop import stations_for, waiting_for
from qualityloop.foundation.permissions import requires
from qualityloop.improvement.effects.permissions import EFFECTS


@requires(EFFECTS)
@require_safe
def loop(request: HttpRequest) -> HttpResponse:
    """The loop itself."""
    user = request.user
    context = {"stations": stations_for(user), "waiting": waiting_for(user)}  # type: ignore[arg-type]
    return render(request, "effects/loop.html", context)
