"""The handbook as a page, and asking for it as a file."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from qualityloop.foundation.permissions import person, requires
from qualityloop.reports import permissions
from qualityloop.reports.handbook import jobs, pdf
from qualityloop.reports.handbook.collecting import collect
from qualityloop.reports.handbook.files import made


@requires(permissions.HANDBOOK)
@require_safe
def handbook(request: HttpRequest) -> HttpResponse:
    """Everything that is in force, now or on a day of the past."""
    language = get_language() or "zh"
    day = parse_date_or_none(request.GET.get("on", ""))
    found = collect(jobs.instant_of(day), language)
    missing = pdf.missing()
    context = {
        "handbook": found,
        "on": day,
        "files": made(),
        "runs": jobs.runs_of(person(request)),
        "no_pdf": missing.in_language(language) if missing else "",
    }
    return render(request, "reports/handbook.html", context)


@requires(permissions.HANDBOOK)
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Ask for it as Word or PDF."""
    form = request.POST.get("form", "")
    if form not in jobs.MAKERS:
        raise Http404
    day = parse_date_or_none(request.POST.get("on", ""))
    jobs.ask_for(actor=request.user, form=form, language=get_language() or "zh", at=jobs.instant_of(day))
    answer = redirect("reports:handbook")
    if day:
        answer["Location"] += f"?on={day.isoformat()}"
    return answer


def parse_date_or_none(text: str) -> date | None:
    """The day that a text names, None where it names none."""
    try:
        return parse_date(text)
    except ValueError:
        return None
