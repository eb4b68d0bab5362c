"""Rejected rows that somebody put right, on their way in once more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as MappingOf
from dataclasses import replace

import pyarrow as pa
from django.db import transaction

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.files.mapping import Mapping, TableRule
from qualityloop.analysis.files.reading import TAKEN, Delivery, Reading
from qualityloop.analysis.files.repairs import Cells, Repairs
from qualityloop.analysis.files.source import Broken
from qualityloop.analysis.messages import Message, message
from qualityloop.collection.importing.delivering import ROWS, mapping_of, note_received
from qualityloop.collection.importing.existing import highest_numbers
from qualityloop.collection.importing.trying import Listed, Wrong, try_rows
from qualityloop.collection.importing.workshop import MEMORY_LIMIT, Workshop, opened
from qualityloop.collection.models import ImportRun, RejectedRow, RejectState
from qualityloop.foundation.records.receiving import receive
from qualityloop.foundation.wording import kept

Place = tuple[str, str, int]  # file, dataset, row
LEFT_OUT = message("with these cells the row does not belong to the data set any more (only, except)")


def wrong_with(run: ImportRun, reject: RejectedRow, cells: Cells) -> Wrong | None:
    """Why the row would be rejected again with these cells; None where it would be taken."""
    mapping = mapping_of(run)
    table = _table_of(mapping, reject)
    if table is None or reject.row is None:
        return Wrong("", message("the mapping has no table for this row"))
    if reject.reason_key == TAKEN and _same_key(table, reject.cells, cells):
        return Wrong(reject.column, message("another row has this key; give this one its own, or set it aside"))
    with opened(run) as shop:
        tried = try_rows(mapping, table, reject.file, {reject.row: cells}, shop)
    if reject.row in tried.wrong:
        return tried.wrong[reject.row]
    return None if reject.row in tried.values else Wrong("", LEFT_OUT)


def _table_of(mapping: Mapping, reject: RejectedRow) -> TableRule | None:
    """The table that reads the row's file."""
    tables = [table for table in mapping.tables if table.dataset == reject.dataset]
    return tables[0] if tables else None


def _same_key(table: TableRule, before: Cells, after: Cells) -> bool:
    names = [name for part in DATASETS[table.dataset].key if (rule := table.rule(part)) for name in rule.sources]
    return all((before.get(name) or "").strip() == (after.get(name) or "").strip() for name in names)


def bring_in(run: ImportRun, rejects: Sequence[RejectedRow]) -> int:
    """Import the repaired rows; how many were taken. A row that is still wrong stays open with its new reason."""
    mapping = mapping_of(run)
    whole = {table.dataset for table in mapping.tables if table.events}
    places = {(one.file, one.dataset, one.row): one for one in rejects if one.row is not None}
    alone = {place: one for place, one in places.items() if place[1] not in whole}
    together = {place: one for place, one in places.items() if place[1] in whole}
    taken = 0
    with opened(run) as shop:
        if alone:
            taken += _deliver(run, mapping, alone, shop, alone=True)
        if together:
            events = replace(mapping, tables=tuple(table for table in mapping.tables if table.events))
            taken += _deliver(run, events, together | _earlier(run, whole), shop, alone=False)
    return taken


def _earlier(run: ImportRun, datasets: Iterable[str]) -> dict[Place, RejectedRow]:
    """Rows repaired before, which count in their cases too."""
    earlier = run.rejects.filter(state=RejectState.REPAIRED, dataset__in=list(datasets)).exclude(repaired_json="")
    return {(one.file, one.dataset, one.row): one for one in earlier}


