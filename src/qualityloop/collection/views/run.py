"""One import: mapping, dry run, progress, result, undoing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.files.mapping import Mapping
from qualityloop.analysis.files.mapping_text import mapping_to_yaml
from qualityloop.analysis.messages import AnalysisError
from qualityloop.collection import drafting, editing, queries, services
from qualityloop.collection.cleaning.permissions import CLEANING
from qualityloop.collection.cleaning.queries import caught_of_batch
from qualityloop.collection.models import ImportRun, ImportState
from qualityloop.collection.permissions import IMPORT
from qualityloop.collection.views.imports import of_run
from qualityloop.foundation.audit.presentation import history_panel
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.permissions import person, requires
from qualityloop.foundation.wording import language, shown

ZONES = ("Asia/Shanghai", "Asia/Hong_Kong", "Asia/Tokyo", "Asia/Singapore", "Europe/Berlin", "Europe/London",
         "America/New_York", "America/Los_Angeles", "UTC")  # fmt: skip
KINDS = ("created", "updated", "unchanged", "rejected")


@dataclass(frozen=True, slots=True)
class Line:
    """The result for one data set."""

    label: str
    created: int
    updated: int
    unchanged: int
    rejected: int


def lines(counts: dict[str, dict[str, int]]) -> list[Line]:
    """Counts per data set, in the order of the contract."""
    return [
        Line(DATASETS[name].label.in_language(language()), *(int(counts[name].get(kind, 0)) for kind in KINDS))
        for name in DATASETS
        if name in counts
    ]


@requires(IMPORT)
@require_safe
@of_run
def run_page(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """The import as it stands."""
    job = queries.job_of(run)
    context: dict[str, Any] = {
        "run": run,
        "job": job,
        "waits": job is not None and job.is_live,
        "broken_off": queries.broken_off(run, job),
        "step": _step(run),
        "twins": services.twins(run) if run.is_open else [],
        **history_panel(run),
    }
    if run.is_open and run.mapping:
        context |= _editor(run)
    if run.checked:
        context |= {
            "expected": lines(run.checked["counts"]),
            "expected_notes": [shown(note) for note in run.checked["notes"]],
            "expected_reasons": [(file, DATASETS[d].label.in_language(language()), column, shown(text), count)
                                 for file, d, column, text, count in run.checked["reasons"]],
            "nothing_new": _nothing_new(run.checked["counts"]),
        }  # fmt: skip
    if run.batch_id:
        context |= _result(run, request.user)
    return render(request, "collection/run.html", context)


def _step(run: ImportRun) -> int:
    """Which of the five steps the import is at: files, mapping, dry run, import, result."""
    steps = {
        ImportState.UPLOADED: 2 if run.found else 1,
        ImportState.MAPPED: 2,
        ImportState.CHECKING: 3,
        ImportState.CHECKED: 3,
        ImportState.RUNNING: 4,
        ImportState.FAILED: 2 if run.found else 1,
    }
    return steps.get(ImportState(run.state), 5)


def _nothing_new(counts: dict[str, dict[str, int]]) -> bool:
    return bool(counts) and not any(of["created"] or of["updated"] for of in counts.values())


def _result(run: ImportRun, reader: object) -> dict[str, Any]:
    return {
        "result": lines(run.counts),
        "notes": [shown(note) for note in run.read.get("notes", [])],
        "reject_counts": queries.reject_counts(run),
        "reasons": queries.reject_reasons(run),
        "unchanged": run.state == ImportState.DONE and run.rows and _nothing_new(run.counts),
        "can_undo": run.state in (ImportState.DONE, ImportState.FAILED),
        "set_aside": caught_of_batch(run.batch_id) if run.batch_id else 0,
        "sees_set_aside": CLEANING.allows(reader),
    }


# ---- the mapping -----------------------------------------------------------------------------------------


def _editor(run: ImportRun, posted: Any = None) -> dict[str, Any]:
    """What the form of the mapping shows, tried on sample rows."""
    try:
        draft = drafting.as_it_stands(run) if posted is None else drafting.changed(run, posted)
    except AnalysisError as error:
        return {"text_only": True, "mapping_error": error.in_language(language()), **_around(run, None)}
    drafting.tried(run, draft)
    shown_ = {"parts": draft.parts, "zone_error": draft.zone_error, "mapping": draft.mapping}
    return {**shown_, **_around(run, draft.mapping)}


def _around(run: ImportRun, mapping: Mapping | None) -> dict[str, Any]:
    said = language()
    return {
        "zones": ZONES,
        "datasets": [(name, dataset.label.in_language(said)) for name, dataset in DATASETS.items()],
        "sources": queries.sources_used(),
        "found_notes": [shown(note) for note in run.found.get("notes", [])],
        "problems": [(name, shown(text)) for name, text in run.found.get("problems", {}).items()],
        "mapping_text": run.mapping if mapping is None else mapping_to_yaml(mapping, said),
        "as_written": editing.AS_WRITTEN,
    }


@requires(IMPORT)
@require_POST
@of_run
def try_mapping(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """The form with what its mapping makes of the sample rows; nothing is kept."""
    return render(request, "collection/editor.html", {"run": run, "posted": request.POST, **_editor(run, request.POST)})


@requires(IMPORT)
@require_POST
@of_run
def save_mapping(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Keep the mapping of the form or of the text, and go where the button says."""
    text = request.POST.get("text")
    if text is None:
        draft = drafting.changed(run, request.POST)
        if draft.wrong:
            return render(
                request,
                "collection/run.html",
                {"run": run, "step": 2, "sent": True, "posted": request.POST, **_editor(run, request.POST)},
                status=422,
            )
        text = mapping_to_yaml(draft.mapping, language())
    source = request.POST.get("source", "")
    services.import_map(actor=person(request), run=run, text=text, source=source, address=address_of(request))
    then = request.POST.get("then", "")
    if then == "check":
        services.import_check(actor=person(request), run=run)
    elif request.POST.get("name"):
        saved = services.mapping_save(
            actor=person(request), run=run, name=request.POST["name"], address=address_of(request)
        )
        messages.success(request, _("Saved as “%(name)s”; files with the same columns use it next time.")
                         % {"name": saved.name})  # fmt: skip
    return redirect("collection:run", number=run.pk)


# ---- dry run, import, undo -------------------------------------------------------------------------------


@requires(IMPORT)
@require_POST
@of_run
def check(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Ask for a dry run."""
    services.import_check(actor=person(request), run=run)
    return redirect("collection:run", number=run.pk)


@requires(IMPORT)
@require_POST
@of_run
def start(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Ask for the import."""
    services.import_start(actor=person(request), run=run, address=address_of(request), tell=True)
    return redirect("collection:run", number=run.pk)


@requires(IMPORT)
@require_POST
@of_run
def undo(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Ask for the import to be taken back."""
    reason = request.POST.get("reason", "")
    services.import_undo(actor=person(request), run=run, reason=reason, address=address_of(request))
    return redirect("collection:run", number=run.pk)


@requires(IMPORT)
@require_POST
@of_run
def resume(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Go on with an import whose job broke off."""
    services.import_resume(actor=person(request), run=run, address=address_of(request))
    return redirect("collection:run", number=run.pk)
