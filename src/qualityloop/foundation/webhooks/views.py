"""The pages 对外通知: subscriptions, their calls, and sending again."""

from __future__ import annotations

import json
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qualityloop.foundation.audit.presentation import history_panel
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.permissions import person, requires
from qualityloop.foundation.webhooks import services
from qualityloop.foundation.webhooks.forms import SubscriptionForm
from qualityloop.foundation.webhooks.models import Attempt, Call, Subscription
from qualityloop.foundation.webhooks.permissions import WEBHOOKS
from qualityloop.foundation.webhooks.queries import calls_for, subscriptions

SHOWN = 20  # calls on the page of a subscription


@requires(WEBHOOKS)
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """All subscriptions."""
    return render(request, "webhooks/subscriptions.html", {"subscriptions": subscriptions()})


@requires(WEBHOOKS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make a subscription; its secret is shown once, on the page that follows."""
    return _edited(request, Subscription())


@requires(WEBHOOKS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """Change a subscription."""
    return _edited(request, get_object_or_404(Subscription, pk=number))


@requires(WEBHOOKS)
@require_safe
def subscription(request: HttpRequest, number: int) -> HttpResponse:
    """One subscription, its newest calls, its history."""
    found = get_object_or_404(subscriptions(), pk=number)
    calls = calls_for(request.user).filter(subscription=found).order_by("-changed_at")[:SHOWN]
    context = {
        "subscription": found,
        "calls": calls,
        "secret": request.session.pop(f"webhook-secret-{found.pk}", ""),
        **history_panel(found),
    }
    return render(request, "webhooks/subscription.html", context)


@requires(WEBHOOKS)
@require_POST
def remove(request: HttpRequest, number: int) -> HttpResponse:
    """Forget a subscription."""
    found = get_object_or_404(Subscription, pk=number)
    services.subscription_remove(actor=person(request), subscription=found, address=address_of(request))
    messages.success(request, _("Removed."))
    return redirect("webhooks:subscriptions")


@requires(WEBHOOKS)
@require_POST
def renew(request: HttpRequest, number: int) -> HttpResponse:
    """Give a subscription a new secret."""
    found = get_object_or_404(Subscription, pk=number)
    secret = services.subscription_renew(actor=person(request), subscription=found, address=address_of(request))
    request.session[f"webhook-secret-{found.pk}"] = secret
    return redirect("webhooks:subscription", found.pk)


@requires(WEBHOOKS)
@require_POST
def test(request: HttpRequest, number: int) -> HttpResponse:
    """Call a subscription once."""
    found = get_object_or_404(Subscription, pk=number)
    made = services.subscription_test(actor=person(request), subscription=found, address=address_of(request))
    return redirect("webhooks:call", made.pk)


@requires(WEBHOOKS)
@require_safe
def call(request: HttpRequest, call: UUID) -> HttpResponse:
    """One call: what was sent, every attempt, sending it again."""
    found = _call(request, call)
    content = json.dumps(json.loads(found.announcement.body), ensure_ascii=False, indent=2)
    context = {
        "call": found,
        "attempts": Attempt.objects.filter(call=found),
        "content": content,
        **history_panel(found),
    }
    return render(request, "webhooks/call.html", context)


@requires(WEBHOOKS)
@require_POST
def again(request: HttpRequest, call: UUID) -> HttpResponse:
    """Send a call once more."""
    found = _call(request, call)
    if services.call_again(actor=person(request), call=found, address=address_of(request)):
        messages.success(request, _("It is being sent once more."))
    return redirect("webhooks:call", found.pk)


def _edited(request: HttpRequest, found: Subscription) -> HttpResponse:
    form = SubscriptionForm(found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = found.pk is None
        saved = services.subscription_save(
            actor=person(request), subscription=found, values=form.cleaned_data, address=address_of(request)
        )
        if made:
            request.session[f"webhook-secret-{saved.pk}"] = saved.secret
        messages.success(request, _("Kept."))
        return redirect("webhooks:subscription", saved.pk)
    context = {"form": form, "subscription": found}
    return render(request, "webhooks/edit.html", context, status=422 if form.errors else 200)


def _call(request: HttpRequest, key: UUID) -> Call:
    return get_object_or_404(calls_for(request.user), pk=key)
