"""Rejected rows: listed, as a file, put right one by one, set aside, run again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.messages import AnalysisError, message
from qualityloop.collection import queries, rejectfile, repairs
from qualityloop.collection.importing.repairing import wrong_with
from qualityloop.collection.importing.trying import Wrong
from qualityloop.collection.models import ImportRun, ImportState, RejectedRow, RejectState
from qualityloop.collection.permissions import IMPORT
from qualityloop.collection.views.imports import of_run
from qualityloop.foundation.audit.presentation import history_panel
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.export import FORMATS, table_response
from qualityloop.foundation.files.purposes import MEGABYTE
from qualityloop.foundation.paging import page_asked
from qualityloop.foundation.permissions import person, requires
from qualityloop.foundation.wording import language

FILTERS = ("state", "dataset", "column", "reason_key")


@requires(IMPORT)
@require_safe
@of_run
def rejects(request: HttpRequest, run: ImportRun) -> HttpResponseBase:
    """The rejected rows of an import, or the file of them."""
    rows = queries.rejects_listed(run, request.GET)
    form = request.GET.get("format", "")
    if form in FORMATS:
        header = rejectfile.header_of(run, rows.iterator(2_000))
        lines = rejectfile.lines(run, rows.iterator(2_000), header, language())
        return table_response(f"rejected-{run.pk}", form, header, lines)
    page = page_asked(request.GET)
    found = list(rows[page.offset : page.offset + page.size + 1])
    kept = {name: request.GET[name] for name in FILTERS if request.GET.get(name)}
    query = request.GET.copy()
    for name in list(query):
        if name not in FILTERS or not query[name]:
            del query[name]
    context = {
        "run": run,
        "rows": [(row, DATASETS[row.dataset].label.in_language(language())) for row in found[: page.size]],
        "page": page.among(more=len(found) > page.size),
        "query": "?" + query.urlencode(),
        "asked": kept,
        "states": RejectState.choices,
        "reasons": queries.reject_reasons(run),
        "counts": queries.reject_counts(run),
        "job": queries.job_of(run),
        "repairable": run.state == ImportState.DONE,
    }
    return render(request, "collection/rejects.html", context)


@requires(IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def reject(request: HttpRequest, number: int) -> HttpResponse:
    """One rejected row with its cells; a post keeps new ones."""
    row = queries.rejects_for(person(request)).filter(pk=number).first()
    if row is None:
        raise Http404
    before = rejectfile.cells_of(row.run, row)
    after = _posted(request, before) if request.method == "POST" else before
    problem, wrong = "", None
    try:
        if request.method == "POST" and request.headers.get("HX-Request"):  # only tried, not kept
            wrong = wrong_with(row.run, row, after)
            return render(request, "collection/reject_verdict.html", _verdict(row, wrong, tried=True))
        if request.method == "POST":
            wrong = repairs.reject_repair(actor=person(request), reject=row, cells=after, address=address_of(request))
            if wrong is None:
                messages.success(request, _("The row is repaired; it comes in with the next run of repaired rows."))
                return _next(row)
    except AnalysisError as error:
        problem = error.in_language(language())
    context = {
        "row": row,
        "dataset": DATASETS[row.dataset].label.in_language(language()),
        "cells": [(name, before.get(name), cell, name in row.column.split(", "))
                  for name, cell in after.items()],
        "problem": problem,
        "repairable": row.is_open and row.run.state == ImportState.DONE,
        **_verdict(row, wrong, tried=request.method == "POST"),
        **history_panel(row),
    }  # fmt: skip
    return render(request, "collection/reject.html", context, status=422 if wrong or problem else 200)


def _posted(request: HttpRequest, before: dict[str, str | None]) -> dict[str, str | None]:
    """The cells of the form, which are numbered as they stand."""
    given = {name: request.POST.get(f"cell{place}", cell or "") for place, (name, cell) in enumerate(before.items())}
    return rejectfile.with_changes(before, given)


def _verdict(row: RejectedRow, wrong: Wrong | None, *, tried: bool) -> dict[str, Any]:
    if wrong is None:
        return {"wrong": "", "wrong_column": "", "tried": tried}
    return {"wrong": wrong.reason.in_language(language()), "wrong_column": wrong.column, "tried": tried}


def _next(row: RejectedRow) -> HttpResponse:
    """The next row that waits, else the list."""
    waiting = row.run.rejects.filter(state=RejectState.OPEN).order_by("pk")
    following = waiting.filter(pk__gt=row.pk).first() or waiting.first()
    if following is None:
        return redirect("collection:rejects", number=row.run_id)
    return redirect("collection:reject", number=following.pk)


@requires(IMPORT)
@require_POST
def dismiss(request: HttpRequest, number: int) -> HttpResponse:
    """Set one row aside, or take it up again."""
    row = queries.rejects_for(person(request)).filter(pk=number).first()
    if row is None:
        raise Http404
    if "reopen" in request.POST:
        repairs.reject_reopen(actor=person(request), reject=row, address=address_of(request))
        return redirect("collection:reject", number=row.pk)
    try:
        repairs.rejects_dismiss(
            actor=person(request), rejects=[row], reason=request.POST.get("reason", ""), address=address_of(request)
        )
    except AnalysisError as error:
        messages.error(request, error.in_language(language()))
        return redirect("collection:reject", number=row.pk)
    return _next(row)


@requires(IMPORT)
@require_POST
@of_run
def dismiss_all(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Set all open rows of one kind of reason aside."""
    rows = queries.rejects_listed(run, request.POST).filter(state__in=(RejectState.OPEN, RejectState.READY))
    count = repairs.rejects_dismiss(
        actor=person(request), rejects=list(rows), reason=request.POST.get("reason", ""), address=address_of(request)
    )
    messages.success(request, ngettext("%(n)s row set aside.", "%(n)s rows set aside.", count) % {"n": count})
    return redirect("collection:rejects", number=run.pk)


@requires(IMPORT)
@require_POST
@of_run
def run_again(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Bring the repaired rows in."""
    repairs.rejects_run(actor=person(request), run=run, address=address_of(request))
    return redirect("collection:rejects", number=run.pk)


@requires(IMPORT)
@require_POST
@of_run
def rejects_file(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Take back the file of rejected rows with what was put right in it."""
    file = request.FILES.get("file")
    if file is None:
        raise AnalysisError(message("choose at least one file"))
    if (file.size or 0) > repairs.LARGEST_FILE:
        raise AnalysisError(message("the file is larger than {limit} MB", limit=repairs.LARGEST_FILE // MEGABYTE))
    good, bad = repairs.repaired_file(
        actor=person(request), run=run, name=file.name or "", content=file.read(), address=address_of(request)
    )
    if bad:
        messages.warning(
            request, ngettext("%(n)s row is still wrong.", "%(n)s rows are still wrong.", bad) % {"n": bad}
        )
    messages.success(request, ngettext("%(n)s row repaired.", "%(n)s rows repaired.", good) % {"n": good})
    return redirect("collection:rejects", number=run.pk)
