"""Pages of what customers say: one answer, complaint, review, praise."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from qualityloop.feedback import permissions, queries
from qualityloop.feedback.forms import PraiseForm
from qualityloop.feedback.listings import CSAT_TONE
from qualityloop.feedback.models import Complaint, SurveyItem
from qualityloop.feedback.services import praise_register
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.panels import Fact, fact, known, record_page
from qualityloop.foundation.permissions import requires
from qualityloop.foundation.templatetags.spoken import lasting

PAGE = "feedback/said.html"


def _found(rows: QuerySet[Any], pk: int, *related: str) -> Any:
    one = rows.select_related(*(related or queries.WHOLE)).filter(pk=pk).first()
    if one is None:
        raise Http404
    return one


@requires(permissions.SURVEY_RESPONSES)
@require_safe
def survey_response(request: HttpRequest, pk: int) -> HttpResponse:
    """One answered questionnaire."""
    one = _found(queries.survey_responses_for(request.user), pk)
    answers = [
        fact(one, "csat", tone=CSAT_TONE.get(one.csat, "")), fact(one, "nps"), fact(one, "effort"), fact(one, "solved"),
    ]  # fmt: skip
    answers += [_item(item) for item in one.items.all()]
    facts = [fact(one, "answered_at"), *_about(one), fact(one, "touchpoint"), fact(one, "tier"), *_origin(one)]
    return _page(
        request, one, facts, ("survey_responses", _("Survey responses")), said=one.comment, said_title=_("Comment"),
        answers=known(answers),
    )  # fmt: skip


@requires(permissions.COMPLAINTS)
@require_safe
def complaint(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry of the ledger: what was said, its cause, and how long each step took."""
    one = _found(queries.complaints_for(request.user), pk)
    facts = [
        *(fact(one, name) for name in ("category", "severity", "cause", "upheld", "status")), *_about(one),
        *_origin(one),
    ]  # fmt: skip
    return _page(request, one, facts, ("complaints", _("Complaint ledger")), said=one.text, steps=_steps(one))


@requires(permissions.REVIEWS)
@require_safe
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """One review from another platform."""
    one = _found(queries.reviews_for(request.user), pk, "customer", "batch")
    customer = reverse("customers:customer", args=[one.customer_id]) if one.customer_id else ""
    facts = [
        *(fact(one, name) for name in ("platform", "at", "rating", "answered_at", "product")),
        Fact(_("Customer"), str(one.customer) if one.customer else "", customer), *_origin(one),
    ]  # fmt: skip
    return _page(request, one, facts, ("reviews", _("Reviews")), said=one.text)


@requires(permissions.PRAISE)
@require_safe
def one_praise(request: HttpRequest, pk: int) -> HttpResponse:
    """One customer's thanks."""
    one = _found(queries.praise_for(request.user), pk)
    facts = [fact(one, "received_at"), *_about(one), *_origin(one)]
    return _page(request, one, facts, ("praise", _("Praise")), said=one.text)


@requires(permissions.PRAISE_ADD)
@require_http_methods(["GET", "HEAD", "POST"])
def praise_new(request: HttpRequest) -> HttpResponse:
    """Register thanks by hand."""
    form = PraiseForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        one = praise_register(actor=request.user, address=address_of(request), **form.values)
        messages.success(request, _("Registered as {number}.").format(number=one.number))
        if queries.praise_for(request.user).filter(pk=one.pk).exists():
            return redirect("feedback:one_praise", one.pk)
        return redirect("feedback:praise")  # thanks for somebody else
    back = reverse("feedback:praise")
    context = {"form": form, "title": _("Register praise"), "back": back, "crumbs": [(back, _("Praise"))]}
    return render(request, "foundation/form_page.html", context, status=422 if form.errors else 200)


def _about(one: Any) -> list[Fact]:
    ticket = reverse("operations:ticket", args=[one.ticket_id]) if one.ticket_id else ""
    customer = reverse("customers:customer", args=[one.customer_id]) if one.customer_id else ""
    return [
        Fact(_("Ticket"), str(one.ticket) if one.ticket else one.ticket_key, ticket),
        Fact(_("Customer"), str(one.customer) if one.customer else "", customer),
        Fact(_("Agent"), str(one.agent) if one.agent else ""),
        Fact(_("Team"), str(one.team) if one.team else ""),
        *(fact(one, name) for name in ("shift", "channel", "product")),
        *([fact(one, "region")] if hasattr(one, "region") else []),
    ]


def _item(item: SurveyItem) -> Fact:
    """One item with how well it was done; how much it matters beside it, where that was asked."""
    matters = _("importance {value}").format(value=f"{item.importance:g}") if item.importance is not None else ""
    return Fact(item.item, f"{item.rating:g}" if item.rating is not None else _("not rated"), note=matters)


def _origin(one: Any) -> list[Fact]:
    return [Fact(_("Source"), one.source), Fact(_("Came in with"), str(one.batch) if one.batch else "")]


def _steps(one: Complaint) -> list[Fact]:
    """The steps of a complaint, each with the time since its receipt."""
    facts = [fact(one, "received_at")]
    for name in ("classified_at", "answered_at", "closed_at"):
        at = getattr(one, name)
        if at is not None:
            after = lasting((at - one.received_at).total_seconds())
            facts.append(fact(one, name, note=_("after {time}").format(time=after)))
        else:
            label = str(one._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
            facts.append(Fact(label, _("not done yet"), tone="insufficient"))
    return facts


def _page(request: HttpRequest, one: Model, facts: list[Fact], back: tuple[str, str], **context: Any) -> HttpResponse:
    """What was said at the left, what is known at the right."""
    page, title = back
    whole = {
        "title": str(one), "crumbs": [(reverse(f"feedback:{page}"), title)],
        "said_title": _("What the customer says"), "status_word": getattr(one, "status", ""), **context,
    }  # fmt: skip
    return record_page(request, one, PAGE, facts=facts, context=whole)
