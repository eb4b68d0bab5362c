"""Opening, changing, moving problems."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qualityloop.foundation.audit.recording import differing, record, values_of
from qualityloop.foundation.models import User
from qualityloop.foundation.records.numbering import next_number
from qualityloop.improvement.problems import actions, notices
from qualityloop.improvement.problems.models import Grade, Mention, Problem, State, Verdict
from qualityloop.improvement.problems.moves import backwards, legal, proven
from qualityloop.improvement.problems.queries import open_twin
from qualityloop.improvement.problems.signals import moved, opened
from qualityloop.people.models import Staff

PREFIX = "WT"
DAYS = {Grade.URGENT: 14, Grade.IMPORTANT: 30, Grade.ORDINARY: 60}  # until an improvement should be closed
RECORDED = (
    "number", "title", "what", "grade", "grade_reason", "source_kind", "source_ref", "indicator", "group", "period",
    "grain", "value", "target", "standard", "standard_version", "snapshot", "due_at",
)  # fmt: skip
ENDING = ("state", "verdict", "closed_reason", "what_next", "signature")
CHANGEABLE = frozenset({"title", "what", "grade", "grade_reason", "grade_facts", "department", "owner", "due_at"})


@dataclass(frozen=True, slots=True)
class Found:
    """What was found wrong: the number behind it, if there is one, and what found it.

    `group` are pairs of column and value, `period` the first day; `source_url` is a path of this application.
    """

    source_kind: str = "hand"
    source_ref: str = ""
    source_url: str = ""
    indicator: str = ""
    group: Sequence[tuple[str, str | None]] = ()
    period: date | None = None
    grain: str = ""
    value: float | None = None
    target: float | None = None
    standard: str = ""
    standard_version: int | None = None
    snapshot: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A problem, and whether it was opened now; otherwise it was open already and the finding was linked to it."""

    problem: Problem
    new: bool


def group_key(group: Iterable[Sequence[str | None]]) -> str:
    """A group as text, the same for the same group."""
    return json.dumps(sorted([list(pair) for pair in group], key=str), ensure_ascii=False) if group else ""


def problem_open(
    *,
    actor: Any,
    title: str,
    what: str = "",
    found: Found | None = None,
    grade: str,
    grade_reason: str,
    grade_facts: dict[str, Any] | None = None,
    department: Any = None,
    owner: Any = None,
    due_at: datetime | None = None,
    members: Iterable[Staff] = (),
    address_of: str = "",
) -> Opened:
    """Open a problem; where one about the same number of the same group is open, link the finding to that one.

    `members` work on it; who works on one that was open already stays as it is.
    """
    found = found or Found()
    if grade not in Grade.values or not grade_reason.strip():
        raise ValidationError({"grade_reason": _("Say why it has this grade.")})
    if not title.strip():
        raise ValidationError({"title": _("Say in a few words what is wrong.")})
    key = group_key(found.group)
    with transaction.atomic():
        if (twin := open_twin(found.indicator, key)) is not None:
            return Opened(_mentioned(actor, twin, found, address_of), new=False)
        problem = Problem(
            title=title.strip()[:200], what=what, grade=grade, grade_reason=grade_reason.strip()[:500],
            grade_facts=grade_facts or {}, department=department, owner=owner, opened_by=_person(actor),
            due_at=due_at or timezone.now() + timedelta(days=DAYS[Grade(grade)]),
            source_kind=found.source_kind, source_ref=found.source_ref, source_url=found.source_url,
            indicator=found.indicator, group=[list(pair) for pair in found.group], group_key=key, period=found.period,
            grain=found.grain, value=found.value, target=found.target, standard=found.standard,
            standard_version=found.standard_version, snapshot=found.snapshot,
        )  # fmt: skip
        try:
            with transaction.atomic():
                problem.number = next_number(Problem, PREFIX)
                problem.save(force_insert=True)
        except IntegrityError:  # somebody opened it a moment ago
            if (twin := open_twin(found.indicator, key)) is None:
                raise
            return Opened(_mentioned(actor, twin, found, address_of), new=False)
        record(
            actor=actor, action=actions.PROBLEM_OPENED, record=problem, before=None, after=_values(problem),
            address=address_of,
        )  # fmt: skip
        opened.send(Problem, problem=problem, actor=actor)
        notices.owner_told(problem, by=actor)
        notices.problem_opened(problem)
        if members := list(members):
            problem = problem_change(actor=actor, problem=problem, members=members, address_of=address_of)
    return Opened(problem, new=True)


def problem_change(*, actor: Any, problem: Problem, reason: str = "", address_of: str = "", **values: Any) -> Problem:
    """Change columns of a problem, or (`members`) who works on it; nothing is written where nothing differs."""
    members: Iterable[Staff] | None = values.pop("members", None)
    if unknown := set(values) - CHANGEABLE:
        raise ValueError(f"not changed by hand: {', '.join(sorted(unknown))}")
    with transaction.atomic():
        kept = Problem.objects.select_for_update().get(pk=problem.pk)
        if kept.is_closed:
            raise ValidationError(_("The problem is closed; open it again first."))
        before, owner = _values(kept) | {"members": _names(kept)}, kept.owner_id
        for name, value in values.items():
            setattr(kept, name, value)
        if kept.grade != before["grade"] and not kept.grade_reason.strip():
            raise ValidationError({"grade_reason": _("Say why it has this grade.")})
        if members is not None:
            kept.members.set(members)
        was, now = differing(before, _values(kept) | {"members": _names(kept)})
        if now:
            kept.changed_at = timezone.now()
            kept.save()
            record(
                actor=actor, action=actions.PROBLEM_CHANGED, record=kept, before=was, after=now,
                reason=reason, address=address_of,
            )  # fmt: skip
        if kept.owner_id != owner:
            notices.owner_told(kept, by=actor)
    return kept


