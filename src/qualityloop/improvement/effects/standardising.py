"""From what worked to the standard: proposals, decided by people, drafted in `standards`, done when in force."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qualityloop.foundation.audit.recording import differing, record, values_of
from qualityloop.foundation.models import User
from qualityloop.foundation.wording import language
from qualityloop.improvement.effects import actions, contents
from qualityloop.improvement.effects.models import Evaluation, Proposal, ProposalKind, ProposalState
from qualityloop.improvement.effects.queries import is_proof, newest_of_problem
from qualityloop.improvement.problems.models import Problem
from qualityloop.standards.versions import services as standards
from qualityloop.standards.versions.kinds import KINDS
from qualityloop.standards.versions.models import Content, Document, Version
from qualityloop.standards.versions.queries import in_force_at
from qualityloop.standards.versions.services import VersionError

DOCUMENTS = {
    ProposalKind.SOP.value: "sops",
    ProposalKind.INDICATOR.value: "indicators",
    ProposalKind.SCORE_SHEET.value: "score_sheets",
}
POINTS = 10  # of an item that is proposed for a score sheet
CHANGEABLE = ("title", "text", "target", "warning", "document", "owner")
RECORDED = ("kind", "title", "text", "target", "warning", "state")


def propose(*, actor: User, problem: Problem, address: str = "") -> list[Proposal]:
    """Propose everything that could make last what worked; what was proposed before stays. Answers the new ones."""
    proofs = [one for one in newest_of_problem(problem) if is_proof(one)]
    if not proofs:
        raise ValidationError(_("Nothing is proven here yet that could become a standard."))
    made = []
    with transaction.atomic():
        Problem.objects.select_for_update().get(pk=problem.pk)
        for proof in proofs:
            for kind, values in _drafts(proof):
                if Proposal.objects.filter(measure=proof.measure, kind=kind).exists():
                    continue
                one = Proposal.objects.create(
                    problem=problem, measure=proof.measure, evaluation=proof, kind=kind, author=actor,
                    owner=proof.measure.owner, **values,
                )  # fmt: skip
                after = values_of(one, *RECORDED)
                record(actor=actor, action=actions.PROPOSED, record=one, before=None, after=after, address=address)
                made.append(one)
    return made


def _drafts(proof: Evaluation) -> list[tuple[str, dict[str, Any]]]:
    """One proposal of each kind, as far as there is something to propose."""
    measure, result = proof.measure, proof.result
    said = result["sentence"][language()]
    action = measure.action or measure.title
    found: list[tuple[str, dict[str, Any]]] = [
        (ProposalKind.SOP, {"title": measure.title[:200], "text": action,
                            "document": Document.objects.filter(kind="sops").order_by("key").first()}),
        (ProposalKind.SCORE_SHEET, {"title": _("Keeps to: {measure}").format(measure=measure.title)[:200],
                                    "text": action,
                                    "document": Document.objects.filter(kind="score_sheets").order_by("key").first()}),
        (ProposalKind.KNOWLEDGE, {"title": _("How we do it: {measure}").format(measure=measure.title)[:200],
                                  "text": f"{action}\n\n{said}"}),
        (ProposalKind.TRAINING, {"title": _("Practise: {measure}").format(measure=measure.title)[:200],
                                 "text": action}),
    ]  # fmt: skip
    if (lines := _lines(proof)) is not None:
        title = _("Lines of {indicator}").format(indicator=result["name"]["zh"])[:200]
        document = Document.objects.filter(kind="indicators", key=proof.standard).first()
        values = {"title": title, "text": said, "target": lines[0], "warning": lines[1], "document": document}
        found.insert(1, (ProposalKind.INDICATOR, values))
    return found


def _lines(proof: Evaluation) -> tuple[float, float] | None:
    """Target: where the number is now, if that is better; warning: where it would be without the measure."""
    result = proof.result
    now, without = result.get("observed"), result.get("expected_without")
    if now is None or without is None:
        return None
    digits = 3 if result["unit"] == "percent" else 1
    old = result["pictures"]["zh"].get("target")
    best = min if result["better"] == "lower" else max
    target = round(now, digits) if old is None else best(old, round(now, digits))
    return target, round(without, digits)


def proposal_change(*, actor: User, proposal: Proposal, address: str = "", **values: Any) -> Proposal:
    """Change a proposal that nobody has decided on."""
    if unknown := set(values) - set(CHANGEABLE):
        raise ValueError(f"not a column that is written: {', '.join(sorted(unknown))}")
    with transaction.atomic():
        kept = _locked(proposal, ProposalState.PROPOSED)
        before = _said(kept)
        for name, value in values.items():
            setattr(kept, name, value)
        if not kept.title.strip():
            raise ValidationError({"title": _("Say in a few words what is to be changed.")})
        if kept.document is not None and DOCUMENTS.get(kept.kind) != kept.document.kind:
            raise ValidationError({"document": _("This standard is of another kind.")})
        was, now = differing(before, _said(kept))
        if now:
            _save(kept)
            record(actor=actor, action=actions.PROPOSAL_CHANGED, record=kept, before=was, after=now, address=address)
    return kept


def accept(*, actor: User, proposal: Proposal, address: str = "") -> Proposal:
    """Accept a proposal: a draft begins in the standards; what has no room yet is done by its owner."""
    try:
        with transaction.atomic():
            kept = _locked(proposal, ProposalState.PROPOSED)
            if kept.kind in DOCUMENTS:
                kind = KINDS[DOCUMENTS[kept.kind]]
                if not kind.edit.allows(actor):
                    raise ValidationError(_("Somebody who may write standards accepts this."))
                kept.version = _draft(actor, kept)
                kept.document = kept.version.document
                state = ProposalState.DRAFTED
            elif kept.owner is None:
                raise ValidationError({"owner": _("Say who does it.")})
            else:
                state = ProposalState.ACCEPTED
            return _move(actor, kept, state, actions.PROPOSAL_DECIDED, "", address)
    except VersionError as error:
        raise ValidationError(error.in_language(get_language() or "zh")) from error


def reject(*, actor: User, proposal: Proposal, reason: str, address: str = "") -> Proposal:
    """Reject a proposal, and say why."""
    if not reason.strip():
        raise ValidationError({"reason": _("Give the reason.")})
    with transaction.atomic():
        kept = _locked(proposal, ProposalState.PROPOSED, ProposalState.ACCEPTED)
        return _move(actor, kept, ProposalState.REJECTED, actions.PROPOSAL_DECIDED, reason, address)


def finish(*, actor: User, proposal: Proposal, reason: str, address: str = "") -> Proposal:
    """Say that what was accepted by hand is done, and where it can be seen."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say where it can be seen.")})
    with transaction.atomic():
        kept = _locked(proposal, ProposalState.ACCEPTED)
        return _move(actor, kept, ProposalState.DONE, actions.PROPOSAL_DONE, reason, address)


