"""Writing the archive of customers: entries, contacts, tiers."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qualityloop.customers import actions
from qualityloop.customers.models import Contact, Customer, Tier
from qualityloop.foundation.audit.recording import differing, record, values_of
from qualityloop.foundation.records.numbering import next_number

Values = dict[str, Any] | None
PREFIX = "KH"
RECORDED = (
    "number", "name", "kind", "region", "address", "phone", "email", "preferred_way", "needs",
)  # fmt: skip
CHANGEABLE = frozenset(RECORDED) - {"number"} | {"tier"}
CONTACT = ("name", "post", "phone", "email", "is_primary")
TIER = ("name", "rank", "note")


def customer_add(*, actor: Any, address_of: str = "", **values: Any) -> Customer:
    """Add an entry; it gets the next number."""
    customer = Customer(**values)
    with transaction.atomic():
        customer.number = next_number(Customer, PREFIX)
        customer.save(force_insert=True)
        record(
            actor=actor, action=actions.CUSTOMER_ADDED, record=customer, before=None, after=_values(customer),
            address=address_of,
        )  # fmt: skip
    return customer


def customer_change(
    *, actor: Any, customer: Customer, reason: str = "", address_of: str = "", **values: Any
) -> Customer:
    """Change columns of an entry; nothing is written where nothing differs."""
    if unknown := set(values) - CHANGEABLE:
        raise ValueError(f"not changed by hand: {', '.join(sorted(unknown))}")
    with transaction.atomic():
        kept = Customer.objects.select_for_update().get(pk=customer.pk)
        before = _values(kept)
        for name, value in values.items():
            setattr(kept, name, value)
        after = _values(kept)
        if before != after:
            kept.changed_at = timezone.now()
            kept.save()
            _changed(actor, actions.CUSTOMER_CHANGED, kept, (before, after), reason=reason, address=address_of)
    return kept


def contact_keep(*, actor: Any, contact: Contact, address_of: str = "", **values: Any) -> Contact:
    """Add a contact, or change one; the main contact is one at most."""
    with transaction.atomic():
        before = values_of(contact, *CONTACT) if contact.pk else None
        for name, value in values.items():
            setattr(contact, name, value)
        contact.save()
        if contact.is_primary:
            Contact.objects.filter(customer=contact.customer).exclude(pk=contact.pk).update(is_primary=False)
        after = values_of(contact, *CONTACT)
        action = actions.CONTACT_ADDED if before is None else actions.CONTACT_CHANGED
        if before != after:
            _changed(actor, action, contact.customer, (_as_contact(before), _as_contact(after)), address=address_of)
            Customer.objects.filter(pk=contact.customer.pk).update(changed_at=timezone.now())
    return contact


def contact_remove(*, actor: Any, contact: Contact, address_of: str = "") -> None:
    """Take a contact out of the archive."""
    with transaction.atomic():
        before = _as_contact(values_of(contact, *CONTACT))
        customer = contact.customer
        contact.delete()
        _changed(actor, actions.CONTACT_REMOVED, customer, (before, None), address=address_of)
        Customer.objects.filter(pk=customer.pk).update(changed_at=timezone.now())


def tier_keep(*, actor: Any, tier: Tier, address_of: str = "", **values: Any) -> Tier:
    """Add a tier, or change one."""
    with transaction.atomic():
        before = values_of(tier, *TIER) if tier.pk else None
        for name, value in values.items():
            setattr(tier, name, value)
        tier.save()
        action = actions.TIER_ADDED if before is None else actions.TIER_CHANGED
        if (after := values_of(tier, *TIER)) != before:
            _changed(actor, action, tier, (before, after), address=address_of)
    return tier


def tier_remove(*, actor: Any, tier: Tier, address_of: str = "") -> None:
    """Remove a tier that no customer is in; ValidationError otherwise."""
    with transaction.atomic():
        if Customer.objects.filter(tier=tier).exists():
            raise ValidationError(_("Customers are in this tier; give them another one first."))
        before = values_of(tier, *TIER)
        record(actor=actor, action=actions.TIER_REMOVED, record=tier, before=before, after=None, address=address_of)
        tier.delete()


def _values(customer: Customer) -> dict[str, Any]:
    return values_of(customer, *RECORDED) | {"tier": str(customer.tier) if customer.tier else None}


def _as_contact(values: dict[str, Any] | None) -> dict[str, Any] | None:
    """A contact's columns as they stand in the history of its customer."""
    return None if values is None else {f"customers.contact.{name}": value for name, value in values.items()}


def _changed(
    actor: Any, action: Any, kept: Any, values: tuple[Values, Values], *, reason: str = "", address: str = ""
) -> None:
    """Record what differs."""
    before, after = values
    if after is not None:
        before, after = differing(before, after)
    record(actor=actor, action=action, record=kept, before=before, after=after, reason=reason, address=address)
