"""Handing rows over to the rooms that own them, piece by piece, each noted in the transaction that writes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import closing

from django.db import transaction

from qualityloop.analysis.files.mapping import Mapping
from qualityloop.analysis.files.mapping_loading import parse_mapping
from qualityloop.analysis.files.reading import Delivery, Reading
from qualityloop.analysis.messages import AnalysisError, Place, message
from qualityloop.collection.importing.looking import NAME
from qualityloop.collection.importing.spool import AT_ONCE, Spool, keep_rejects, raw_json
from qualityloop.collection.importing.workshop import MEMORY_LIMIT, opened
from qualityloop.collection.models import ImportRun, RejectedRow
from qualityloop.foundation.records.receiving import Received, Refusal, receive
from qualityloop.foundation.wording import Words, kept

ROWS = 20_000  # handed over at once
STEPS = 1_000  # of the progress bar; reading takes the first part of them
READING = 300
PENDING = ""  # raw text of a row that is fetched from its file later

Report = Callable[[int, int, Words], None]


def import_rows(run: ImportRun, report: Report) -> None:
    """Read the files and hand over what has not been handed over yet. Run again after a crash it goes on."""
    with (
        opened(run) as shop,
        closing(Spool(shop.temp / "rejects")) as spool,
        Reading(
            shop.files,
            mapping_of(run),
            spool,
            temp=shop.temp,
            memory_limit=MEMORY_LIMIT,
            progress=lambda done, of: report(READING * done // max(1, of), STEPS, message("Reading files")),
        ) as reading,
    ):
        reading.read()
        waiting = reading.rows
        if not any(waiting.values()) and not spool.counts:
            raise AnalysisError(reading.nothing(), Place(", ".join(reading.source_names)))
        if not run.read:
            _note_reading(run, reading, spool, waiting)
        _hand_over_all(run, reading, waiting, report)
        _fetch_pending(run, reading)


def mapping_of(run: ImportRun) -> Mapping:
    """The complete mapping of a run."""
    return parse_mapping(run.mapping, NAME)


def _note_reading(run: ImportRun, reading: Reading, spool: Spool, waiting: dict[str, int]) -> None:
    keep_rejects(run, spool)
    by_dataset: dict[str, int] = defaultdict(int)
    for reason in spool.reasons:
        by_dataset[reason.dataset] += reason.count
    names = [*waiting, *(name for name in by_dataset if name not in waiting)]
    run.counts = {
        name: {"created": 0, "updated": 0, "unchanged": 0, "rejected": by_dataset.get(name, 0)} for name in names
    }
    run.read = {
        "rows": waiting,
        "notes": [kept(note) for note in reading.notes()],
        "duplicates": reading.duplicates,
    }
    run.save(update_fields=["counts", "read"])


def _hand_over_all(run: ImportRun, reading: Reading, waiting: dict[str, int], report: Report) -> None:
    total = sum(waiting.values()) or 1
    before = 0
    for dataset, rows in waiting.items():
        start = int(run.delivered.get(dataset, 0))
        for delivery in reading.deliveries(dataset, ROWS, start):
            start += delivery.table.num_rows
            with transaction.atomic():  # the rows and the note of them: both or none
                note_received(run, dataset, hand_over(run, dataset, delivery), start)
            share = (STEPS - READING) * (before + start) // total
            report(
                READING + share, STEPS, message("Writing records: {done} of {total}", done=before + start, total=total)
            )
        before += rows


def hand_over(run: ImportRun, dataset: str, delivery: Delivery) -> Received:
    """Give some rows to their room; what it refuses becomes a rejected row."""
    received = receive(dataset, delivery.table, source=run.source, batch=run.batch)
    if received.refused:
        _keep_refused(run, dataset, delivery, received.refused)
    return received


def note_received(run: ImportRun, dataset: str, received: Received, delivered: int | None = None) -> None:
    """Add what became of some rows to the result of the run."""
    counts = run.counts.setdefault(dataset, {"created": 0, "updated": 0, "unchanged": 0, "rejected": 0})
    counts["created"] += received.created
    counts["updated"] += received.updated
    counts["unchanged"] += received.unchanged
    counts["rejected"] += len(received.refused)
    if delivered is not None:
        run.delivered[dataset] = delivered
    run.save(update_fields=["counts", "delivered"])


def _keep_refused(run: ImportRun, dataset: str, delivery: Delivery, refused: Iterable[Refusal]) -> None:
    rows = [
        RejectedRow(
            run=run, file=delivery.sources[one.row], row=delivery.rows[one.row], dataset=dataset, column=one.column,
            reason_key=one.reason.msgid[:200], reason_json=kept(one.reason), raw_json=PENDING,
        )
        for one in refused
    ]  # fmt: skip
    RejectedRow.objects.bulk_create(rows, batch_size=AT_ONCE)


def _fetch_pending(run: ImportRun, reading: Reading) -> None:
    """Fetch the cells of refused rows from their files, each file being read once more."""
    wanted: dict[str, dict[str, dict[int, list[int]]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    pending = run.rejects.filter(raw_json=PENDING).values_list("dataset", "file", "row", "pk")
    for dataset, file, row, pk in pending.iterator():
        wanted[dataset][file][row].append(pk)
    for dataset, files in wanted.items():
        found: list[RejectedRow] = []
        for file, broken in reading.rows_of({file: set(rows) for file, rows in files.items()}, dataset):
            text = raw_json(broken)
            found += [RejectedRow(pk=pk, raw_json=text) for pk in files[file].pop(broken.row or 0, [])]
            if len(found) >= AT_ONCE:
                RejectedRow.objects.bulk_update(found, ["raw_json"], batch_size=500)
                found = []
        RejectedRow.objects.bulk_update(found, ["raw_json"], batch_size=500)
