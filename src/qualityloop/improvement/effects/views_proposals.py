"""Pages 标准化提案: from what worked to the standard."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.panels import Fact, fact, record_page
from qualityloop.foundation.permissions import requires
from qualityloop.improvement.effects import presentation, standardising
from qualityloop.improvement.effects.forms import ProposalForm
from qualityloop.improvement.effects.models import Proposal, ProposalState
from qualityloop.improvement.effects.notices import page_of
from qualityloop.improvement.effects.permissions import EFFECTS, STANDARDISE
from qualityloop.improvement.effects.queries import proposals_for
from qualityloop.improvement.effects.views import problem_or_404
from qualityloop.improvement.plans.views.finding import done, form_page, into_form
from qualityloop.improvement.problems.presentation import page_of as problem_page
from qualityloop.standards.versions.models import Version

RELATED = ("problem", "measure", "evaluation", "document", "version__document", "owner", "author")


def proposal_or_404(request: HttpRequest, pk: int) -> Proposal:
    """A proposal from a problem that the person may see."""
    one = proposals_for(request.user).select_related(*RELATED).filter(pk=pk).first()
    if one is None:
        raise Http404
    return one


def proposal_page(one: Proposal) -> str:
    """The address of a proposal."""
    return reverse("improvement_effects:proposal", args=[one.pk])


def version_page(version: Version) -> str:
    """The address of a version of a standard."""
    document = version.document
    return reverse(f"standards:{document.kind}_version", args=[document.key, version.number])


@requires(STANDARDISE)
@require_POST
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose everything that could make last what worked."""
    one = problem_or_404(request, pk)
    back = reverse("improvement_effects:of_problem", args=[one.pk])

    def work() -> None:
        made = standardising.propose(actor=request.user, problem=one, address=address_of(request))  # type: ignore[arg-type]
        text = ngettext("{n} proposal made.", "{n} proposals made.", len(made))
        messages.success(request, text.format(n=len(made)))

    return done(request, work, back)


@requires(EFFECTS)
@require_safe
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal, what it would change, and the way back to the number."""
    one = proposal_or_404(request, pk)
    may = STANDARDISE.allows(request.user)
    context = {
        "title": one.title, "subtitle": one.get_kind_display(),  # type: ignore[attr-defined]
        "crumbs": [(problem_page(one.problem), one.problem.number),
                   (reverse("improvement_effects:of_problem", args=[one.problem_id]), _("Effects"))],
        "status_word": one.get_state_display(), "status_tone": presentation.PROPOSAL_TONES[one.state],  # type: ignore[attr-defined]
        "may": may, "open": one.state == ProposalState.PROPOSED, "by_hand": one.kind not in standardising.DOCUMENTS,
        "version_url": version_page(one.version) if one.version else "",
    }  # fmt: skip
    facts = [
        Fact(_("Problem"), one.problem.number, problem_page(one.problem)),
        Fact(_("Proven by"), str(one.evaluation), page_of(one.evaluation)),
        Fact(_("Standard"), one.document or ""),
        fact(one, "target"),
        fact(one, "warning"),
        Fact(_("Owner"), one.owner or ""),
        Fact(_("Author"), one.author or ""),
        fact(one, "created_at"),
        fact(one, "done_at"),
        fact(one, "reason"),
    ]
    return record_page(request, one, "effects/proposal.html", facts=facts, context=context)


@requires(STANDARDISE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a proposal before it is decided."""
    one = proposal_or_404(request, pk)
    form = ProposalForm(request.POST or None, instance=one)
    if request.method == "POST" and form.is_valid():
        try:
            standardising.proposal_change(
                actor=request.user,  # type: ignore[arg-type]
                proposal=one,
                address=address_of(request),
                **form.cleaned_data,
            )
            return redirect(proposal_page(one))
        except ValidationError as error:
            into_form(form, error)
    crumbs = [(problem_page(one.problem), one.problem.number)]
    return form_page(request, form, _("Change the proposal"), proposal_page(one), crumbs, note=one.title)


@requires(STANDARDISE)
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept or reject a proposal, or say that what was accepted by hand is done."""
    one = proposal_or_404(request, pk)
    reason, who = request.POST.get("reason", ""), request.user
    said: dict[str, Any] = {"actor": who, "proposal": one, "address": address_of(request)}
    works = {
        "accept": lambda: standardising.accept(**said),
        "reject": lambda: standardising.reject(**said, reason=reason),
        "finish": lambda: standardising.finish(**said, reason=reason),
    }
    work = works.get(request.POST.get("do", ""))
    if work is None:
        raise Http404
    return done(request, work, proposal_page(one))
