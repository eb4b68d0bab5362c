"""Planning rounds, making their checklists, answering, reporting and closing them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qualityloop.foundation.audit.recording import differing, record, values_of
from qualityloop.foundation.models import User
from qualityloop.foundation.records.numbering import next_number
from qualityloop.foundation.webhooks import announce
from qualityloop.foundation.wording import kept as keep
from qualityloop.improvement.audits import actions, notices
from qualityloop.improvement.audits.checklist import drafts, drawn, open_before
from qualityloop.improvement.audits.models import Answer, Finding, Part, Point, Round, State
from qualityloop.improvement.audits.result import result_of

PREFIX = "SH"
RECORDED = ("number", "title", "cycle", "starts_on", "ends_on", "stages", "parts", "drawn")
PLANNED = frozenset({"title", "cycle", "starts_on", "ends_on", "stages", "parts", "drawn", "previous"})
ON = {
    State.PLANNED: (State.RUNNING,),
    State.RUNNING: (State.PLANNED, State.REPORTED),
    State.REPORTED: (State.RUNNING, State.CLOSED),
    State.CLOSED: (),
}
LARGEST_SEED = 2**31
MOST_LOOKED = 1_000_000


def round_plan(
    *, actor: Any, title: str, starts_on: date, ends_on: date, departments: Sequence[Any] = (),
    auditors: Sequence[Any] = (), address: str = "", **values: Any,
) -> Round:  # fmt: skip
    """Plan a round; `previous` is the one whose open findings it follows up."""
    _check_values(values, title=title, starts_on=starts_on, ends_on=ends_on)
    with transaction.atomic():
        one = Round(title=title.strip()[:200], starts_on=starts_on, ends_on=ends_on, author=_person(actor), **values)
        try:
            with transaction.atomic():
                one.number = next_number(Round, PREFIX)
                one.save(force_insert=True)
        except IntegrityError:
            raise ValidationError({"previous": _("Another round follows this one already.")}) from None
        one.departments.set(departments)
        one.auditors.set(auditors)
        record(actor=actor, action=actions.ROUND_PLANNED, record=one, before=None, after=_said(one), address=address)
    return one


def round_change(*, actor: Any, of: Round, address: str = "", **values: Any) -> Round:
    """Change a round that has not been started."""
    departments, auditors = values.pop("departments", None), values.pop("auditors", None)
    _check_values(values, **{name: values.get(name, getattr(of, name)) for name in ("title", "starts_on", "ends_on")})
    with transaction.atomic():
        one = _locked(of, State.PLANNED, *([State.RUNNING] if set(values) <= {"ends_on"} else []))
        before = _said(one)
        for name, value in values.items():
            setattr(one, name, value)
        try:
            with transaction.atomic():
                _save(one)
        except IntegrityError:
            raise ValidationError({"previous": _("Another round follows this one already.")}) from None
        if departments is not None:
            one.departments.set(departments)
        if auditors is not None:
            one.auditors.set(auditors)
        _record_changed(actor, actions.ROUND_CHANGED, one, before, _said(one), address)
    return one


def checklist_make(*, actor: Any, of: Round, seed: int | None = None, address: str = "") -> Round:
    """Make the checklist of what is in force now; points of one's own stay, what was made before is made anew.

    Open findings of the rounds before come first. `seed` draws the points where a number of them is to be drawn.
    """
    with transaction.atomic():
        one = _locked(of, State.PLANNED)
        one.points.exclude(part=Part.OWN).delete()
        found = drafts(one.stages, one.parts)
        one.seed = secrets.randbelow(LARGEST_SEED) if seed is None else seed
        chosen = drawn(found, one.drawn, one.seed)
        points = [_follow_up(one, finding, at) for at, finding in enumerate(open_before(one.previous), start=1)]
        points += [draft.point(one, at) for at, draft in enumerate(chosen, start=len(points) + 1)]
        Point.objects.bulk_create(points)
        for at, own in enumerate(one.points.filter(part=Part.OWN), start=len(points) + 1):
            Point.objects.filter(pk=own.pk).update(place=at)
        one.available, one.made_at = len(found), timezone.now()
        versions = {(d.version.document.kind, d.version.document.key, d.version.number) for d in found}
        one.sources = [list(version) for version in sorted(versions)]
        _save(one)
        after = {"points": len(points), "available": one.available, "seed": one.seed, "versions": one.sources}
        record(actor=actor, action=actions.CHECKLIST_MADE, record=one, before=None, after=after, address=address)
    return one


def _follow_up(of: Round, finding: Finding, place: int) -> Point:
    area = keep(finding.point.area if finding.point else "")
    return Point(
        round=of, place=place, part=Part.FOLLOW_UP, follows=finding, text_kept=keep(finding.text), area_kept=area,
        ref=finding.round.number, indicator=finding.point.indicator if finding.point else "",
    )  # fmt: skip


def round_move(
    *, actor: Any, of: Round, state: str, summary: str = "", reason: str = "", address: str = ""
) -> Round:  # fmt: skip
    """Move a round on: started, reported (with its summary), closed; back to running wants a reason."""
    with transaction.atomic():
        one = _locked(of)
        before = {"state": one.state}
        if state not in State.values or State(state) not in ON[State(one.state)]:
            text = _("An audit round that is “{state}” cannot be moved so.")
            raise ValidationError({"state": text.format(state=State(one.state).label)})
        back = State.values.index(state) < State.values.index(one.state)
        if back and not reason.strip():
            raise ValidationError({"reason": _("Give the reason.")})
        _may_move(one, state, summary)
        now = timezone.now()
        one.state = state
        if state == State.RUNNING and not back:
            one.started_at = now
        if state == State.REPORTED:
            one.summary, one.reported_at = summary.strip(), now
        if state == State.CLOSED:
            one.closed_at = now
        _save(one)
        after = {"state": state, **({"summary": one.summary} if state == State.REPORTED else {})}
        record(
            actor=actor, action=actions.ROUND_MOVED, record=one, before=before, after=after, reason=reason,
            address=address,
        )  # fmt: skip
        if state == State.REPORTED:
            _reported(actor, one, address)
    return one


def _may_move(one: Round, state: str, summary: str) -> None:
    if state == State.RUNNING and not one.points.exists():
        raise ValidationError(_("Make the checklist first."))
    if state == State.PLANNED and one.points.exclude(answer="").exists():
        raise ValidationError(_("Points of the checklist are answered already."))
    if state == State.REPORTED:
        if one.points.filter(answer="").exists():
            raise ValidationError(_("Not every point of the checklist is answered."))
        failing = one.points.filter(answer=Answer.FAILS, findings__isnull=True).exclude(part=Part.FOLLOW_UP)
        if (point := failing.first()) is not None:
            text = _("“{point}” does not conform: enter what was found there.")
            raise ValidationError(text.format(point=point.text[:60]))
        if not summary.strip():
            raise ValidationError({"summary": _("Write the summary.")})
    if state == State.CLOSED:
        open_ones = one.findings.filter(problem=None, closed_at=None).exclude(severity="observation")
        if open_ones.exists():
            raise ValidationError(_("Turn every severe and general finding into a problem first, or close it."))


def _reported(actor: Any, one: Round, address: str) -> None:
    """Findings that the follow-up found mended are closed; people and systems are told."""
    mended = one.points.filter(part=Part.FOLLOW_UP, answer=Answer.CONFORMS).select_related("follows__round")
    for point in mended:
        if point.follows is not None and point.follows.closed_at is None:
            reason = _("Found mended in {number}.").format(number=one.number)
            _close(actor, point.follows, reason, address)
    findings = one.findings.count()
    notices.round_reported(one, findings)
    result = result_of(one, one.points.all())
    announce(
        notices.REPORTED.key,
        {"id": one.pk, "number": one.number, "findings": findings, "conforming": result.points.hits,
         "points": result.points.n, "at": one.reported_at},
    )  # fmt: skip


def point_save(
    *, actor: Any, of: Round, text: str, area: str = "", point: Point | None = None, address: str = ""
) -> Point:  # fmt: skip
    """Add a point of one's own, or word one anew; what it was made from stays."""
    if not text.strip():
        raise ValidationError({"text": _("Say what is to be checked.")})
    with transaction.atomic():
        one = _locked(of, State.PLANNED, State.RUNNING)
        kept = Point(round=one) if point is None else Point.objects.select_for_update().get(pk=point.pk, round=one)
        before = None if point is None else {"text": kept.text, "area": kept.area}
        kept.text_kept, kept.area_kept = keep(text.strip()), keep(area.strip())
        if point is None:
            last = one.points.order_by("-place").values_list("place", flat=True).first() or 0
            kept.place, kept.part = last + 1, Part.OWN
        kept.save()
        _save(one)
        after = {"text": kept.text, "area": kept.area}
        action = actions.POINT_ADDED if before is None else actions.POINT_CHANGED
        record(actor=actor, action=action, record=one, before=before, after=after, address=address)
    return kept


