"""Reading the archive of customers, for whoever asks."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet

from qualityloop.customers.models import Contact, Customer, Tier
from qualityloop.people.scope import scope_of


def customers_for(user: Any) -> QuerySet[Customer]:
    """The archive is shared by everybody who works here; a customer finds the own entry, a stranger none."""
    scope = scope_of(user)
    if scope.everything or scope.agent is not None or scope.teams:
        return Customer.objects.all()
    if scope.customer_user is not None:
        return Customer.objects.filter(user=scope.customer_user)
    return Customer.objects.none()


def customer_whole(user: Any, pk: int) -> Customer | None:
    """One customer with the tier; None where `user` may not see it."""
    return customers_for(user).select_related("tier", "batch").filter(pk=pk).first()


def contacts_of(customer: Customer) -> QuerySet[Contact]:
    """Whom to talk to at a customer's, the main contact first."""
    return Contact.objects.filter(customer=customer).select_related("customer")


def tiers_counted() -> QuerySet[Tier]:
    """All tiers, best first, with `members`."""
    return Tier.objects.annotate(members=Count("customers")).order_by("-rank", "name")
