"""Pages of negative feedback: one text, judging one after the other, how good the threshold is."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qualityloop.analysis.messages import AnalysisError
from qualityloop.feedback.models import Complaint
from qualityloop.feedback.negatives import queries, services
from qualityloop.feedback.negatives.listings import BANDS
from qualityloop.feedback.negatives.models import Band, Opinion, Threshold
from qualityloop.feedback.negatives.permissions import JUDGE, NEGATIVES
from qualityloop.feedback.negatives.sources import SOURCES
from qualityloop.feedback.permissions import COMPLAINTS
from qualityloop.feedback.queries import complaints_for
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.jobs.models import JobRun
from qualityloop.foundation.panels import Fact, fact, known, record_page
from qualityloop.foundation.permissions import person, requires

VERDICTS = {"negative": True, "other": False, "back": None}
SHOWN = 10


def _opinion(request: HttpRequest, pk: Any) -> Opinion:
    text = str(pk)
    found = None
    if text.isascii() and text.isdigit() and len(text) < 18:
        found = queries.opinions_for(request.user).select_related("said_by", "threshold").filter(pk=text).first()
    if found is None:
        raise Http404
    return found


def _record(request: HttpRequest, one: Opinion) -> Any:
    source = SOURCES[one.kind]
    related = ("customer", "ticket") if hasattr(source.model, "ticket") else ("customer",)
    return source.visible(request.user).select_related(*related).get(pk=one.record_id)


def _crumbs() -> list[tuple[str, str]]:
    return [(reverse("feedback_negatives:found"), _("Negative feedback"))]


@requires(NEGATIVES)
@require_safe
def opinion(request: HttpRequest, pk: int) -> HttpResponse:
    """One text: what the machine and people say of it, and where it leads."""
    one = _opinion(request, pk)
    of, source = _record(request, one), SOURCES[one.kind]
    ticket, customer = getattr(of, "ticket", None), of.customer
    facts = [
        fact(one, "at"), fact(one, "kind"), Fact(_("Original record"), one.number, source.url(one.record_id)),
        fact(one, "stars"), Fact(_("Score"), "" if one.score is None else f"{one.score:.2f}"),
        Fact(_("Machine judges by"), _("the stars alone") if one.threshold_id is None else _("the fitted threshold"),
             reverse("feedback_negatives:threshold")),
        Fact(_("Customer"), customer or "", reverse("customers:customer", args=[customer.pk]) if customer else ""),
        Fact(_("Ticket"), ticket or "", reverse("operations:ticket", args=[ticket.pk]) if ticket else ""),
        *([Fact(_("Answered"), of.answered_at or _("not answered yet"))] if one.kind == "review" else []),
        fact(one, "said_by"), fact(one, "said_at"),
    ]  # fmt: skip
    context = {
        "title": one.number, "crumbs": _crumbs(), "status_word": Band(one.band).label, "status_tone": BANDS[one.band],
        "text": getattr(of, source.text), "may_judge": JUDGE.allows(request.user),
        "complaints": _complaints(request, ticket, customer),
    }  # fmt: skip
    return record_page(request, one, "negatives/opinion.html", facts=known(facts), context=context)


def _complaints(request: HttpRequest, ticket: Any, customer: Any) -> list[Complaint]:
    """Complaints about the same ticket, else of the same customer."""
    if not COMPLAINTS.allows(request.user) or (ticket is None and customer is None):
        return []
    same = {"ticket": ticket} if ticket is not None else {"customer": customer}
    return list(complaints_for(request.user).filter(**same).order_by("-received_at")[:SHOWN])


@requires(JUDGE)
@require_POST
def judge(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a text is negative, or that it is not, or take that back."""
    one = _opinion(request, pk)
    if (verdict := request.POST.get("verdict", "")) not in VERDICTS:
        raise Http404
    services.opinion_judge(actor=person(request), opinion=one, negative=VERDICTS[verdict], address=address_of(request))
    return redirect(one.get_absolute_url())


@requires(JUDGE)
@require_http_methods(["GET", "HEAD", "POST"])
def judging(request: HttpRequest) -> HttpResponse:
    """Judge one text after the other: in random order, where the machine's opinion is not shown, or those found."""
    drawn = request.GET.get("of") != "found"
    if request.method == "POST":
        one = _opinion(request, request.POST.get("text", ""))
        if (verdict := request.POST.get("verdict", "")) not in VERDICTS:
            raise Http404
        services.opinion_judge(
            actor=person(request), opinion=one, negative=VERDICTS[verdict], drawn=drawn, address=address_of(request)
        )
        return redirect(f"{reverse('feedback_negatives:judging')}{'' if drawn else '?of=found'}")
    text = queries.next_of(request.user, drawn=drawn)
    words = getattr(_record(request, text), SOURCES[text.kind].text) if text else ""
    last = queries.opinions_for(request.user).filter(said_by=person(request)).order_by("-said_at").first()
    context = {
        "text": text, "words": words, "drawn": drawn, "progress": queries.progress(), "last": last, "crumbs": _crumbs(),
    }  # fmt: skip
    return render(request, "negatives/judging.html", context)


@requires(NEGATIVES)
@require_safe
def threshold(request: HttpRequest) -> HttpResponse:
    """How good the threshold in force is, how far the judging is, and what was in force before."""
    job = JobRun.objects.filter(key__in=(services.FIT, services.DAILY)).order_by("-pk").first()
    context = {
        "now": queries.in_force(), "progress": queries.progress(), "crumbs": _crumbs(),
        "before": Threshold.objects.select_related("made_by").order_by("-pk")[1 : SHOWN + 1],
        "may_judge": JUDGE.allows(request.user), "job": job if job and job.is_live else None,
    }  # fmt: skip
    return render(request, "negatives/threshold.html", context)


@requires(JUDGE)
@require_POST
def fit(request: HttpRequest) -> HttpResponse:
    """Have the threshold fitted anew."""
    try:
        services.fit_ask(actor=person(request))
        messages.success(request, _("The threshold is being fitted on what was judged until now."))
    except AnalysisError as error:
        messages.error(request, error.in_language(get_language() or "zh"))
    return redirect("feedback_negatives:threshold")
