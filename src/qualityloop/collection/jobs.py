"""The work behind imports. Each may be run again after a crash and ends as one uninterrupted run does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.messages import AnalysisError, message
from qualityloop.collection import actions
from qualityloop.collection.cleaning.jobs import clean_soon
from qualityloop.collection.events import DONE, FAILED, FINISHED
from qualityloop.collection.importing.delivering import import_rows
from qualityloop.collection.importing.rehearsing import rehearse
from qualityloop.collection.importing.repairing import bring_in
from qualityloop.collection.importing.workshop import sweep
from qualityloop.collection.models import DataSource, ImportRun, ImportState, RejectState
from qualityloop.collection.permissions import IMPORT, SOURCES
from qualityloop.collection.polling import poll, poll_due
from qualityloop.collection.services import import_look
from qualityloop.foundation.audit.recording import record
from qualityloop.foundation.jobs import Cancelled, Progress, job, schedule
from qualityloop.foundation.models import User
from qualityloop.foundation.notices import notify
from qualityloop.foundation.records.receiving import undo
from qualityloop.foundation.webhooks import announce
from qualityloop.foundation.wording import Words, kept

REPAIRED_AT_ONCE = 5_000


@job("collection.look", _("Looking at files"), right=IMPORT)
def look_at_files(progress: Progress, *, run_id: int) -> None:
    """Look at large files; the page waits for the mapping."""
    run = ImportRun.objects.get(pk=run_id)
    if run.state == ImportState.UPLOADED and not run.found:
        import_look(run=run, progress=lambda done, of: progress(done, of, message("Looking at files")))


@job("collection.check", _("Dry run of an import"), right=IMPORT)
def check_import(progress: Progress, *, run_id: int) -> None:
    """Find out what an import would do."""
    run = ImportRun.objects.select_related("batch").get(pk=run_id)
    if run.state != ImportState.CHECKING:
        return
    with _failing(run, ImportState.FAILED):
        run.checked = rehearse(run, progress)
        run.state = ImportState.CHECKED
        run.save(update_fields=["checked", "state"])


@job("collection.import", _("Import of records"), right=IMPORT, longest=24 * 3600)
def run_import(progress: Progress, *, run_id: int, tell: bool = False) -> None:
    """Import; where an earlier attempt was broken off, what is left of it."""
    run = ImportRun.objects.select_related("batch", "actor").get(pk=run_id)
    if run.state != ImportState.RUNNING:
        return
    sweep()
    waiting = progress.run.actor if tell else None
    with _failing(run, ImportState.FAILED, tell=waiting):
        import_rows(run, progress)
        finish(run, tell=waiting)


def finish(run: ImportRun, *, tell: User | None = None) -> None:
    """The import is done: note it, tell who waits for it and other systems, have the records cleaned and counted."""
    with transaction.atomic():
        run.state, run.ended_at = ImportState.DONE, timezone.now()
        run.save(update_fields=["state", "ended_at"])
        before = {"state": ImportState.RUNNING.value}
        record(actor=run.actor, action=actions.DONE, record=run, before=before,
               after={"state": run.state, "counts": run.counts})  # fmt: skip
        announce(FINISHED.key, announced(run))
        if tell is not None:
            counts = {kind: run.total(kind) for kind in ("created", "updated", "unchanged", "rejected")}
            said = message(
                "Imported {files}: {created} new, {updated} changed, {unchanged} as before, {rejected} rejected",
                files=run.label, **counts,
            )  # fmt: skip
            notify(to=[tell], kind=DONE, subject=said, url=page_of(run), once=f"import-{run.pk}-{run.ended_at}")
        clean_soon()


def announced(run: ImportRun) -> dict[str, object]:
    """What other systems are told of a finished import."""
    return {
        "id": run.pk, "label": run.label, "source": run.source, "started_at": run.started_at,
        "ended_at": run.ended_at, "counts": run.counts, "page": page_of(run),
    }  # fmt: skip


@job("collection.repair", _("Import of repaired rows"), right=IMPORT)
def repair_import(progress: Progress, *, run_id: int) -> None:
    """Bring in the rows that were repaired."""
    run = ImportRun.objects.select_related("batch").get(pk=run_id)
    if run.state != ImportState.DONE:
        return
    total, done, last = run.rejects.filter(state=RejectState.READY).count(), 0, 0
    while some := list(run.rejects.filter(state=RejectState.READY, pk__gt=last).order_by("pk")[:REPAIRED_AT_ONCE]):
        bring_in(run, some)
        done, last = done + len(some), some[-1].pk
        progress(done, total, message("Importing repaired rows"))
    with transaction.atomic():
        clean_soon()


@job("collection.undo", _("Undoing an import"), right=IMPORT, longest=24 * 3600)
def undo_import(progress: Progress, *, run_id: int, reason: str) -> None:
    """Take an import back."""
    run = ImportRun.objects.select_related("batch", "actor").get(pk=run_id)
    if run.state != ImportState.UNDOING:
        return
    done = 0

    def step(rows: int) -> None:
        nonlocal done
        done += rows
        progress(done, None, message("Taking rows back"))

    with _failing(run, ImportState.DONE):
        undo(run.batch, actor=progress.run.actor, reason=reason, step=step)
        with transaction.atomic():
            run.state, run.ended_at = ImportState.UNDONE, timezone.now()
            run.save(update_fields=["state", "ended_at"])
            clean_soon()


@contextmanager
def _failing(run: ImportRun, state: ImportState, *, tell: User | None = None) -> Iterator[None]:
    """Note on the import why its job could not do its work, and tell who waits for it."""
    try:
        yield
    except (AnalysisError, Cancelled) as error:
        words: Words = error.text if isinstance(error, AnalysisError) else message("stopped; it can go on")
        _note(run, state, words, tell)
        if isinstance(error, Cancelled):
            raise
    except Exception:
        _note(run, state, message("an unexpected error; the background job has the details"), tell)
        raise


def _note(run: ImportRun, state: ImportState, words: Words, tell: User | None) -> None:
    with transaction.atomic():
        before = {"state": run.state}
        run.state, run.error_json = state, kept(words)
        run.save(update_fields=["state", "error_json"])
        record(actor=run.actor, action=actions.FAILED, record=run, before=before, after={"state": state.value})
        if tell is not None:
            said = message("Import of {files} has failed", files=run.label)
            notify(to=[tell], kind=FAILED, subject=said, text=words, url=page_of(run))


def page_of(run: ImportRun) -> str:
    """Address of the import's page."""
    return reverse("collection:run", args=[run.pk])


@job("collection.poll", _("Asking data sources"), right=SOURCES, quiet=True)
def poll_sources(progress: Progress, *, source_id: int | None = None) -> None:
    """Ask the sources whose time has come, or the one that is named."""
    if source_id is None:
        poll_due()
        return
    source = DataSource.objects.select_related("mapping", "actor").filter(pk=source_id).first()
    if source is not None:
        poll(source)


schedule("collection.poll", cron="* * * * *")