def problem_state(
    *,
    actor: Any,
    problem: Problem,
    state: str,
    reason: str = "",
    verdict: str = "",
    what_next: str = "",
    signature: str = "",
    address_of: str = "",
) -> Problem:
    """Move a problem on its way: the one function that does. Going back and closing want a reason; ValidationError.

    It is closed as effective only while its effect is being judged and somebody has proven it (`register_proof`);
    closed otherwise with why, what happens next, and the actor's name typed by themselves as `signature`.
    """
    with transaction.atomic():
        kept = Problem.objects.select_for_update().get(pk=problem.pk)
        before = kept.state
        if state == before:
            return kept
        _check_move(kept, state, reason, verdict)
        closing = state == State.CLOSED
        if closing:
            _check_closing(actor, kept, verdict, what_next, signature)
        was = values_of(kept, *ENDING)
        kept.state = state
        kept.verdict, kept.closed_reason = (verdict, reason) if closing else ("", "")
        kept.what_next, kept.signature = (what_next, signature.strip()[:200]) if closing else ("", "")
        kept.closed_by = _person(actor) if closing else None
        kept.closed_at = timezone.now() if closing else None
        kept.changed_at = timezone.now()
        kept.save()
        record(
            actor=actor, action=actions.PROBLEM_MOVED, record=kept, before=was,
            after=values_of(kept, *ENDING), reason=reason, address=address_of,
        )  # fmt: skip
        moved.send(Problem, problem=kept, before=before, after=state, actor=actor, reason=reason)
        notices.problem_moved(kept, before=before, reason=reason)
    return kept


def _check_move(problem: Problem, state: str, reason: str, verdict: str) -> None:
    if state not in State.values or not legal(problem.state, state):
        words = dict(State.choices)
        text = _("A problem cannot go from “{before}” to “{after}”.")
        raise ValidationError(
            {"state": text.format(before=words[State(problem.state)], after=words.get(State(state), state))}
            if state in State.values
            else {"state": _("There is no such state.")}
        )
    if state == State.CLOSED:
        if verdict not in Verdict.values:
            raise ValidationError({"verdict": _("Say how it ended.")})
        if verdict == Verdict.EFFECTIVE and not (problem.state == State.VERIFYING and proven(problem)):
            raise ValidationError({"verdict": _("It can be closed as effective only when its effect has been proven.")})
    if (backwards(problem.state, state) or (state == State.CLOSED and verdict != Verdict.EFFECTIVE)) and not (
        reason.strip()
    ):
        raise ValidationError({"reason": _("Give the reason.")})
    if problem.is_closed and (twin := open_twin(problem.indicator, problem.group_key)) is not None:
        raise ValidationError({"state": _("{number} is open about the same number.").format(number=twin.number)})


def _check_closing(actor: Any, problem: Problem, verdict: str, what_next: str, signature: str) -> None:
    """With four eyes its owner (else who opened it) does not close a problem; without proof the actor signs."""
    if settings.QUALITYLOOP_FOUR_EYES:
        own = problem.owner.user_id if problem.owner is not None else problem.opened_by_id
        if own is not None and own == getattr(actor, "pk", None):
            raise ValidationError({"verdict": _("Four eyes: somebody else than its owner closes a problem.")})
    if verdict == Verdict.EFFECTIVE:
        return
    if not what_next.strip():
        raise ValidationError({"what_next": _("Say what happens next.")})
    names = {" ".join(one.split()) for one in (getattr(actor, "name", ""), getattr(actor, "username", "")) if one}
    if " ".join(signature.split()) not in names:
        raise ValidationError({"signature": _("Sign with your own name, as your account has it.")})


def _mentioned(actor: Any, problem: Problem, found: Found, address: str) -> Problem:
    """Link a finding to the problem that is open about it already; the same finding once."""
    where = {"source_kind": found.source_kind, "source_ref": found.source_ref, "source_url": found.source_url}
    known = (problem.source_kind, problem.source_ref, problem.source_url) == tuple(where.values())
    if known or Mention.objects.filter(problem=problem, period=found.period, **where).exists():
        return problem
    Mention.objects.create(problem=problem, actor=_person(actor), period=found.period, value=found.value, **where)
    record(
        actor=actor, action=actions.PROBLEM_MENTIONED, record=problem, before=None,
        after={**where, "period": found.period, "value": found.value}, address=address,
    )  # fmt: skip
    return problem


def _person(actor: Any) -> User | None:
    return actor if isinstance(actor, User) else None


def _names(problem: Problem) -> list[str]:
    return sorted(problem.members.values_list("name", flat=True))


def _values(problem: Problem) -> dict[str, Any]:
    return values_of(problem, *RECORDED) | {
        "department": str(problem.department) if problem.department else None,
        "owner": str(problem.owner) if problem.owner else None,
    }
