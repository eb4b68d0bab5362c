"""The page 数据更新: what the numbers are computed from, how fresh that is, and having it refreshed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from qualityloop.analysis.messages import AnalysisError
from qualityloop.foundation.lake import queries
from qualityloop.foundation.lake.jobs import ask_for, run_now
from qualityloop.foundation.lake.permissions import DATA, REFRESHING
from qualityloop.foundation.lake.reading import current_lake
from qualityloop.foundation.permissions import person, requires


@requires(DATA)
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """What the lake holds, as of when, and how the last refreshes went."""
    broken = ""
    try:
        lake = current_lake()
    except AnalysisError as error:
        lake, broken = None, error.in_language(getattr(request, "LANGUAGE_CODE", "zh-hans"))
    context = {
        "lake": lake,
        "broken": broken,
        "freshness": queries.freshness(),
        "datasets": queries.datasets(lake, getattr(request, "LANGUAGE_CODE", "zh-hans")) if lake else [],
        "refreshes": queries.latest(),
        "run": run_now(),
        "may_refresh": REFRESHING.allows(request.user),
    }
    return render(request, "lake/data.html", context)


@requires(REFRESHING)
@require_POST
def refresh(request: HttpRequest) -> HttpResponse:
    """Refresh at once, or with `rebuild` build everything anew; a second wish joins the first."""
    ask_for(actor=person(request), rebuild=bool(request.POST.get("rebuild")))
    return redirect("lake:data")
