"""Writing a plan, handing it in, approving, starting, adjusting and ending it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qualityloop.foundation.audit.recording import differing, record, values_of
from qualityloop.foundation.models import User
from qualityloop.foundation.webhooks import announce
from qualityloop.improvement.evidence.indicators import refuse_unknown_indicator
from qualityloop.improvement.plans import actions, freezing, notices
from qualityloop.improvement.plans.models import Measure, MeasureState, Plan, PlanState
from qualityloop.improvement.plans.models.plans import PREDICTED
from qualityloop.improvement.plans.queries import measures_of, open_draft
from qualityloop.improvement.plans.smartness import is_complete
from qualityloop.improvement.problems.models import Problem, State
from qualityloop.improvement.problems.services import problem_state

WRITABLE = frozenset(PREDICTED) - {"plan_id", "owner_id", "department_id"} | {"owner", "department", "place"}


def plan_begin(*, actor: Any, problem: Problem, goal: str = "", address: str = "") -> Plan:
    """The first version of the plan of a problem whose cause is locked; a draft that is there already stays the one."""
    with transaction.atomic():
        kept = Problem.objects.select_for_update().get(pk=problem.pk)
        if (draft := open_draft(kept)) is not None:
            return draft
        if kept.state in {State.OPEN, State.CLOSED}:
            raise ValidationError(_("A plan wants a locked cause: lock one or two causes of the problem first."))
        return _new(actor, kept, goal=goal, reason="", replaces=None, address=address)


def plan_adjust(*, actor: Any, plan: Plan, reason: str, address: str = "") -> Plan:
    """A new version with the same measures, to be changed; the old one runs on until the new one starts."""
    if not reason.strip():
        raise ValidationError({"reason": _("Give the reason.")})
    with transaction.atomic():
        kept = _locked(plan, PlanState.EXECUTING, PlanState.DONE, PlanState.APPROVED)
        if (draft := open_draft(kept.problem)) is not None and draft.pk != kept.pk:
            raise ValidationError(_("Version {n} is being written already.").format(n=draft.version))
        made = _new(actor, kept.problem, goal=kept.goal, reason=reason, replaces=kept, address=address)
        for one in measures_of(kept):
            values = {name: getattr(one, name) for name in PREDICTED if name != "plan_id"}
            Measure.objects.create(plan=made, place=one.place, **values)
    return made


def _new(actor: Any, problem: Problem, *, goal: str, reason: str, replaces: Plan | None, address: str) -> Plan:
    last = Plan.objects.filter(problem=problem).order_by("-version").values_list("version", flat=True).first() or 0
    made = Plan.objects.create(
        problem=problem, version=last + 1, number=f"{problem.number}-P{last + 1}", goal=goal, reason=reason,
        replaces=replaces, author=_person(actor),
    )  # fmt: skip
    after = values_of(made, "number", "version", "goal", "reason")
    record(actor=actor, action=actions.PLAN_BEGUN, record=made, before=None, after=after, address=address)
    return made


def plan_change(*, actor: Any, plan: Plan, goal: str, address: str = "") -> Plan:
    """Change the goal of a draft."""
    with transaction.atomic():
        kept = _locked(plan, PlanState.DRAFT)
        before = kept.goal
        if before != goal:
            kept.goal = goal
            _save(kept)
            record(
                actor=actor, action=actions.PLAN_CHANGED, record=kept, before={"goal": before}, after={"goal": goal},
                address=address,
            )  # fmt: skip
    return kept


def measure_save(
    *, actor: Any, plan: Plan, measure: Measure | None = None, address: str = "", **values: Any
) -> Measure:
    """Add a measure to a draft or change one."""
    if unknown := set(values) - WRITABLE:
        raise ValueError(f"not a column that is written: {', '.join(sorted(unknown))}")
    with transaction.atomic():
        kept = _locked(plan, PlanState.DRAFT)
        one = Measure(plan=kept) if measure is None else Measure.objects.select_for_update().get(pk=measure.pk)
        before = None if measure is None else _said(one)
        refuse_unknown_indicator(values.get("indicator") or "", one.indicator)
        if "cause" in values and values["cause"] != one.cause:
            values.setdefault("cause_key", "")  # the key of another cause would be judged, not these words
        for name, value in values.items():
            setattr(one, name, value)
        if measure is None:
            one.place = values.get("place") or Measure.objects.filter(plan=kept).count() + 1
        one.save()
        was, now = differing(before, _said(one))
        if now:
            _save(kept)
            record(
                actor=actor, action=actions.MEASURE_ADDED if before is None else actions.MEASURE_CHANGED, record=kept,
                before=was, after={"title": one.title, **now}, address=address,
            )  # fmt: skip
    return one


def measure_remove(*, actor: Any, measure: Measure, address: str = "") -> None:
    """Take a measure out of a draft."""
    with transaction.atomic():
        kept = _locked(measure.plan, PlanState.DRAFT)
        record(
            actor=actor, action=actions.MEASURE_REMOVED, record=kept, before=_said(measure), after=None, address=address
        )
        Measure.objects.filter(pk=measure.pk, plan=kept).delete()
        _save(kept)


def plan_submit(*, actor: Any, plan: Plan, address: str = "") -> Plan:
    """Hand a draft in for approval: nothing may be missing in its measures."""
    with transaction.atomic():
        kept = _locked(plan, PlanState.DRAFT)
        measures = measures_of(kept)
        if not measures:
            raise ValidationError(_("A plan needs at least one measure."))
        if not is_complete(measures):
            raise ValidationError(_("Something is missing in the measures; the SMART check beside each says what."))
        _move(actor, kept, PlanState.SUBMITTED, actions.PLAN_SUBMITTED, address)
        notices.plan_waits(kept)
    return kept


def plan_send_back(*, actor: Any, plan: Plan, reason: str, address: str = "") -> Plan:
    """Send a plan back to be changed, and say why."""
    if not reason.strip():
        raise ValidationError({"reason": _("Give the reason.")})
    with transaction.atomic():
        kept = _locked(plan, PlanState.SUBMITTED, PlanState.APPROVED)
        kept.approved_by, kept.approved_at = None, None
        _move(actor, kept, PlanState.DRAFT, actions.PLAN_SENT_BACK, address, reason=reason)
        notices.plan_answered(kept, approved=False, reason=reason)
    return kept


def plan_approve(*, actor: Any, plan: Plan, address: str = "") -> Plan:
    """Approve what was handed in; with four eyes somebody else than its author does. The problem counts as planned."""
    with transaction.atomic():
        kept = _locked(plan, PlanState.SUBMITTED)
        if settings.QUALITYLOOP_FOUR_EYES and kept.author_id == getattr(actor, "pk", None):
            raise ValidationError(_("Four eyes: somebody else than its author approves a plan."))
        kept.approved_by, kept.approved_at = _person(actor), timezone.now()
        _move(actor, kept, PlanState.APPROVED, actions.PLAN_APPROVED, address)
        if kept.problem.state == State.CAUSE_LOCKED:
            problem_state(actor=actor, problem=kept.problem, state=State.PLANNED, address_of=address)
        notices.plan_answered(kept, approved=True)
        announce(notices.PLAN_APPROVED.key, notices.plan_said(kept))
    return kept


def plan_start(*, actor: Any, plan: Plan, now: datetime | None = None, address: str = "") -> Plan:
    """Start an approved plan: its content is frozen from now on, the version before it is replaced.

    `now` is for records of a plan that began elsewhere; no page and no operation of the API passes it.
    """
    with transaction.atomic():
        kept = _locked(plan, PlanState.APPROVED)
        measures = measures_of(kept)
        for before in Plan.objects.filter(problem=kept.problem, state=PlanState.EXECUTING).exclude(pk=kept.pk):
            _move(actor, before, PlanState.REPLACED, actions.PLAN_REPLACED, address, reason=kept.reason)
        kept.frozen_json = freezing.content_of(kept, measures)
        kept.frozen_hash = freezing.fingerprint(kept.frozen_json)
        kept.frozen_at, kept.frozen_by = now or timezone.now(), _person(actor)
        _move(actor, kept, PlanState.EXECUTING, actions.PLAN_STARTED, address)
        if kept.problem.state == State.VERIFYING:
            reason = kept.reason or _("The plan was adjusted.")
            problem_state(actor=actor, problem=kept.problem, state=State.EXECUTING, reason=reason, address_of=address)
        elif kept.problem.state == State.PLANNED:
            problem_state(actor=actor, problem=kept.problem, state=State.EXECUTING, address_of=address)
        announce(notices.PLAN_STARTED.key, notices.plan_said(kept))
    return kept


def measure_move(*, actor: Any, measure: Measure, state: str, reason: str = "", address: str = "") -> Measure:
    """Begin, finish or give up a measure of a plan under way; giving up wants a reason."""
    if state not in MeasureState.values:
        raise ValidationError({"state": _("There is no such state.")})
    if state == MeasureState.DROPPED and not reason.strip():
        raise ValidationError({"reason": _("Give the reason.")})
    with transaction.atomic():
        plan = _locked(measure.plan, PlanState.EXECUTING)
        kept = Measure.objects.select_for_update().get(pk=measure.pk)
        before = kept.state
        if before != state:
            kept.state = state
            kept.done_at = timezone.now() if state == MeasureState.DONE else None
            kept.save(update_fields=["state", "done_at"])
            _save(plan)
            record(
                actor=actor, action=actions.MEASURE_MOVED, record=plan, before={kept.title: before},
                after={kept.title: state}, reason=reason, address=address,
            )  # fmt: skip
    return kept


def plan_end(*, actor: Any, plan: Plan, address: str = "") -> Plan:
    """Say that a plan is carried out: every measure is done or given up. Its effect is judged from now on."""
    with transaction.atomic():
        kept = _locked(plan, PlanState.EXECUTING)
        states = set(Measure.objects.filter(plan=kept).values_list("state", flat=True))
        if states - {MeasureState.DONE.value, MeasureState.DROPPED.value}:
            raise ValidationError(_("Not every measure is done or given up."))
        kept.ended_at = timezone.now()
        _move(actor, kept, PlanState.DONE, actions.PLAN_ENDED, address)
        if kept.problem.state == State.EXECUTING:
            problem_state(actor=actor, problem=kept.problem, state=State.VERIFYING, address_of=address)
    return kept


def _locked(plan: Plan, *states: str) -> Plan:
    """The plan, ours until the transaction ends, in one of these states; ValidationError otherwise."""
    kept = Plan.objects.select_for_update(of=("self",)).select_related("problem", "author").get(pk=plan.pk)
    if kept.state not in states:
        text = _("That cannot be done to a plan that is “{state}”.")
        raise ValidationError(text.format(state=PlanState(kept.state).label))
    if kept.problem.is_closed:
        raise ValidationError(_("The problem is closed; open it again first."))
    return kept


def _move(actor: Any, plan: Plan, state: str, action: Any, address: str, *, reason: str = "") -> None:
    before = plan.state
    plan.state = state
    _save(plan)
    after = {"state": state, **({"frozen_hash": plan.frozen_hash} if action is actions.PLAN_STARTED else {})}
    record(
        actor=actor, action=action, record=plan, before={"state": before}, after=after, reason=reason, address=address
    )


def _save(plan: Plan) -> None:
    plan.changed_at = timezone.now()
    plan.save()


def _said(measure: Measure) -> dict[str, Any]:
    names = [name for name in PREDICTED if name not in {"plan_id", "owner_id", "department_id"}]
    said = {name: getattr(measure, name) for name in names}
    return said | {
        "owner": str(measure.owner) if measure.owner else None,
        "department": str(measure.department) if measure.department else None,
    }


def _person(actor: Any) -> User | None:
    return actor if isinstance(actor, User) else None
