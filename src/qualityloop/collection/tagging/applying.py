"""Applying the rules to what the lake shows: only months whose rows or rules are others than last time."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from django.db import transaction
from django.utils import timezone

from qualityloop.analysis.engine import Engine, open_engine
from qualityloop.analysis.indicators.language import Condition
from qualityloop.analysis.lake import Lake, LakeDataset, Partition
from qualityloop.analysis.messages import AnalysisError
from qualityloop.collection.subjects import SUBJECTS, Subject
from qualityloop.collection.tagging import actions
from qualityloop.collection.tagging.models import Applied, Origin, Suggestion, Tagging, TagRefusal, TagRule
from qualityloop.collection.tagging.rules import MEMORY_LIMIT, checked, evaluable, keys_in
from qualityloop.foundation.audit.recording import record

log = logging.getLogger(__name__)

AT_ONCE = 500  # keys in one query
IN_ONE = 5_000  # rows in one transaction
Item = TypeVar("Item")
Wanted = dict[tuple[int, int], tuple[int, str]]  # (tag, record) → (rule, number)


@dataclass
class Outcome:
    """How many tags were given and taken, in how many months."""

    given: int = 0
    taken: int = 0
    months: int = 0


def apply_rules(lake: Lake, step: Callable[[int, int], None] = lambda done, total: None) -> Outcome:
    """Give and take tags so that they are as the active rules say; a second run changes nothing."""
    outcome = Outcome()
    for dataset, subject in SUBJECTS.items():
        _forget_orphans(subject)
        table = lake.datasets.get(dataset)
        if table is not None:
            _dataset(table, subject, outcome, step)
    if outcome.given or outcome.taken:
        with transaction.atomic():
            after = {"given": outcome.given, "taken": outcome.taken, "months": outcome.months}
            record(actor=None, action=actions.APPLIED, record=None, before=None, after=after)
    return outcome


def _dataset(table: LakeDataset, subject: Subject, outcome: Outcome, step: Callable[[int, int], None]) -> None:
    rules = _usable(table)
    digest = json.dumps([[rule.pk, rule.tag_id, condition.text] for rule, condition in rules])
    known = dict(Applied.objects.filter(dataset=table.name).values_list("month", "signature"))
    months = {partition.month: partition for partition in table.partitions}
    for month in set(known) - set(months):
        outcome.taken += Tagging.objects.filter(dataset=table.name, month=month, origin=Origin.RULE).delete()[0]
        Applied.objects.filter(dataset=table.name, month=month).delete()
    with open_engine(memory_limit=MEMORY_LIMIT) as engine:
        for done, (month, partition) in enumerate(sorted(months.items())):
            signature = hashlib.sha256(f"{partition.hash} {digest}".encode()).hexdigest()
            if known.get(month) != signature:
                wanted = _wanted(engine, partition, rules, subject)
                _month(subject.dataset, month, wanted, outcome)
                Applied.objects.update_or_create(dataset=table.name, month=month, defaults={"signature": signature})
                outcome.months += 1
            step(done + 1, len(months))


def _usable(table: LakeDataset) -> list[tuple[TagRule, Condition]]:
    """The active rules of a dataset that can be asked of it, in the order in which they were made."""
    usable = []
    rules = TagRule.objects.filter(dataset=table.name, active=True, tag__active=True).select_related("tag")
    for rule in rules.order_by("pk"):
        try:
            condition = checked(rule.condition, table.name)
            evaluable(condition, table)
        except AnalysisError as error:  # its page says so too
            log.warning("tag rule %s is left out: %s", rule.pk, error)
            continue
        usable.append((rule, condition))
    return usable


def _wanted(engine: Engine, partition: Partition, rules: list[tuple[TagRule, Condition]], subject: Subject) -> Wanted:
    """The tags that a month's records should have by rule; of two rules that give the same, the older is named."""
    found: dict[tuple[int, str], int] = {}
    for rule, condition in rules:
        for key in keys_in(engine, partition, condition):
            found.setdefault((rule.tag_id, key), rule.pk)
    numbers = sorted({number for _tag, number in found})
    places: dict[str, int] = {}
    for some in _pieces(numbers, AT_ONCE):
        rows = subject.model._default_manager.filter(number__in=some)
        places.update(rows.values_list("number", "pk"))
    return {(tag, places[number]): (rule, number) for (tag, number), rule in found.items() if number in places}


def _month(dataset: str, month: str, wanted: Wanted, outcome: Outcome) -> None:
    """Bring a month's tags by rule to what is wanted."""
    of_month = Tagging.objects.filter(dataset=dataset, month=month, origin=Origin.RULE)
    has = {(tag, one): pk for pk, tag, one in of_month.values_list("pk", "tag_id", "record_id")}
    for some in _pieces([pk for key, pk in has.items() if key not in wanted], AT_ONCE):
        outcome.taken += Tagging.objects.filter(pk__in=some, origin=Origin.RULE).delete()[0]
    new = [key for key in wanted if key not in has]
    for piece in _pieces(new, IN_ONE):
        with transaction.atomic():
            outcome.given += _give(dataset, month, piece, wanted)


def _give(dataset: str, month: str, new: list[tuple[int, int]], wanted: Wanted) -> int:
    """Add tags, but none that a person refused; those that a record brings from another month move with it."""
    records = sorted({one for _tag, one in new})
    refused: set[tuple[int, int]] = set()
    there: set[tuple[int, int]] = set()
    for some in _pieces(records, AT_ONCE):
        of = {"dataset": dataset, "record_id__in": some}
        refused.update(TagRefusal.objects.filter(**of).values_list("tag_id", "record_id"))
        Tagging.objects.filter(**of, origin=Origin.RULE).exclude(month=month).delete()
        there.update(Tagging.objects.filter(**of).values_list("tag_id", "record_id"))
    now = timezone.now()
    rows = [
        Tagging(
            dataset=dataset, month=month, tag_id=tag, record_id=one, rule_id=wanted[tag, one][0],
            number=wanted[tag, one][1], origin=Origin.RULE, at=now,
        )
        for tag, one in new
        if (tag, one) not in refused and (tag, one) not in there
    ]  # fmt: skip
    Tagging.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    for tag in {tag for tag, _one in new}:  # what a rule says needs no suggestion
        for some in _pieces([one for other, one in new if other == tag], AT_ONCE):
            Suggestion.objects.filter(dataset=dataset, tag_id=tag, record_id__in=some).delete()
    return len(rows)


def _forget_orphans(subject: Subject) -> None:
    """Tags and suggestions of records that are gone."""
    living = subject.model._default_manager.values("pk")
    for model in (Tagging, TagRefusal, Suggestion):
        model._default_manager.filter(dataset=subject.dataset).exclude(record_id__in=living).delete()


def _pieces(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    whole = list(items)
    for start in range(0, len(whole), size):
        yield whole[start : start + size]
