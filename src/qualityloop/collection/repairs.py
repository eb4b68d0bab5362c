"""Writes about rejected rows: repair, set aside, take up again, run once more."""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from qualityloop.analysis.files.repairs import Cells
from qualityloop.analysis.messages import AnalysisError, Message, message
from qualityloop.collection import actions, rejectfile
from qualityloop.collection.importing.repairing import wrong_with
from qualityloop.collection.importing.spool import LONGEST_ROW
from qualityloop.collection.importing.trying import Wrong
from qualityloop.collection.models import ImportRun, ImportState, RejectedRow, RejectState
from qualityloop.foundation.audit.recording import record
from qualityloop.foundation.jobs import enqueue
from qualityloop.foundation.models import User

LARGEST_FILE = 50 << 20  # bytes
NOT_NOW: Message = message("the import is not done yet, or has been undone; its rows cannot be repaired now")


def refuse_unless_repairable(reject: RejectedRow) -> None:
    """AnalysisError where nothing can be done about the row any more, or not yet."""
    if reject.run.state != ImportState.DONE or not reject.is_open:
        raise AnalysisError(NOT_NOW)


def reject_repair(*, actor: User, reject: RejectedRow, cells: Cells, address: str = "") -> Wrong | None:
    """Keep new cells for the row (and for the same row's other data sets). What is still wrong with them, or None."""
    refuse_unless_repairable(reject)
    text = json.dumps(dict(cells))
    if len(text) > LONGEST_ROW:
        raise AnalysisError(message("the row is too long"))
    wrong = wrong_with(reject.run, reject, cells)
    with transaction.atomic():
        for one in _siblings(reject):
            before = {name: cell for name, cell in one.repaired.items() if cells.get(name) != cell}
            one.repaired_json, one.actor, one.changed_at = text, actor, timezone.now()
            one.state = RejectState.OPEN if wrong and one.pk == reject.pk else RejectState.READY
            one.save(update_fields=["repaired_json", "actor", "changed_at", "state"])
            after = {name: cells.get(name) for name in before}
            record(actor=actor, action=actions.REJECT_REPAIRED, record=one, before=before, after=after, address=address)
    return wrong


def repaired_file(*, actor: User, run: ImportRun, name: str, content: bytes, address: str = "") -> tuple[int, int]:
    """Keep what was put right in the file of rejected rows; how many rows fit now, and how many are still wrong."""
    good = bad = 0
    for reject, cells in rejectfile.changes(run, name, content):
        wrong = reject_repair(actor=actor, reject=reject, cells=cells, address=address)
        good, bad = good + (wrong is None), bad + (wrong is not None)
    return good, bad


def _siblings(reject: RejectedRow) -> list[RejectedRow]:
    """The same row of the same file, as often as it was rejected (for tickets and for their events)."""
    same = RejectedRow.objects.filter(run_id=reject.run_id, file=reject.file, row=reject.row)
    live = (RejectState.OPEN, RejectState.READY)
    return [one for one in same if one.state in live and (one.pk == reject.pk or one.raw_json == reject.raw_json)]


def rejects_dismiss(*, actor: User, rejects: Sequence[RejectedRow], reason: str, address: str = "") -> int:
    """Set rows aside for good reason; how many."""
    reason = reason.strip()[:500]
    if not reason:
        raise AnalysisError(message("say why the row is set aside"))
    count = 0
    with transaction.atomic():
        for one in rejects:
            if one.is_open:
                before = {"state": one.state}
                one.state, one.remark, one.actor, one.changed_at = RejectState.DISMISSED, reason, actor, timezone.now()
                one.save(update_fields=["state", "remark", "actor", "changed_at"])
                record(actor=actor, action=actions.REJECT_DISMISSED, record=one, before=before,
                       after={"state": one.state}, reason=reason, address=address)  # fmt: skip
                count += 1
    return count


def reject_reopen(*, actor: User, reject: RejectedRow, address: str = "") -> None:
    """Take a row up again that was set aside."""
    if reject.state != RejectState.DISMISSED:
        return
    with transaction.atomic():
        reject.state, reject.remark = RejectState.OPEN, ""
        reject.save(update_fields=["state", "remark"])
        before = {"state": RejectState.DISMISSED.value}
        record(actor=actor, action=actions.REJECT_REOPENED, record=reject, before=before,
               after={"state": reject.state}, address=address)  # fmt: skip


def rejects_run(*, actor: User, run: ImportRun, address: str = "") -> int:
    """Ask for all repaired rows to be imported; how many there are."""
    if run.state != ImportState.DONE:
        raise AnalysisError(NOT_NOW)
    count = int(run.rejects.filter(state=RejectState.READY).count())
    if not count:
        raise AnalysisError(message("no row has been repaired yet"))
    with transaction.atomic():
        record(actor=actor, action=actions.REJECTS_RUN, record=run, before=None, after={"rows": count}, address=address)
        job = enqueue("collection.repair", actor=actor, once=f"repair-{run.pk}", run_id=run.pk)
        run.job_number = job.pk
        run.save(update_fields=["job_number"])
    return count
