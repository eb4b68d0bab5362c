"""The pages 后台任务, and the progress bar that other pages include."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from qualityloop.foundation.audit.presentation import history_panel
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.jobs.models import JobRun, State
from qualityloop.foundation.jobs.permissions import JOBS
from qualityloop.foundation.jobs.queries import runs_for, runs_listed, schedules
from qualityloop.foundation.jobs.registry import KINDS
from qualityloop.foundation.jobs.services import run_again, run_cancel
from qualityloop.foundation.paging import page_asked
from qualityloop.foundation.permissions import SIGNED_IN, person, requires


@requires(JOBS)
@require_safe
def runs(request: HttpRequest) -> HttpResponse:
    """All runs, newest first, and the schedules."""
    state, key = request.GET.get("state", ""), request.GET.get("job", "")
    state, key = state if state in State.values else "", key if key in KINDS else ""
    quiet = request.GET.get("small") == "1"
    page = page_asked(request.GET)
    found = runs_listed(person(request), state=state, key=key, quiet=quiet)
    shown = list(found[page.offset : page.offset + page.size + 1])
    asked = {"state": state, "job": key, "small": "1" if quiet else ""}
    context = {
        "runs": shown[: page.size],
        "page": page.among(more=len(shown) > page.size),
        "query": "?" + "&".join(f"{name}={value}" for name, value in asked.items() if value),
        "asked": asked,
        "states": State.choices,
        "kinds": sorted(((kind.key, str(kind.label)) for kind in KINDS.values()), key=lambda pair: pair[1]),
        "schedules": schedules() if page.number == 1 and not any(asked.values()) else [],
    }
    return render(request, "jobs/runs.html", context)


@requires(JOBS)
@require_safe
def run(request: HttpRequest, number: int) -> HttpResponse:
    """One run: how far it is, why it failed, what can be done about it."""
    found = _run(request, number)
    context = {"run": found, "known": found.key in KINDS, **history_panel(found)}
    return render(request, "jobs/run.html", context)


@requires(SIGNED_IN)
@require_safe
def progress(request: HttpRequest, number: int) -> HttpResponse:
    """The progress bar of one run. When the run has ended, the page that shows the bar is loaded anew."""
    found = _run(request, number)
    response = render(request, "jobs/progress.html", {"run": found})
    if not found.is_live and request.headers.get("HX-Request"):
        response["HX-Refresh"] = "true"
    return response


@requires(SIGNED_IN)
@require_POST
def cancel(request: HttpRequest, number: int) -> HttpResponse:
    """Cancel a run: one's own, or any for who steers them."""
    found = _run(request, number)
    user = person(request)
    if not JOBS.allows(user) and found.actor != user:
        raise Http404
    if not run_cancel(actor=user, run=found, address=address_of(request)):
        messages.info(request, _("There was nothing left to cancel."))
    return _back(request, found)


@requires(JOBS)
@require_POST
def again(request: HttpRequest, number: int) -> HttpResponse:
    """Run an ended run again."""
    new = run_again(actor=person(request), run=_run(request, number), address=address_of(request))
    return redirect("jobs:run", new.pk)


def _run(request: HttpRequest, number: int) -> JobRun:
    return get_object_or_404(runs_for(person(request)), pk=number)


def _back(request: HttpRequest, found: JobRun) -> HttpResponse:
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        return HttpResponseRedirect(target)
    return redirect("jobs:run", found.pk) if JOBS.allows(request.user) else redirect("foundation:start")