def _deliver(
    run: ImportRun, mapping: Mapping, places: MappingOf[Place, RejectedRow], shop: Workshop, *, alone: bool
) -> int:
    rows: dict[tuple[str, str], dict[int, Cells]] = defaultdict(dict)
    for (file, dataset, row), one in places.items():
        rows[file, dataset][row] = one.repaired
    tables = tuple(table for table in mapping.tables if any(dataset == table.dataset for _, dataset in rows))
    rejects = Listed()
    with Reading(
        shop.files,
        replace(mapping, tables=tables),
        rejects,
        temp=shop.temp,
        memory_limit=MEMORY_LIMIT,
        repairs=Repairs(rows, alone=alone),
    ) as reading:
        reading.read()
        waiting = {place: one for place, one in places.items() if one.state == RejectState.READY}
        taken = 0
        wrong = {(file, dataset, broken.row): broken for file, dataset, broken in rejects.rows}
        _still_wrong(waiting, wrong)
        good = {place: one for place, one in waiting.items() if place not in wrong}
        for dataset in reading.rows:
            for delivery in reading.deliveries(dataset, ROWS):
                taken += _hand_over(run, dataset, _numbered_on(run, mapping, dataset, delivery, alone), good)
        if not alone:  # rows of an event log are in once their cases are
            taken += _settle(run, list(good.values()))
    return taken


def _numbered_on(run: ImportRun, mapping: Mapping, dataset: str, delivery: Delivery, alone: bool) -> Delivery:
    """Rows that are numbered within their key go on after the highest number that is there."""
    number = DATASETS[dataset].key[-1]
    rules = [rule for table in mapping.tables if table.dataset == dataset for rule in table.columns]
    if not alone or not any(rule.numbered and rule.target == number for rule in rules):
        return delivery
    keys = delivery.table[DATASETS[dataset].key[0]].to_pylist()
    highest = highest_numbers(dataset, run.source, list(dict.fromkeys(keys)))
    numbers = [highest.get(key, 0) + own for key, own in zip(keys, delivery.table[number].to_pylist(), strict=True)]
    place = delivery.table.column_names.index(number)
    table = delivery.table.set_column(place, number, pa.array(numbers, pa.int64()))
    return replace(delivery, table=table)


def _hand_over(run: ImportRun, dataset: str, delivery: Delivery, good: MappingOf[Place, RejectedRow]) -> int:
    """Give rows to their room; what it takes is settled, what it refuses gets the new reason."""
    with transaction.atomic():
        received = receive(dataset, delivery.table, source=run.source, batch=run.batch)
        refused = {one.row: one for one in received.refused}
        settled = []
        for number, (file, row) in enumerate(zip(delivery.sources, delivery.rows, strict=True)):
            one = good.get((file, dataset, row))
            if one is None:
                continue
            if number in refused:
                _reason(one, refused[number].column, refused[number].reason)
            else:
                settled.append(one)
        note_received(run, dataset, replace(received, refused=()))
        return _settle(run, settled)


def _settle(run: ImportRun, rows: Sequence[RejectedRow]) -> int:
    """Note that rows are in."""
    with transaction.atomic():
        pks = [one.pk for one in rows]
        changed = RejectedRow.objects.filter(pk__in=pks, state=RejectState.READY).update(state=RejectState.REPAIRED)
        for one in rows:
            one.state = RejectState.REPAIRED
        for dataset in {one.dataset for one in rows}:
            count = sum(one.dataset == dataset for one in rows)
            run.counts[dataset]["rejected"] = max(0, run.counts[dataset]["rejected"] - count)
        run.save(update_fields=["counts"])
    return changed


def _still_wrong(waiting: MappingOf[Place, RejectedRow], wrong: MappingOf[tuple[str, str, int | None], Broken]) -> None:
    for place, one in waiting.items():
        if place in wrong:
            _reason(one, wrong[place].column or "", wrong[place].reason)


def _reason(one: RejectedRow, column: str, reason: Message) -> None:
    one.state = RejectState.OPEN
    one.column, one.reason_key, one.reason_json = column[:300], reason.msgid[:200], kept(reason)
    one.save(update_fields=["state", "column", "reason_key", "reason_json"])