def point_remove(*, actor: Any, point: Point, address: str = "") -> None:
    """Take a point out; a follow-up and one with findings stay."""
    with transaction.atomic():
        one = _locked(point.round, State.PLANNED, State.RUNNING)
        kept = Point.objects.select_for_update().get(pk=point.pk)
        if kept.part == Part.FOLLOW_UP or kept.findings.exists():
            raise ValidationError(_("A follow-up and a point with findings cannot be taken out."))
        record(
            actor=actor, action=actions.POINT_REMOVED, record=one, before={"text": kept.text, "ref": kept.ref},
            after=None, address=address,
        )  # fmt: skip
        kept.delete()
        _save(one)


def point_answer(
    *, actor: Any, point: Point, answer: str, note: str = "", looked: int | None = None, fine: int | None = None,
    address: str = "",
) -> Point:  # fmt: skip
    """Answer a point of a round under way. `looked` cases were looked at, `fine` of them conform."""
    if answer and answer not in Answer.values:
        raise ValidationError({"answer": _("There is no such answer.")})
    if (looked is None) != (fine is None):
        raise ValidationError({"fine": _("Give both: how many cases were looked at and how many conform.")})
    if looked is not None and fine is not None and not 0 <= fine <= looked <= MOST_LOOKED:
        raise ValidationError({"fine": _("No more can conform than were looked at.")})
    with transaction.atomic():
        one = _locked(point.round, State.RUNNING)
        kept = Point.objects.select_for_update().get(pk=point.pk)
        names = ("answer", "note", "looked", "fine")
        before = values_of(kept, *names)
        kept.answer, kept.note, kept.looked, kept.fine = answer, note.strip()[:4000], looked, fine
        was, now = differing(before, values_of(kept, *names))
        if not now:
            return kept
        kept.answered_by, kept.answered_at = (_person(actor), timezone.now()) if answer else (None, None)
        kept.save()
        _save(one)
        record(
            actor=actor, action=actions.POINT_ANSWERED, record=one, before=was, after={"text": kept.text, **now},
            address=address,
        )  # fmt: skip
    return kept


