"""Writing quality plans and their risk registers; the gate before launch."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qualityloop.diagnosis.warnings.models import Watch
from qualityloop.diagnosis.warnings.services import register_watch
from qualityloop.foundation.audit.recording import differing, record, values_of
from qualityloop.foundation.models import User
from qualityloop.foundation.records.numbering import next_number
from qualityloop.foundation.webhooks import announce
from qualityloop.improvement.evidence.indicators import refuse_unknown_indicator
from qualityloop.improvement.risks import actions, notices
from qualityloop.improvement.risks.models import Edition, Item, ItemKind, LaunchPlan, Risk, Side, State
from qualityloop.improvement.risks.priority import RANKS
from qualityloop.improvement.risks.queries import lacking, register_of

PREFIX = "ZP"
HEAD = ("name", "what", "launch_on", "owner", "department")
RANKED = ("severity", "likelihood", "detection", "severity_after", "likelihood_after", "detection_after")
RISK_FIELDS = ("title", "cause", "consequence", *RANKED, "precaution", "owner", "due_on", "indicator", "group", "side",
               "threshold")  # fmt: skip
ITEM_FIELDS = ("text", "indicator", "side", "target")
ON = {
    State.DRAFT: (State.APPROVED, State.STOPPED),
    State.APPROVED: (State.DRAFT, State.LAUNCHED, State.STOPPED),
    State.LAUNCHED: (State.DRAFT, State.STOPPED),
    State.STOPPED: (State.DRAFT,),
}


def plan_begin(
    *, actor: Any, name: str, launch_on: date, what: str = "", owner: Any = None, department: Any = None,
    address: str = "",
) -> LaunchPlan:  # fmt: skip
    """Begin the quality plan of a new service mode."""
    if not name.strip():
        raise ValidationError({"name": _("Name the service mode.")})
    with transaction.atomic():
        plan = LaunchPlan(
            name=name.strip()[:200], launch_on=launch_on, what=what, owner=owner, department=department,
            author=_person(actor), number=next_number(LaunchPlan, PREFIX),
        )  # fmt: skip
        plan.save(force_insert=True)
        after = {"number": plan.number, **_said(plan, HEAD)}
        record(actor=actor, action=actions.PLAN_BEGUN, record=plan, before=None, after=after, address=address)
    return plan


def plan_change(*, actor: Any, plan: LaunchPlan, address: str = "", **values: Any) -> LaunchPlan:
    """Change the head of a draft."""
    _known(values, HEAD)
    if "name" in values and not values["name"].strip():
        raise ValidationError({"name": _("Name the service mode.")})
    with transaction.atomic():
        kept = _draft(plan)
        before = _said(kept, HEAD)
        for key, value in values.items():
            setattr(kept, key, value)
        _save(kept)
        _differs(actor, actions.PLAN_CHANGED, kept, before, _said(kept, HEAD), address)
    return kept


def plan_move(*, actor: Any, plan: LaunchPlan, state: str, reason: str = "", address: str = "") -> LaunchPlan:
    """Approve for launch (the gate), launch, stop, or take back to be written anew as the next version."""
    with transaction.atomic():
        kept = LaunchPlan.objects.select_for_update().get(pk=plan.pk)
        before = values_of(kept, "state", "version")
        if state not in State.values or State(state) not in ON[State(kept.state)]:
            text = _("A quality plan that is “{state}” cannot be moved so.")
            raise ValidationError({"state": text.format(state=State(kept.state).label)})
        if state in {State.DRAFT, State.STOPPED} and not reason.strip():
            raise ValidationError({"reason": _("Give the reason.")})
        if state == State.APPROVED:
            _gate(kept)
        if state == State.DRAFT and Edition.objects.filter(plan=kept, version=kept.version).exists():
            kept.version += 1
        kept.state = state
        _save(kept)
        if state == State.APPROVED:
            _keep_edition(actor, kept)
            announce(notices.APPROVED.key, notices.plan_said(kept))
        for risk in register_of(kept):
            _watch(actor, kept, risk, address)
        record(
            actor=actor, action=actions.PLAN_MOVED, record=kept, before=before,
            after=values_of(kept, "state", "version"), reason=reason, address=address,
        )  # fmt: skip
    return kept


def _gate(plan: LaunchPlan) -> None:
    """ValidationError with everything that keeps the plan from being approved."""
    found = lacking(plan)
    said = []
    for risk in found["risks"]:
        text = _("High risk “{risk}”: carry out its precaution, or accept it with a reason.")
        said.append(text.format(risk=risk.title))
    said += [_("Not ready: {item}").format(item=item.text) for item in found["ready"]]
    words = {
        "goal": _("There is no goal."), "ready": _("There is no readiness checklist."),
        "risk": _("There is no risk in the register."), "owner": _("There is no owner."),
    }  # fmt: skip
    said += [words[name] for name in found["missing"]]
    if said:
        raise ValidationError(said)


def content_of(plan: LaunchPlan) -> dict[str, Any]:
    """A plan whole, as it is kept when approved."""
    risks = [
        {**_said(one, RISK_FIELDS), "rpn": one.rpn, "priority": one.priority, "done_at": one.done_at,
         "accepted_reason": one.accepted_reason}
        for one in register_of(plan)
    ]  # fmt: skip
    items = [
        {"kind": one.kind, **_said(one, ITEM_FIELDS), "done_at": one.done_at} for one in Item.objects.filter(plan=plan)
    ]
    whole = {**_said(plan, HEAD), "number": plan.number, "version": plan.version, "items": items, "risks": risks}
    return dict(json.loads(json.dumps(whole, default=str, ensure_ascii=False)))


def _keep_edition(actor: Any, plan: LaunchPlan) -> None:
    content = content_of(plan)
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    Edition.objects.create(
        plan=plan, version=plan.version, content=content, fingerprint=hashlib.sha256(text.encode()).hexdigest(),
        by=_person(actor),
    )  # fmt: skip


def item_save(
    *, actor: Any, plan: LaunchPlan, kind: str, item: Item | None = None, address: str = "", **values: Any
) -> Item:
    """Add a goal or something that must be ready, or change it."""
    _known(values, ITEM_FIELDS)
    if kind not in ItemKind.values:
        raise ValidationError({"kind": _("There is no such kind.")})
    with transaction.atomic():
        kept = _draft(plan)
        one = Item(plan=kept, kind=kind) if item is None else Item.objects.select_for_update().get(pk=item.pk)
        before = None if item is None else _said(one, ITEM_FIELDS)
        refuse_unknown_indicator(values.get("indicator") or "", one.indicator)
        for key, value in values.items():
            setattr(one, key, value)
        if not one.text.strip():
            raise ValidationError({"text": _("Say what it is.")})
        if one.indicator and (one.target is None or one.side not in Side.values):
            raise ValidationError({"target": _("An indicator wants its line and on which side of it is good.")})
        if item is None:
            one.place = Item.objects.filter(plan=kept, kind=kind).count() + 1
        one.save()
        _save(kept)
        if before != (after := _said(one, ITEM_FIELDS)):
            action = actions.ITEM_ADDED if before is None else actions.ITEM_CHANGED
            record(actor=actor, action=action, record=kept, before=before, after=after, address=address)
    return one


def item_ready(*, actor: Any, item: Item, ready: bool, address: str = "") -> Item:
    """Say that something is ready, or that it is not."""
    with transaction.atomic():
        kept = _draft(item.plan)
        one = Item.objects.select_for_update().get(pk=item.pk, kind=ItemKind.READY)
        if (one.done_at is not None) != ready:
            one.done_at, one.done_by = (timezone.now(), _person(actor)) if ready else (None, None)
            one.save()
            _save(kept)
            record(
                actor=actor, action=actions.ITEM_CHANGED, record=kept, before={one.text: not ready},
                after={one.text: ready}, address=address,
            )  # fmt: skip
    return one


def item_remove(*, actor: Any, item: Item, address: str = "") -> None:
    """Take a goal or a readiness item out."""
    with transaction.atomic():
        kept = _draft(item.plan)
        before = _said(item, ITEM_FIELDS)
        Item.objects.filter(pk=item.pk, plan=kept).delete()
        _save(kept)
        record(actor=actor, action=actions.ITEM_REMOVED, record=kept, before=before, after=None, address=address)


def risk_save(
    *, actor: Any, plan: LaunchPlan, risk: Risk | None = None, address: str = "", **values: Any
) -> Risk:  # fmt: skip
    """Add a risk or change one; a trigger indicator is watched from now on."""
    _known(values, RISK_FIELDS)
    with transaction.atomic():
        kept = _draft(plan)
        one = Risk(plan=kept) if risk is None else Risk.objects.select_for_update().get(pk=risk.pk)
        before = None if risk is None else _said(one, RISK_FIELDS)
        owner = None if risk is None else one.owner_id
        refuse_unknown_indicator(values.get("indicator") or "", one.indicator)
        for key, value in values.items():
            setattr(one, key, value)
        _check_risk(one)
        if before is not None and before["precaution"] != one.precaution:
            one.done_at = None  # another precaution has not been carried out yet
        if before is not None and any(before[n] != getattr(one, n) for n in ("severity", "likelihood", "detection")):
            one.accepted_reason, one.accepted_by, one.accepted_at = "", None, None  # another risk was accepted
        one.plan = kept
        one.save()
        _save(kept)
        _watch(actor, kept, one, address)
        was, now = differing(before, _said(one, RISK_FIELDS))
        if now:
            record(
                actor=actor, action=actions.RISK_ADDED if before is None else actions.RISK_CHANGED, record=kept,
                before=was, after={"title": one.title, **now}, address=address,
            )  # fmt: skip
        if one.owner_id is not None and one.owner_id != owner:
            notices.risk_yours(one, by=actor)
    return one


def _check_risk(one: Risk) -> None:
    if not one.title.strip():
        raise ValidationError({"title": _("Say what may go wrong.")})
    for name in RANKED:
        rank = getattr(one, name)
        if rank not in RANKS and not (rank is None and name.endswith("_after")):
            raise ValidationError({name: _("Ranks go from 1 to 10.")})
    after = (one.severity_after, one.likelihood_after, one.detection_after)
    if None in after and any(rank is not None for rank in after):
        raise ValidationError({"severity_after": _("Give all three ranks afterwards, or none.")})
    if one.indicator and (one.threshold is None or one.side not in Side.values):
        raise ValidationError({"threshold": _("A trigger indicator wants its threshold and the side that warns.")})


def _watch(actor: Any, plan: LaunchPlan, risk: Risk, address: str) -> None:
    """Have the warning engine watch the trigger indicator; no longer where there is none or the plan is stopped."""
    known = Watch.objects.filter(key=risk.watch_key).first()
    label, url = f"{plan.number} · {risk.title}"[:200], f"{notices.page_of(plan)}#risk-{risk.pk}"
    if risk.indicator and risk.threshold is not None:
        register_watch(
            actor=actor, key=risk.watch_key, indicator=risk.indicator, side=risk.side, threshold=risk.threshold,
            label=label, url=url, group=[tuple(pair) for pair in risk.group], active=plan.state != State.STOPPED,
            address=address,
        )  # fmt: skip
    elif known is not None and known.active:
        _unwatch(actor, known, address)


def _unwatch(actor: Any, known: Watch, address: str) -> None:
    register_watch(
        actor=actor, key=known.key, indicator=known.indicator, side=known.side, threshold=known.threshold,
        label=known.label, url=known.url, group=[tuple(pair) for pair in known.grouping], active=False,
        address=address,
    )  # fmt: skip


def risk_remove(*, actor: Any, risk: Risk, address: str = "") -> None:
    """Take a risk out of the register; it is no longer watched."""
    with transaction.atomic():
        kept = _draft(risk.plan)
        if (known := Watch.objects.filter(key=risk.watch_key, active=True).first()) is not None:
            _unwatch(actor, known, address)
        before = _said(risk, RISK_FIELDS)
        Risk.objects.filter(pk=risk.pk, plan=kept).delete()
        _save(kept)
        record(actor=actor, action=actions.RISK_REMOVED, record=kept, before=before, after=None, address=address)


def risk_done(*, actor: Any, risk: Risk, done: bool = True, address: str = "") -> Risk:
    """Say that the precaution is carried out, or that it is not."""
    with transaction.atomic():
        kept = _draft(risk.plan)
        one = Risk.objects.select_for_update().get(pk=risk.pk)
        if done and not one.precaution.strip():
            raise ValidationError(_("There is no precaution to carry out."))
        if (one.done_at is not None) != done:
            one.done_at = timezone.now() if done else None
            one.save(update_fields=["done_at"])
            _save(kept)
            record(
                actor=actor, action=actions.RISK_DONE, record=kept, before={one.title: not done},
                after={one.title: done}, address=address,
            )  # fmt: skip
    return one


def risk_accept(*, actor: Any, risk: Risk, reason: str, address: str = "") -> Risk:
    """Accept a risk as it is, with a reason and one's name."""
    if not reason.strip():
        raise ValidationError({"reason": _("Give the reason.")})
    with transaction.atomic():
        kept = _draft(risk.plan)
        one = Risk.objects.select_for_update().get(pk=risk.pk)
        one.accepted_reason, one.accepted_by, one.accepted_at = reason.strip()[:2000], _person(actor), timezone.now()
        one.save(update_fields=["accepted_reason", "accepted_by", "accepted_at"])
        _save(kept)
        record(
            actor=actor, action=actions.RISK_ACCEPTED, record=kept, before=None,
            after={"title": one.title, "rpn": one.rpn, "priority": one.priority}, reason=reason, address=address,
        )  # fmt: skip
    return one


