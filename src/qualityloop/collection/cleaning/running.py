"""A run of the rules: afterwards exactly those records are set aside that the rules catch and nobody took back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from qualityloop.analysis.cleaning import Finding as Caught
from qualityloop.analysis.cleaning import Rules, sweep
from qualityloop.collection.cleaning import actions
from qualityloop.collection.cleaning.models import CleaningState, Finding, FindingState
from qualityloop.collection.cleaning.reading import Block, changed_since, everything
from qualityloop.collection.cleaning.rules import rules_in_force
from qualityloop.collection.cleaning.subjects import SUBJECTS, Subject
from qualityloop.foundation.audit.recording import record
from qualityloop.foundation.records.asides import forget, put_aside, put_back

OVERLAP = timedelta(minutes=15)  # how long after `changed_at` was set a transaction may end
AT_ONCE = 500  # keys in one query
Step = Callable[[int, int | None], None]


@dataclass(slots=True)
class Outcome:
    """How many records were looked at, set aside and put back."""

    seen: int = 0
    aside: int = 0
    back: int = 0
    everything: bool = False

    @property
    def changed(self) -> bool:
        """Whether other records count than before."""
        return bool(self.aside or self.back)


def clean(step: Step = lambda done, total: None) -> Outcome:
    """Look at what changed since the last run; at everything where the rules changed or nothing is noted."""
    started = timezone.now()
    rules, digest = rules_in_force(started)
    state = CleaningState.objects.get_or_create(pk=CleaningState.ONLY, defaults={"asked_at": started})[0]
    outcome = Outcome(everything=state.mark is None or state.digest != digest)
    for subject in SUBJECTS.values():
        _forget_gone(subject)
        if outcome.everything or state.mark is None:
            blocks, total = everything(subject), outcome.seen + subject.rows.count()
        else:
            blocks, total = changed_since(subject, state.mark - OVERLAP), None
        for block in blocks:
            _settle(block, subject, rules, outcome)
            step(outcome.seen, total)
    here = CleaningState.objects.filter(pk=state.pk)
    here.filter(Q(mark__isnull=False) | Q(asked_at__lte=started)).update(mark=started, digest=digest)
    here.update(ended_at=timezone.now(), seen=outcome.seen)
    return outcome


def _settle(block: Block, subject: Subject, rules: Rules, outcome: Outcome) -> None:
    """Bring the records of a block to what the rules say."""
    known = Finding.objects.filter(dataset=subject.dataset, record_id__in=block.rows.order_by().values("pk"))
    refused = set(known.filter(state=FindingState.TAKEN_BACK).values_list("record_id", "rule"))
    wanted: dict[int, Caught] = {}
    for entries in block.by_customer(subject):
        for found in sweep(_counted(entries, outcome), rules, refused):
            wanted[found.pk] = found
    standing = {one.record_id: one for one in known.filter(state=FindingState.ASIDE)}
    if wanted or standing:
        _write(subject, wanted, standing, outcome)


def _counted(entries: Iterable[Any], outcome: Outcome) -> Iterator[Any]:
    for entry in entries:
        outcome.seen += 1
        yield entry


def _write(subject: Subject, wanted: dict[int, Caught], standing: dict[int, Finding], outcome: Outcome) -> None:
    same = {pk for pk, one in standing.items() if pk in wanted and _says(one) == _said(wanted[pk])}
    new = [found for pk, found in wanted.items() if pk not in same]
    back = {pk: one.number for pk, one in standing.items() if pk not in wanted}
    if not new and not back:
        return
    others = {found.other for found in new if found.other is not None}
    numbers = _numbers(subject, {found.pk for found in new} | others)
    rows = [_finding(subject, found, numbers) for found in new if found.pk in numbers]
    fresh = {row.record_id: row.number for row in rows if row.record_id not in standing}
    with transaction.atomic():
        for some in _pieces([one.pk for pk, one in standing.items() if pk not in same]):
            Finding.objects.filter(pk__in=some, state=FindingState.ASIDE).delete()
        Finding.objects.bulk_create(rows, batch_size=AT_ONCE, ignore_conflicts=True)
        put_aside(subject.model, fresh, subject.published)
        put_back(subject.model, back, subject.published)
        after = {"dataset": subject.dataset, "set_aside": _by_rule(rows, fresh), "put_back": sorted(back.values())}
        record(actor=None, action=actions.CLEANED, record=None, before=None, after=after)
    outcome.aside += len(fresh)
    outcome.back += len(back)


def _finding(subject: Subject, found: Caught, numbers: dict[int, str]) -> Finding:
    return Finding(
        dataset=subject.dataset, record_id=found.pk, number=numbers[found.pk], rule=found.rule,
        other_id=found.other, other_number=numbers.get(found.other or 0, ""), evidence=dict(found.evidence),
    )  # fmt: skip


def _says(one: Finding) -> tuple[Any, ...]:
    return one.rule, one.other_id, one.evidence


def _said(found: Caught) -> tuple[Any, ...]:
    return found.rule, found.other, dict(found.evidence)


def _by_rule(rows: list[Finding], fresh: dict[int, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        if row.record_id in fresh:
            found.setdefault(row.rule, []).append(row.number)
    return found


def _numbers(subject: Subject, pks: set[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for some in _pieces(sorted(pks)):
        found.update(subject.rows.filter(pk__in=some).values_list("pk", "number"))
    return found


def _forget_gone(subject: Subject) -> None:
    """Findings of records that are gone."""
    living = subject.rows.filter(pk=OuterRef("record_id"))
    Finding.objects.filter(~Exists(living), dataset=subject.dataset).delete()
    forget(subject.model)


def _pieces(items: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(items), AT_ONCE):
        yield items[start : start + AT_ONCE]
