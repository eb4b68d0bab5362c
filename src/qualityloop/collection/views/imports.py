"""导入: what was imported, and where files are dropped."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from qualityloop.analysis.messages import AnalysisError
from qualityloop.collection import queries, services
from qualityloop.collection.files import LARGEST, MOST_FILES, TYPES
from qualityloop.collection.models import ImportRun
from qualityloop.collection.permissions import IMPORT
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.files.purposes import MEGABYTE
from qualityloop.foundation.paging import page_asked
from qualityloop.foundation.permissions import person, requires
from qualityloop.foundation.wording import language

View = Callable[..., HttpResponseBase]


def of_run(view: View) -> View:
    """Give the view the import that its address names; 404 where the person may not see it. Errors are shown."""

    @wraps(view)
    def wrapped(request: HttpRequest, number: int, **more: Any) -> HttpResponseBase:
        run = queries.runs_for(person(request)).filter(pk=number).first()
        if run is None:
            raise Http404
        try:
            return view(request, run, **more)
        except AnalysisError as error:
            messages.error(request, error.in_language(language()))
            return redirect("collection:run", number=run.pk)

    return wrapped


@requires(IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """All imports; a post brings files."""
    if request.method == "POST":
        return _upload(request)
    return _listed(request)


def _listed(request: HttpRequest, problem: str = "") -> HttpResponse:
    page = page_asked(request.GET)
    runs = queries.runs_for(person(request)).prefetch_related("files")
    found = list(runs[page.offset : page.offset + page.size + 1])
    context = {
        "runs": found[: page.size],
        "page": page.among(more=len(found) > page.size),
        "query": "?",
        "problem": problem,
        "endings": ",".join(f".{one}" for one in TYPES),
        "types": ", ".join(TYPES),
        "most_files": MOST_FILES,
        "largest": LARGEST // MEGABYTE,
        "mappings": queries.saved_mappings(),
    }
    return render(request, "collection/imports.html", context, status=422 if problem else 200)


def _upload(request: HttpRequest) -> HttpResponse:
    files = [(file.name or "", file) for file in request.FILES.getlist("files")]
    try:
        run = services.import_create(actor=person(request), files=files, address=address_of(request))
    except AnalysisError as error:
        return _listed(request, error.in_language(language()))
    return redirect("collection:run", number=run.pk)


@requires(IMPORT)
@require_POST
@of_run
def discard(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Drop an import of which nothing was written."""
    services.import_discard(actor=person(request), run=run, address=address_of(request))
    return redirect("collection:imports")
