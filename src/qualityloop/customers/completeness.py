"""How complete a customer's archive is, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from qualityloop.customers.models import Customer, CustomerKind

WEIGHTS: dict[str, tuple[str | Promise, int]] = {
    "name": (_("name"), 3),
    "reachable": (_("phone or e-mail"), 3),
    "tier": (_("tier"), 2),
    "region": (_("region"), 2),
    "preferred_way": (_("preferred way of contact"), 2),
    "address": (_("postal address"), 1),
    "contacts": (_("a contact person"), 1),
    "needs": (_("needs and wishes"), 1),
}  # what has more weight is needed more often


@dataclass(frozen=True)
class Completeness:
    """`share` 0..1 of what should be known, by weight; `missing` in words, the weightiest first."""

    share: float
    missing: tuple[str, ...]


def completeness(customer: Customer, contacts: int) -> Completeness:
    """The share of the weights of what is known. A person needs no contact person."""
    there = {
        "name": bool(customer.name.strip()) and customer.name != customer.number,
        "reachable": bool(customer.phone or customer.email),
        "tier": customer.tier is not None,
        "region": bool(customer.region),
        "preferred_way": bool(customer.preferred_way),
        "address": bool(customer.address),
        "contacts": contacts > 0,
        "needs": bool(customer.needs.strip()),
    }
    if customer.kind == CustomerKind.PERSON:
        del there["contacts"]
    whole = sum(WEIGHTS[name][1] for name in there)
    known = sum(WEIGHTS[name][1] for name, given in there.items() if given)
    missing = sorted((name for name, given in there.items() if not given), key=lambda name: -WEIGHTS[name][1])
    return Completeness(known / whole, tuple(str(WEIGHTS[name][0]) for name in missing))
