"""Planning a checkpoint, drawing its sample, entering results, judging it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qualityloop.foundation.audit.recording import record
from qualityloop.foundation.webhooks import announce
from qualityloop.improvement.plans import actions, notices
from qualityloop.improvement.plans.lots import LARGEST_LOT, RecordsAsked, lot_of
from qualityloop.improvement.plans.models import Checkpoint, CheckResult, CheckState, Measure, PlanState
from qualityloop.improvement.plans.models.checkpoints import CheckKind
from qualityloop.improvement.plans.models.reviews import Missed
from qualityloop.improvement.plans.services.reviews import review_open

if TYPE_CHECKING:
    from qualityloop.analysis.acceptance import SamplingPlan, Verdict

DEFAULT_SHARE = 0.10  # of a lot


def check_plan(
    *, actor: Any, measure: Measure, kind: str, title: str, due_on: date, address: str = "", **rule: Any
) -> Checkpoint:
    """Plan a checkpoint; `rule` (share, good, poor) says for a sample how many are checked."""
    if kind not in CheckKind.values or not title.strip():
        raise ValidationError({"title": _("Say what is checked.")})
    if measure.plan.state not in {PlanState.APPROVED, PlanState.EXECUTING}:
        raise ValidationError(_("Checkpoints are planned once the plan is approved."))
    if (rule.get("good") is None) != (rule.get("poor") is None):
        raise ValidationError({"poor": _("Give both shares, or none.")})
    with transaction.atomic():
        made = Checkpoint.objects.create(
            measure=measure, kind=kind, title=title.strip()[:200], due_on=due_on, author=actor,
            share=rule.get("share") or (DEFAULT_SHARE if kind == CheckKind.SAMPLE else None),
            good=rule.get("good"), poor=rule.get("poor"),
        )  # fmt: skip
        after = {"title": made.title, "kind": kind, "due_on": due_on, "share": made.share, "measure": str(measure)}
        record(actor=actor, action=actions.CHECK_PLANNED, record=made, before=None, after=after, address=address)
    return made


def sampling_plan(checkpoint: Checkpoint, lot: int) -> SamplingPlan:
    """How many of a lot are checked, and how many may be bad: by both shares if given, else by the one."""
    from qualityloop.analysis.acceptance import Goal, share_plan, smallest_plan

    if checkpoint.good is not None and checkpoint.poor is not None:
        return smallest_plan(Goal(checkpoint.good, checkpoint.poor), lot=lot)
    return share_plan(checkpoint.share or DEFAULT_SHARE, lot)


def check_draw_records(
    *, actor: Any, checkpoint: Checkpoint, asked: RecordsAsked, seed: int, address: str = ""
) -> Checkpoint:
    """Draw from the records that a condition and days choose; their numbers and the question are kept."""
    _drawable(checkpoint)
    found = lot_of(actor, asked)
    return check_draw(
        actor=actor, checkpoint=checkpoint, items=found.numbers, seed=seed, address=address, query=found.query
    )  # fmt: skip


def _drawable(checkpoint: Checkpoint) -> None:
    if checkpoint.kind != CheckKind.SAMPLE:
        raise ValidationError(_("Nothing is drawn here."))
    if checkpoint.state != CheckState.PLANNED:
        raise ValidationError(_not_now(checkpoint))


def check_draw(
    *, actor: Any, checkpoint: Checkpoint, items: Sequence[str], seed: int, address: str = "",
    query: dict[str, Any] | None = None,
) -> Checkpoint:  # fmt: skip
    """Draw from a lot, once: lot, seed and rule are kept, so that the draw can be done again. AnalysisError.

    `query` says which records the items are the numbers of.
    """
    from qualityloop.analysis.acceptance import draw

    lot = [text for one in items if (text := " ".join(str(one).split())[:500])]
    if not lot or len(lot) > LARGEST_LOT:
        raise ValidationError({"items": _("A lot has between 1 and {n} items.").format(n=LARGEST_LOT)})
    with transaction.atomic():
        kept = _locked(checkpoint, CheckState.PLANNED)
        _drawable(kept)
        kept.query = query
        plan = sampling_plan(kept, len(lot))
        kept.lot, kept.seed, kept.size, kept.accept = lot, seed, plan.size, plan.accept
        kept.state, kept.drawn_at, kept.changed_at = CheckState.DRAWN, timezone.now(), timezone.now()
        kept.save()
        places = draw(len(lot), plan.size, seed=seed)
        CheckResult.objects.bulk_create(CheckResult(checkpoint=kept, place=n + 1, label=lot[n]) for n in places)
        after: dict[str, Any] = {"lot": len(lot), "seed": seed, "size": plan.size, "accept": plan.accept}
        if query:
            after["query"] = " · ".join(str(value) for value in query.values() if value)
        record(actor=actor, action=actions.CHECK_DRAWN, record=kept, before=None, after=after, address=address)
    return kept


def check_enter(
    *, actor: Any, checkpoint: Checkpoint, results: Mapping[int, tuple[bool | None, str]], address: str = ""
) -> Checkpoint:
    """Enter results by place in the lot: in order, not in order, or taken back, each with a note."""
    with transaction.atomic():
        kept = _locked(checkpoint, CheckState.DRAWN)
        rows = {one.place: one for one in CheckResult.objects.select_for_update().filter(checkpoint=kept)}
        before, after = {}, {}
        for place, (ok, note) in results.items():
            row = rows.get(place)
            if row is None:
                raise ValidationError(_("Item {n} was not drawn.").format(n=place))
            if (row.ok, row.note) == (ok, note):
                continue
            if ok is False and not note.strip():
                raise ValidationError(_("Say what is not in order with item {n}.").format(n=place))
            before[str(place)], after[str(place)] = row.ok, ok
            row.ok, row.note, row.by, row.at = ok, note[:1000], actor, timezone.now()
            row.save()
        if after:
            Checkpoint.objects.filter(pk=kept.pk).update(changed_at=timezone.now())
            record(actor=actor, action=actions.CHECK_ENTERED, record=kept, before=before, after=after, address=address)
    return kept


def check_judge(
    *, actor: Any, checkpoint: Checkpoint, passed: bool | None = None, finding: str = "", address: str = ""
) -> Checkpoint:
    """Judge a checkpoint: a sample by its rule, a question by a finding. A failure opens a review."""
    with transaction.atomic():
        kept = _locked(checkpoint, CheckState.PLANNED, CheckState.DRAWN)
        if kept.kind == CheckKind.SAMPLE:
            verdict = verdict_of(kept)
            kept.at_most, passed = verdict.at_most, verdict.accepted
        elif passed is None or not finding.strip():
            raise ValidationError({"finding": _("Say what was found, and whether it is enough.")})
        kept.finding = finding.strip()
        kept.state = CheckState.PASSED if passed else CheckState.FAILED
        kept.judged_at = kept.changed_at = timezone.now()
        kept.save()
        after = {"state": kept.state, "finding": kept.finding, "at_most": kept.at_most}
        record(actor=actor, action=actions.CHECK_JUDGED, record=kept, before=None, after=after, address=address)
        announce(
            notices.CHECKPOINT_JUDGED.key,
            {"id": kept.pk, "title": kept.title, "state": kept.state, "plan": kept.measure.plan.number},
        )
        if not passed:
            review_open(
                actor=actor, measure=kept.measure, missed=Missed.CHECKPOINT, what=kept.title, address=address
            )  # fmt: skip
    return kept


def verdict_of(checkpoint: Checkpoint) -> Verdict:
    """What the results say by the rule that was kept at the draw. AnalysisError while results are missing."""
    from qualityloop.analysis.acceptance import SamplingPlan, judge

    if checkpoint.state == CheckState.PLANNED or checkpoint.size is None or checkpoint.accept is None:
        raise ValidationError(_("Draw the sample first."))
    results = list(CheckResult.objects.filter(checkpoint=checkpoint).values_list("ok", flat=True))
    plan = SamplingPlan(checkpoint.size, checkpoint.accept, len(checkpoint.lot))
    known = [one for one in results if one is not None]
    return judge(plan, checked=len(known), bad=known.count(False))


def _locked(checkpoint: Checkpoint, *states: str) -> Checkpoint:
    related = Checkpoint.objects.select_for_update(of=("self",)).select_related("measure__plan__problem")
    kept = related.get(pk=checkpoint.pk)
    if kept.state not in states:
        raise ValidationError(_not_now(kept))
    return kept


def _not_now(checkpoint: Checkpoint) -> str:
    text = _("That cannot be done to a checkpoint that is “{state}”.")
    return text.format(state=CheckState(checkpoint.state).label)
