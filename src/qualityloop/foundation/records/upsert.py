"""Writing what was delivered: new rows are inserted, changed ones updated with their prior values kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import pyarrow as pa
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from qualityloop.analysis.messages import message
from qualityloop.foundation.records import bulk
from qualityloop.foundation.records.models import Batch, Prior
from qualityloop.foundation.records.receiving import Received, Refusal, register_receiver, register_undo
from qualityloop.foundation.records.targets import (
    ROW,
    Delivery,
    Target,
    kept_columns,
    key_in_words,
    layers,
    pieces,
    sound,
)
from qualityloop.foundation.records.undoing import check_undo, run_undo

ATTEMPTS = 5  # somebody else may deliver the same rows at the same time
Columns = Mapping[str, pa.Array]
Write = Callable[[Target, pa.Table, dict[str, pa.Array], Delivery], Received]


def register_target(target: Target) -> None:
    """Declare a model as the receiver of a fact table, with its undo."""
    write = _write_lines if target.parent is not None else _write_records
    register_receiver(target.dataset.name, partial(_receive, target, write))
    register_undo(target.dataset.name, partial(run_undo, target), partial(check_undo, target))


def _receive(target: Target, write: Write, table: pa.Table, /, *, source: str, batch: Batch) -> Received:
    """Take a whole table, part by part."""
    total = Received()
    delivery = Delivery(source, batch)
    for piece in pieces(table, target):
        fitting, refused = sound(piece, target)
        outcome = Received(refused=tuple(refused))
        if fitting.num_rows:
            for layer in layers(fitting, target):
                columns = kept_columns(layer, target) | target.resolve(layer, delivery)
                outcome += write(target, layer, columns, delivery)
        total += Received(
            outcome.created, outcome.updated, outcome.unchanged, tuple(sorted(outcome.refused, key=lambda r: r.row))
        )
    return total


def _persistently(attempt: Callable[[], Received]) -> Received:
    """Run in one transaction, again where somebody else was faster."""
    for left in reversed(range(ATTEMPTS)):
        try:
            with transaction.atomic():
                return attempt()
        except IntegrityError:
            if not left:
                raise
    raise AssertionError("unreachable")


def _all_new(model: type[models.Model], columns: Columns) -> bool:
    """Insert everything if nothing of it is there yet: the first import needs no look at what is there."""
    try:
        with transaction.atomic():
            bulk.insert(model, columns)
    except IntegrityError:
        return False
    return True


# ---- records ---------------------------------------------------------------------------------------------


def _write_records(target: Target, layer: pa.Table, columns: dict[str, pa.Array], delivery: Delivery) -> Received:
    keys = layer.column(target.key).to_pylist()

    def attempt() -> Received:
        complete = _as_new(target, columns, keys, delivery)
        if _all_new(target.model, complete | {"number": complete["external_id"]}):
            outcome, new = Received(created=len(keys)), keys
        else:
            outcome, new = _upsert(target, complete, list(columns), keys, delivery)
        if target.arrived is not None and new:
            target.arrived(new, delivery)
        return outcome

    return _persistently(attempt)


def _as_new(target: Target, columns: Columns, keys: Sequence[str], delivery: Delivery) -> dict[str, pa.Array]:
    """The columns with those that every record has."""
    now, count = timezone.now(), len(keys)
    return dict(columns) | {
        "external_id": pa.array(keys, pa.string()),
        "source": bulk.constant(delivery.source, count, pa.string()),
        "batch_id": bulk.constant(delivery.batch.pk, count, pa.int64()),
        "recorded_at": bulk.constant(now, count, pa.timestamp("us")),
        "changed_at": bulk.constant(now, count, pa.timestamp("us")),
    }


def _upsert(
    target: Target, complete: dict[str, pa.Array], delivered: list[str], keys: list[str], delivery: Delivery
) -> tuple[Received, list[str]]:
    """Look first, then write; which keys were new."""
    compared = [name for name in delivered if name not in target.derived]
    current = _current(target.model, compared, keys, delivery.source)
    rows = bulk.read_rows([complete[name] for name in compared]) if compared else [()] * len(keys)
    new = [place for place, key in enumerate(keys) if key not in current]
    changed = [place for place, key in enumerate(keys) if key in current and current[key][1:] != rows[place]]
    if new:
        picked = pa.array(new, pa.int64())
        numbers = bulk.free_numbers(target.model, delivery.source, [keys[place] for place in new])
        fresh = {name: column.take(picked) for name, column in complete.items()}
        bulk.insert(target.model, fresh | {"number": pa.array(numbers, pa.string())})
    if changed:
        found = [current[keys[place]] for place in changed]
        _keep_prior(target.model, compared, found, [rows[place] for place in changed], delivery.batch)
        _update(target, complete, delivered, changed, [row[0] for row in found])
    unchanged = len(keys) - len(new) - len(changed)
    return Received(len(new), len(changed), unchanged), [keys[place] for place in new]


def _current(
    model: type[models.Model], attnames: Sequence[str], keys: Sequence[str], source: str
) -> dict[str, bulk.Cells]:
    """What is kept under the keys: key → (primary key, cells …)."""
    condition, values = bulk.among("external_id", keys)
    names = bulk.columns_of(model, ["external_id", "id", *attnames])
    rows = bulk.fetch(
        f"SELECT {names} FROM {bulk.table_of(model)} WHERE source = %s AND {condition}{bulk.locking()}",
        [source, values],
    )
    return {row[0]: row[1:] for row in rows}


def _keep_prior(
    model: type[models.Model],
    attnames: Sequence[str],
    before: Sequence[bulk.Cells],
    after: Sequence[bulk.Cells],
    batch: Batch,
) -> None:
    """Keep the cells that are about to change."""
    texts = []
    for old, new in zip(before, after, strict=True):
        cells = {n: o for n, o, a in zip(attnames, old[1:], new, strict=True) if o != a}
        texts.append(json.dumps(cells, ensure_ascii=False, default=str))
    count = len(texts)
    bulk.insert(
        Prior,
        {
            "batch_id": bulk.constant(batch.pk, count, pa.int64()),
            "model": bulk.constant(model._meta.label_lower, count, pa.string()),
            "record_id": pa.array([old[0] for old in before], pa.int64()),
            "before": pa.array(texts, pa.string()),
        },
    )


def _update(
    target: Target, complete: Columns, delivered: Sequence[str], places: Sequence[int], ids: Sequence[int]
) -> None:
    names = [*delivered, "changed_at"]
    picked = pa.array(places, pa.int64())
    cells = [complete[name].take(picked) for name in names]
    bulk.update(target.model, names, bulk.rows_of([*cells, pa.array(ids, pa.int64())]))


# ---- lines: events and messages --------------------------------------------------------------------------


def _write_lines(target: Target, layer: pa.Table, columns: dict[str, pa.Array], delivery: Delivery) -> Received:
    names = layer.column(target.key).to_pylist()

    def attempt() -> Received:
        found = bulk.numbers_by_key(target.owner.model, delivery.source, list(dict.fromkeys(names)))
        owned = [place for place, name in enumerate(names) if name in found]
        orphans = [_orphan(target, layer, place) for place, name in enumerate(names) if name not in found]
        if not owned:
            return Received(refused=tuple(orphans))
        picked = pa.array(owned, pa.int64())
        mine = {name: column.take(picked) for name, column in columns.items()}
        mine[target.parent_field] = pa.array([found[names[place]] for place in owned], pa.int64())
        batch = {"batch_id": bulk.constant(delivery.batch.pk, len(owned), pa.int64())}
        if _all_new(target.model, mine | batch):
            written = Received(created=len(owned))
        else:
            written = _missing_lines(target, layer.take(picked), mine, batch)
        if target.grown is not None and written.created:
            target.grown(mine[target.parent_field].unique().to_pylist())
        return written + Received(refused=tuple(orphans))

    return _persistently(attempt)


def _orphan(target: Target, layer: pa.Table, place: int) -> Refusal:
    reason = message("{record} is not known here (yet).", record=layer.column(target.key)[place].as_py())
    return Refusal(key_in_words(layer, target, place), target.key, reason, layer.column(ROW)[place].as_py())


def _missing_lines(target: Target, layer: pa.Table, mine: dict[str, pa.Array], batch: Columns) -> Received:
    """Insert the lines that are not there; a line that reads differently from the one kept is refused."""
    parent, names = target.parent_field, list(mine)
    condition, values = bulk.among(bulk.columns_of(target.model, [parent]), mine[parent].unique().to_pylist())
    kept = bulk.fetch(
        f"SELECT {bulk.columns_of(target.model, [parent, 'seq', *names])} FROM {bulk.table_of(target.model)}"
        f" WHERE {condition}",
        [values],
    )
    current: dict[tuple[Any, Any], bulk.Cells] = {(row[0], row[1]): row[2:] for row in kept}
    rows = bulk.read_rows([mine[name] for name in names])
    line_keys = list(zip(mine[parent].to_pylist(), mine["seq"].to_pylist(), strict=True))
    new, refused = [], []
    for place, (key, row) in enumerate(zip(line_keys, rows, strict=True)):
        if current.setdefault(key, row) is row:
            new.append(place)
        elif current[key] != row:
            refused.append(_differs(target, layer, place))
    if new:
        picked = pa.array(new, pa.int64())
        bulk.insert(target.model, {name: column.take(picked) for name, column in (mine | dict(batch)).items()})
    return Received(len(new), 0, len(rows) - len(new) - len(refused), tuple(refused))


def _differs(target: Target, layer: pa.Table, place: int) -> Refusal:
    reason = message("This line was delivered before and reads differently; what is written is never changed.")
    return Refusal(key_in_words(layer, target, place), "seq", reason, layer.column(ROW)[place].as_py())
