"""The bell, the list of notices, one's settings; and for those who answer for it, whether they arrive."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qualityloop.foundation.audit.presentation import history_panel
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.notices.forms import WishesForm
from qualityloop.foundation.notices.models import Notice
from qualityloop.foundation.notices.permissions import DELIVERIES
from qualityloop.foundation.notices.queries import deliveries_for, notices_for, unread_count, wishes_of
from qualityloop.foundation.notices.services import notices_read, send_again, wishes_save
from qualityloop.foundation.paging import page_asked
from qualityloop.foundation.permissions import SIGNED_IN, person, requires

IN_BELL = 6


@requires(SIGNED_IN)
@require_safe
def bell(request: HttpRequest) -> HttpResponse:
    """The bell with its number; asked for by each page after it is there, and once a minute."""
    user = person(request)
    count = unread_count(user)
    newest = list(notices_for(user, unread=True)[:IN_BELL]) if count else []
    return render(request, "notices/bell_inside.html", {"unread": count, "newest": newest})


@requires(SIGNED_IN)
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """All one's notices, or those not read, newest first."""
    page, unread = page_asked(request.GET), request.GET.get("unread") == "1"
    user = person(request)
    shown = list(notices_for(user, unread=unread)[page.offset : page.offset + page.size + 1])
    context = {
        "notices": shown[: page.size],
        "page": page.among(more=len(shown) > page.size),
        "query": "?unread=1" if unread else "?",
        "only_unread": unread,
        "unread": unread_count(user),
    }
    return render(request, "notices/notices.html", context)


@requires(SIGNED_IN)
@require_POST
def opened(request: HttpRequest, number: int) -> HttpResponse:
    """Mark a notice as read and go where it leads."""
    notice = get_object_or_404(Notice, pk=number, user=person(request))
    notices_read(person(request), notice)
    inside = notice.url and url_has_allowed_host_and_scheme(notice.url, {request.get_host()})
    return redirect(notice.url if inside else "notices:notices")


@requires(SIGNED_IN)
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all as read."""
    notices_read(person(request))
    return redirect("notices:notices")


@requires(SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def wishes(request: HttpRequest) -> HttpResponse:
    """Which kinds by which transport, the digest, the quiet hours, one's robots."""
    user = person(request)
    kept = wishes_of(user)
    form = WishesForm(user, kept, request.POST or None)
    if request.method == "POST" and form.is_valid():
        wishes_save(user=user, values=form.values, choices=form.choices, address=address_of(request))
        messages.success(request, _("Kept."))
        return redirect("notices:wishes")
    context = {"form": form, **(history_panel(kept) if kept.pk else {"history": []})}
    return render(request, "notices/wishes.html", context, status=422 if form.errors else 200)


@requires(SIGNED_IN)
@require_POST
def again(request: HttpRequest, number: int) -> HttpResponse:
    """Send once more what has perhaps not arrived."""
    user = person(request)
    delivery = get_object_or_404(deliveries_for(user), pk=number)
    if send_again(actor=user, delivery=delivery, address=address_of(request)):
        messages.success(request, _("It is being sent once more."))
    return redirect("notices:deliveries" if DELIVERIES.allows(user) and request.POST.get("all") else "notices:notices")


@requires(DELIVERIES)
@require_safe
def delivery(request: HttpRequest, number: int) -> HttpResponse:
    """One delivery: how far it got, why it did not get further, and sending it again."""
    found = get_object_or_404(deliveries_for(person(request)), pk=number)
    return render(request, "notices/delivery.html", {"delivery": found, **history_panel(found)})
