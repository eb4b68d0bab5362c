"""Locking root causes, and the direction in which a problem is to be improved."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qualityloop.foundation.audit.recording import record
from qualityloop.foundation.models import User
from qualityloop.improvement.causes import actions
from qualityloop.improvement.causes.models import CauseTag, Direction, Node, RootCause
from qualityloop.improvement.problems.models import Problem, State
from qualityloop.improvement.problems.services import problem_state

CAUSE, KIND = "improvement_causes.rootcause.text", "improvement_causes.rootcause.tag"
DIRECTION = "improvement_causes.direction.text"
MOST = 2  # root causes that are locked at once


def cause_lock(*, actor: Any, node: Node, reason: str, tag: CauseTag | None, address_of: str = "") -> RootCause:
    """Lock a cause as the root; at most two, each with its reason and kind. The first moves the problem on."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say why this one is the root.")})
    tag = tag or node.tag
    if tag is None:
        raise ValidationError({"tag": _("Say what kind of cause it is.")})
    with transaction.atomic():
        problem = _locked(node.problem_id)
        kept = Node.objects.select_for_update().get(pk=node.pk)
        if kept.removed:
            raise ValidationError(_("“{node}” has been removed.").format(node=kept.text))
        locked = list(RootCause.objects.filter(problem=problem, unlocked_at__isnull=True))
        if any(one.node_id == kept.pk for one in locked):
            raise ValidationError(_("This cause is locked already."))
        if len(locked) >= MOST:
            raise ValidationError(_("At most two root causes can be locked; unlock one first."))
        cause = RootCause.objects.create(
            problem=problem, node=kept, text=kept.text, reason=reason.strip(), tag=tag, locked_by=_person(actor)
        )
        record(
            actor=actor, action=actions.LOCKED, record=problem, before=None,
            after={CAUSE: kept.text, KIND: str(tag)}, reason=reason.strip(), address=address_of,
        )  # fmt: skip
        if problem.state == State.OPEN:
            problem_state(actor=actor, problem=problem, state=State.CAUSE_LOCKED, address_of=address_of)
    return cause


def cause_unlock(*, actor: Any, cause: RootCause, reason: str, address_of: str = "") -> None:
    """Unlock a root cause with the reason; without any the problem goes back to looking for its cause."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say why it is no longer the root.")})
    with transaction.atomic():
        problem = _locked(cause.problem_id)
        kept = RootCause.objects.select_for_update().get(pk=cause.pk)
        if kept.unlocked_at is not None:
            return
        last = not RootCause.objects.filter(problem=problem, unlocked_at__isnull=True).exclude(pk=kept.pk).exists()
        if last and problem.state not in (State.OPEN, State.CAUSE_LOCKED):
            raise ValidationError(_("A plan stands on this cause; lock another one first, or take the plan back."))
        kept.unlocked_at, kept.unlocked_by, kept.unlock_reason = timezone.now(), _person(actor), reason.strip()
        kept.save(update_fields=["unlocked_at", "unlocked_by", "unlock_reason"])
        record(
            actor=actor, action=actions.UNLOCKED, record=problem, before={CAUSE: kept.text}, after=None,
            reason=reason.strip(), address=address_of,
        )  # fmt: skip
        if last and problem.state == State.CAUSE_LOCKED:
            problem_state(
                actor=actor, problem=problem, state=State.OPEN, reason=reason.strip(), address_of=address_of
            )  # fmt: skip


def direction_set(*, actor: Any, problem: Problem, text: str, version: int, address_of: str = "") -> Direction:
    """Say in which direction to improve. ValidationError with both texts where somebody else changed it since."""
    with transaction.atomic():
        kept = _locked(problem.pk)
        direction, made = Direction.objects.select_for_update().get_or_create(problem=kept, defaults={"version": 0})
        words = text.strip()
        if direction.text == words and not made:
            return direction
        if direction.version != version:
            said = _(
                "It was changed meanwhile to “{theirs}”; you wrote “{mine}”. Nothing is lost: save again to choose."
            )
            raise ValidationError({"text": said.format(theirs=direction.text, mine=words)})
        before, direction.text, direction.version = direction.text, words, direction.version + 1
        direction.save()
        record(
            actor=actor, action=actions.DIRECTION, record=kept, before={DIRECTION: before},
            after={DIRECTION: words}, address=address_of,
        )  # fmt: skip
    return direction


def _locked(pk: int) -> Problem:
    problem = Problem.objects.select_for_update().get(pk=pk)
    if problem.is_closed:
        raise ValidationError(_("The problem is closed; open it again first."))
    return problem


def _person(actor: Any) -> User | None:
    return actor if isinstance(actor, User) else None
