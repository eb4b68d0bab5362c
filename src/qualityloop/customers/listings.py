"""The list 客户."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from qualityloop.customers import permissions, queries
from qualityloop.customers.models import Customer
from qualityloop.foundation.listing import Button, Choice, Column, Days, Listing, Related, Words

CUSTOMERS = Listing(
    key="customers.customers",
    of=Customer,
    title=_("Customers"),
    note=_("Who they are, how they like to be reached, what they need"),
    right=permissions.CUSTOMERS,
    query=queries.customers_for,
    order="name",
    columns=(
        Column("number", link=True),
        Column("name"),
        Column("kind"),
        Column("tier", path="tier__name"),
        Column("region"),
        Column("phone"),
        Column("email"),
        Column("preferred_way"),
        Column("changed_at"),
        Column("address", shown=False),
        Column("needs", shown=False),
        Column("source", shown=False),
    ),
    filters=(
        Words("number", "name", "phone", "email"),
        Choice("kind"),
        Related("tier"),
        Choice("region"),
        Choice("preferred_way"),
        Days("changed", path="changed_at", label=_("changed")),
    ),
    buttons=(
        Button(_("Add a customer"), "customers:customer_new", permissions.CUSTOMER_EDIT),
        Button(_("Tiers"), "customers:tiers", permissions.TIERS, "award"),
    ),
    empty=_("No customers yet. They come with imported tickets, or add one by hand."),
    record=lambda customer: reverse("customers:customer", args=[customer.pk]),
)
