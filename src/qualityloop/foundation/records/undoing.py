"""Taking a batch's rows of one fact table back."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import IntegrityError, models, transaction
from django.db.models import ForeignObjectRel, Min
from django.utils import timezone

from qualityloop.analysis.messages import AnalysisError, Text, message
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.lake.facts import SEPARATOR
from qualityloop.foundation.records import bulk
from qualityloop.foundation.records.models import Batch, Prior
from qualityloop.foundation.records.receiving import Step
from qualityloop.foundation.records.targets import Soft, Target

AT_ONCE = 5_000  # rows in one transaction
IN_ONE_QUERY = 10_000


# ---- may it be undone? -----------------------------------------------------------------------------------


def check_undo(target: Target, batch: Batch) -> None:
    """Refuse, in words, when something that stays depends on a row of the batch."""
    if target.parent is not None:
        return  # lines are never changed, and nothing refers to them
    later = _changed_later(target, batch)
    if later:
        raise AnalysisError(
            message(
                "{records}: later imports changed {count} rows of this one; undo those first.",
                records=_words(target.model), count=later,
            )
        )  # fmt: skip
    if by_hand := _changed_by_hand(target, batch):
        raise AnalysisError(
            message(
                "{records}: {count} rows of this import have been changed by hand since.",
                records=_words(target.model), count=by_hand,
            )
        )  # fmt: skip
    for model, count in _dependants(target, batch):
        raise AnalysisError(
            message(
                "{records}: {count} rows that came later belong to rows of this import; it can no longer be undone.",
                records=_words(model), count=count,
            )
        )  # fmt: skip


def _words(model: type[models.Model]) -> Text:
    """What the records are called, in both languages."""
    from django.utils.translation import override

    with override("zh-hans"):
        zh = str(model._meta.verbose_name_plural)
    with override("en"):
        return Text(zh, str(model._meta.verbose_name_plural))


def _changed_later(target: Target, batch: Batch) -> int:
    """How many rows of the batch another batch changed after it, or between two changes of it."""
    label = target.model._meta.label_lower
    others = Prior.objects.filter(model=label).exclude(batch=batch)
    created = target.model._default_manager.filter(batch=batch)
    count = others.filter(record_id__in=created.values("pk")).values("record_id").distinct().count()
    mine = Prior.objects.filter(model=label, batch=batch)
    first = dict(mine.values_list("record_id").annotate(first=Min("pk")))
    for part in _parts(list(first)):
        for record_id, other in others.filter(record_id__in=part).values_list("record_id", "pk"):
            count += other > first[record_id]
    return count


def _changed_by_hand(target: Target, batch: Batch) -> int:
    """How many rows of the batch the audit log says were changed since it began."""
    label = target.model._meta.label_lower
    noted = AuditEntry.objects.filter(model=label, at__gte=batch.at).values_list("record_id", flat=True).distinct()
    touched = [int(number) for number in noted.iterator() if number.isdigit()]
    count = 0
    for part in _parts(touched):
        count += target.model._default_manager.filter(batch=batch, pk__in=part).count()
        count += (
            Prior.objects.filter(model=label, batch=batch, record_id__in=part).values("record_id").distinct().count()
        )
    return count


def _dependants(target: Target, batch: Batch) -> Iterator[tuple[type[models.Model], int]]:
    """What refers to a row that the batch created, and was not created by it."""
    soft = {(s.model._meta.label_lower, s.name) for s in target.soft}
    for relation in target.model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ForeignObjectRel) or relation.field.many_to_many:
            continue
        model: type[models.Model] = relation.related_model
        name = relation.field.name
        rows = model._default_manager.filter(**{f"{name}__batch": batch})
        if any(f.name == "batch" for f in model._meta.get_fields()):
            rows = rows.exclude(batch=batch)
        if (model._meta.label_lower, name) in soft:
            rows = rows.filter(**{f"{name}_key": ""})  # the others find it again by the key they came with
        if count := rows.count():
            yield model, count


def _parts(values: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(values), IN_ONE_QUERY):
        yield values[start : start + IN_ONE_QUERY]


# ---- undoing it ------------------------------------------------------------------------------------------


def run_undo(target: Target, batch: Batch, step: Step = lambda rows: None) -> int:
    """Restore what the batch changed and delete what it created; how many rows that were."""
    count = 0
    while done := _restore_some(target, batch):
        count += done
        step(done)
    while done := _delete_some(target, batch):
        count += done
        step(done)
    return count


def _restore_some(target: Target, batch: Batch) -> int:
    """The last changes first, so that the first prior value is the one that stays."""
    if target.parent is not None:
        return 0
    label = target.model._meta.label_lower
    with transaction.atomic():
        priors = list(Prior.objects.filter(batch=batch, model=label).order_by("-pk")[:AT_ONCE])
        now = bulk.cell_of(timezone.now())
        alike: dict[tuple[str, ...], list[bulk.Cells]] = {}
        seen: set[int] = set()
        for prior in priors:
            if prior.record_id in seen:  # restored twice, one after the other
                _write(target, alike)
                seen.clear()
            seen.add(prior.record_id)
            cells = (*prior.before.values(), now, prior.record_id)
            alike.setdefault((*prior.before, "changed_at"), []).append(cells)
        _write(target, alike)
        numbers = list({prior.record_id for prior in priors})
        Prior.objects.filter(pk__in=[prior.pk for prior in priors]).delete()
        if target.follow is not None and numbers:
            target.follow(numbers)
    return len(priors)


def _write(target: Target, alike: dict[tuple[str, ...], list[bulk.Cells]]) -> None:
    for names, rows in alike.items():
        bulk.update(target.model, names, rows)
    alike.clear()


def _delete_some(target: Target, batch: Batch) -> int:
    rows = target.model._default_manager.filter(batch=batch)
    try:
        with transaction.atomic():
            ids = list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
            if not ids:
                return 0
            _note_deletions(target, batch, ids)
            parted = _part(target, ids)
            condition, values = bulk.among("id", ids)
            bulk.execute(f"DELETE FROM {bulk.table_of(target.model)} WHERE {condition}", [values])
            for soft, numbers in parted:
                soft.relink(numbers)
    except IntegrityError as error:
        raise AnalysisError(
            message("{records}: something has come to depend on this import meanwhile.", records=_words(target.model))
        ) from error
    return len(ids)


def _note_deletions(target: Target, batch: Batch, ids: list[int]) -> None:
    """Tell the lake which rows are gone: a record's number stands for all its lines too."""
    condition, values = bulk.among("r.id", ids)
    at = bulk.cell_of(timezone.now())
    insert = "INSERT INTO records_deletion (dataset, key, at)"
    if target.parent is None:
        for dataset in (target.dataset.name, *target.lines):
            bulk.execute(
                f"{insert} SELECT %s, r.number, %s FROM {bulk.table_of(target.model)} r WHERE {condition}",
                [dataset, at, values],
            )
        return
    parent = f"p.id = {bulk.columns_of(target.model, [target.parent_field], 'r')}"
    bulk.execute(
        f"{insert} SELECT %s, p.number || %s || CAST(r.seq AS text), %s FROM {bulk.table_of(target.model)} r"
        f" JOIN {bulk.table_of(target.parent.model)} p ON {parent} WHERE {condition}"
        f" AND COALESCE(p.batch_id, 0) <> %s",  # the others go with their record
        [target.dataset.name, SEPARATOR, at, values, batch.pk],
    )


def _part(target: Target, ids: list[int]) -> list[tuple[Soft, list[int]]]:
    """Part the rows that know these by a key from them; they are led elsewhere afterwards."""
    parted: list[tuple[Soft, list[int]]] = []
    for soft in target.soft:
        rows = soft.model._default_manager.filter(**{f"{soft.name}__in": ids})
        if numbers := list(rows.values_list("pk", flat=True)):
            rows.update(**{soft.name: None, "changed_at": timezone.now()})
            parted.append((soft, numbers))
    return parted