def _draft(actor: User, one: Proposal) -> Version:
    """The draft of a version that says what the proposal says."""
    reason = _("{problem}: {title} (proven by evaluation {number})").format(
        problem=one.problem.number, title=one.title, number=one.evaluation.pk
    )
    if one.document is None:
        if one.kind != ProposalKind.SOP:
            raise ValidationError({"document": _("Say which standard is changed; it must be one of your own.")})
        key = f"{one.problem.number.lower()}-{one.measure.pk}"
        purpose = one.problem.title
        begun = contents.with_step(contents.begun_sop(key, one.title, purpose), one.title, one.text, _cases(one))
        return standards.document_create(actor=actor, kind="sops", key=key, content=begun, reason=reason)
    basis = in_force_at(one.document, timezone.now()) or one.document.versions.order_by("-number").first()
    content = _changed(one, basis.content if basis else {})
    if content is None:
        raise ValidationError({"document": _("This standard has no place for it.")})
    return standards.draft_create(actor=actor, document=one.document, content=content, based_on=basis, reason=reason)


def _changed(one: Proposal, content: Content) -> Content | None:
    if one.kind == ProposalKind.INDICATOR:
        return contents.with_lines(content, one.evaluation.indicator, one.target, one.warning)
    if one.kind == ProposalKind.SCORE_SHEET:
        return contents.with_item(content, f"m{one.measure.pk}", one.title, one.text, POINTS)
    return contents.with_step(content, one.title, one.text, _cases(one))


def _cases(one: Proposal) -> list[tuple[str, str]]:
    return [(str(pair[0]), str(pair[1])) for pair in one.measure.risks if len(pair) == 2]


def _follow(sender: object, *, version: Version, action: Any, actor: Any, **more: object) -> None:
    """A draft came into force: its proposal is done; it was withdrawn: its proposal waits again."""
    state = {standards.RELEASED: ProposalState.DONE, standards.WITHDRAWN: ProposalState.PROPOSED}.get(action)
    if state is None:
        return
    for one in Proposal.objects.select_for_update().filter(version=version, state=ProposalState.DRAFTED):
        if state == ProposalState.PROPOSED:
            one.version = None
        _move(actor, one, state, actions.PROPOSAL_DONE if state == ProposalState.DONE else actions.PROPOSAL_CHANGED)


def connect() -> None:
    """Hear of standards."""
    standards.changed.connect(_follow, dispatch_uid="improvement_effects.follow")


def _move(  # noqa: PLR0917
    actor: Any, one: Proposal, state: ProposalState, action: Any, reason: str = "", address: str = ""
) -> Proposal:
    before = one.state
    one.state = state
    one.reason = reason or one.reason
    one.done_at = timezone.now() if state == ProposalState.DONE else None
    _save(one)
    after = {"state": state.value, **({"version": str(one.version)} if one.version else {})}
    record(
        actor=actor, action=action, record=one, before={"state": before}, after=after, reason=reason, address=address
    )  # fmt: skip
    return one


def _locked(proposal: Proposal, *states: str) -> Proposal:
    related = ("problem", "measure", "evaluation", "document", "owner")
    kept = Proposal.objects.select_for_update(of=("self",)).select_related(*related).get(pk=proposal.pk)
    if kept.state not in states:
        text = _("That cannot be done to a proposal that is “{state}”.")
        raise ValidationError(text.format(state=ProposalState(kept.state).label))
    return kept


def _save(one: Proposal) -> None:
    one.changed_at = timezone.now()
    one.save()


def _said(one: Proposal) -> dict[str, Any]:
    return values_of(one, *RECORDED) | {
        "document": str(one.document) if one.document else None, "owner": str(one.owner) if one.owner else None,
    }  # fmt: skip