def _close(actor: Any, finding: Finding, reason: str, address: str) -> None:
    finding.closed_at, finding.closed_reason = timezone.now(), reason[:2000]
    finding.save(update_fields=["closed_at", "closed_reason"])
    record(
        actor=actor, action=actions.FINDING_CLOSED, record=finding.round, before={"text": finding.text},
        after={"closed_at": finding.closed_at}, reason=reason, address=address,
    )  # fmt: skip


def finding_close(*, actor: Any, finding: Finding, reason: str, address: str = "") -> Finding:
    """Close a finding by hand, with the reason."""
    if not reason.strip():
        raise ValidationError({"reason": _("Give the reason.")})
    with transaction.atomic():
        kept = Finding.objects.select_for_update(of=("self",)).select_related("round").get(pk=finding.pk)
        if kept.closed_at is None:
            _close(actor, kept, reason.strip(), address)
    return kept


def _check_values(values: dict[str, Any], *, title: str, starts_on: date, ends_on: date) -> None:
    if unknown := set(values) - PLANNED:
        raise ValueError(f"not a column that is written: {', '.join(sorted(unknown))}")
    if not title.strip():
        raise ValidationError({"title": _("Give it a title.")})
    if ends_on < starts_on:
        raise ValidationError({"ends_on": _("It cannot end before it begins.")})


def _locked(of: Round, *states: str) -> Round:
    """The round, ours until the transaction ends, in one of these states (none named: in any)."""
    kept = Round.objects.select_for_update().get(pk=of.pk)
    if states and kept.state not in states:
        text = _("That cannot be done to an audit round that is “{state}”.")
        raise ValidationError(text.format(state=State(kept.state).label))
    return kept


def _save(one: Round) -> None:
    one.changed_at = timezone.now()
    one.save()


def _record_changed(  # noqa: PLR0917
    actor: Any, action: Any, one: Round, before: dict[str, Any], after: dict[str, Any], address: str
) -> None:
    was, now = differing(before, after)
    if now:
        record(actor=actor, action=action, record=one, before=was, after=now, address=address)


def _said(one: Round) -> dict[str, Any]:
    return values_of(one, *RECORDED) | {
        "previous": one.previous.number if one.previous else None,
        "departments": sorted(str(d) for d in one.departments.all()),
        "auditors": sorted(str(s) for s in one.auditors.all()),
    }


def _person(actor: Any) -> User | None:
    return actor if isinstance(actor, User) else None