def _known(values: dict[str, Any], names: tuple[str, ...]) -> None:
    if unknown := set(values) - set(names):
        raise ValueError(f"not a column that is written: {', '.join(sorted(unknown))}")


def _draft(plan: LaunchPlan) -> LaunchPlan:
    """The plan, ours until the transaction ends, while it is being written."""
    kept = LaunchPlan.objects.select_for_update().get(pk=plan.pk)
    if kept.state != State.DRAFT:
        text = _("A quality plan that is “{state}” is not changed; take it back first.")
        raise ValidationError(text.format(state=State(kept.state).label))
    return kept


def _save(plan: LaunchPlan) -> None:
    plan.changed_at = timezone.now()
    plan.save()


def _differs(  # noqa: PLR0917
    actor: Any, action: Any, plan: LaunchPlan, before: dict[str, Any], after: dict[str, Any], address: str
) -> None:
    was, now = differing(before, after)
    if now:
        record(actor=actor, action=action, record=plan, before=was, after=now, address=address)


def _said(one: Any, names: tuple[str, ...]) -> dict[str, Any]:
    people = {"owner", "department"}
    return {n: (str(v) if v is not None else None) if n in people else v for n in names for v in (getattr(one, n),)}


def _person(actor: Any) -> User | None:
    return actor if isinstance(actor, User) else None
