"""Pages 工单: one ticket with its timeline, registering and changing it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.panels import Fact, fact, record_page, timeline_of
from qualityloop.foundation.permissions import requires
from qualityloop.foundation.templatetags.spoken import lasting
from qualityloop.operations import services
from qualityloop.operations.deadlines.keeping import standing_of
from qualityloop.operations.deadlines.shown import shown
from qualityloop.operations.forms import TicketForm
from qualityloop.operations.models import Ticket
from qualityloop.operations.permissions import TICKET_EDIT, TICKETS
from qualityloop.operations.queries import ticket_whole
from qualityloop.standards.permissions import SEE as SEE_STANDARDS

COUNTS = ("contacts", "reopened", "reassigned", "escalated", "deviated", "handling_minutes", "queue_seconds")


@requires(TICKETS)
@require_safe
def ticket(request: HttpRequest, pk: int) -> HttpResponse:
    """One ticket: what it is, its clock, and everything that happened, with the time between."""
    one = _found(request, pk)
    context = {
        "title": one.number,
        "subtitle": one.subject,
        "status_word": one.status,
        "crumbs": _crumbs(),
        "actions": [(reverse("operations:ticket_edit", args=[pk]), _("Edit"), "adjustments")]
        if TICKET_EDIT.allows(request.user)
        else [],
        "clock": _clock(one),
        **_deadlines(request, one),
        "timeline": timeline_of(request, one),
        "acknowledgement": services.acknowledgement(one) if not one.external_id else "",
    }
    return record_page(request, one, "operations/ticket.html", facts=_facts(one), context=context)


@requires(TICKET_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def ticket_new(request: HttpRequest) -> HttpResponse:
    """Register a request by hand."""
    form = TicketForm(request.POST or None, user=request.user, initial=_from_staff(request.user))
    if request.method == "POST" and form.is_valid():
        one = services.ticket_register(actor=request.user, address=address_of(request), **form.values)
        messages.success(request, _("Registered as {number}.").format(number=one.number))
        return redirect("operations:ticket", one.pk)
    return _form(request, form, _("Register a ticket"), button=_("Register"))


@requires(TICKET_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def ticket_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a ticket by hand."""
    one = _found(request, pk)
    form = TicketForm(request.POST or None, user=request.user, instance=one)
    if request.method == "POST" and form.is_valid():
        services.ticket_change(
            actor=request.user, ticket=one, reason=form.cleaned_data["reason"], address=address_of(request),
            **form.values,
        )  # fmt: skip
        return redirect("operations:ticket", pk)
    return _form(request, form, one.number, one=one)


def _found(request: HttpRequest, pk: int) -> Ticket:
    one = ticket_whole(request.user, pk)
    if one is None:
        raise Http404
    return one


def _from_staff(user: Any) -> dict[str, Any]:
    """Who registers a ticket has it first."""
    staff = getattr(user, "staff", None)
    return {"agent": staff.pk, "team": staff.department_id} if staff is not None else {}


def _facts(one: Ticket) -> list[Fact]:
    url = reverse("customers:customer", args=[one.customer.pk]) if one.customer else ""
    tier = one.tier or (one.customer.tier.name if one.customer and one.customer.tier else "")
    return [
        Fact(_("Customer"), str(one.customer) if one.customer else "", url),
        Fact(_("Customer tier"), tier),
        fact(one, "region"),
        fact(one, "channel"),
        fact(one, "kind"),
        fact(one, "category"),
        fact(one, "product"),
        fact(one, "product_kind"),
        fact(one, "priority", note=_grounds(one)),
        Fact(_("Team"), str(one.team) if one.team else ""),
        Fact(_("Agent"), str(one.agent) if one.agent else ""),
        fact(one, "shift"),
        *(fact(one, name) for name in COUNTS),
        Fact(_("Source"), one.origin or one.source),
        Fact(_("Came in with"), str(one.batch) if one.batch else ""),
    ]


def _grounds(one: Ticket) -> str:
    """What the priority follows from."""
    if not (one.urgency and one.impact):
        return ""
    words = {"urgency": one.get_urgency_display(), "impact": one.get_impact_display()}  # type: ignore[attr-defined]
    return _("urgency {urgency} × impact {impact}").format(**words)


def _clock(one: Ticket) -> list[Fact]:
    """How long it took, by the clock on the wall; whether that was in time, the deadlines say."""
    facts = [fact(one, name) for name in ("created_at", "first_response_at", "resolved_at", "closed_at")]
    if one.first_response_at:
        facts.append(Fact(_("To the first response"), lasting(_seconds(one.created_at, one.first_response_at))))
    if one.resolved_at:
        facts.append(Fact(_("To the resolution"), lasting(_seconds(one.created_at, one.resolved_at))))
    return [f for f in facts if f.value not in (None, "")]


def _deadlines(request: HttpRequest, one: Ticket) -> dict[str, Any]:
    """The deadlines with their working, from the event log as it is now."""
    now = timezone.now()
    found = standing_of(one, now)
    return {
        "deadlines": shown(one, found, now),
        "judged": found.judged,
        "may_see_standards": SEE_STANDARDS.allows(request.user),
    }


def _seconds(start: Any, end: Any) -> float:
    return float((end - start).total_seconds())


def _crumbs(one: Ticket | None = None) -> list[tuple[str, str]]:
    crumbs = [(reverse("operations:tickets"), _("Tickets"))]
    if one is not None:
        crumbs.append((reverse("operations:ticket", args=[one.pk]), one.number))
    return crumbs


def _form(
    request: HttpRequest, form: TicketForm, title: str, *, button: str = "", one: Ticket | None = None
) -> HttpResponse:
    crumbs = _crumbs(one)
    context = {"form": form, "title": title, "back": crumbs[-1][0], "button": button, "crumbs": crumbs}
    return render(request, "foundation/form_page.html", context, status=422 if form.errors else 200)
