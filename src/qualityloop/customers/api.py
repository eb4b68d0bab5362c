"""Operations on the archive of customers: entries, contacts, tiers; the list of entries is served by itself."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Literal

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import Http404, HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from qualityloop.customers import permissions, services
from qualityloop.customers.completeness import completeness
from qualityloop.customers.forms import ContactForm, TierForm
from qualityloop.customers.models import Contact, Customer, Tier
from qualityloop.customers.queries import contacts_of, customer_whole, tiers_counted
from qualityloop.foundation.api import ApiError, Strict, allows, refused_as, register_router, spoken
from qualityloop.foundation.api.filling import filled
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.audit.sessions import address_of

customers = Router(tags=[spoken(_("Customers"))])
tiers = Router(tags=[spoken(_("Customer tiers"))])

Rank = Annotated[int, Field(ge=-9999, le=9999, description=spoken(_("A higher rank gets better service")))]


class CustomerFields(Strict):
    """What may be said about a customer."""

    kind: Literal["person", "organisation"] | None = None
    tier: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = Field(None, description=spoken(_("Id of a customer tier")))
    region: str | None = Field(None, max_length=100)
    address: str | None = Field(None, max_length=300)
    phone: str | None = Field(None, max_length=50)
    email: str | None = Field(None, max_length=254)
    preferred_way: Literal["", "phone", "sms", "email", "chat"] | None = None
    needs: str | None = Field(None, max_length=20_000)


class NewCustomer(CustomerFields):
    """A customer to add."""

    name: str = Field(min_length=1, max_length=200)


class CustomerChange(CustomerFields):
    """What is to be changed; what is left out stays."""

    name: str | None = Field(None, min_length=1, max_length=200)
    reason: str = Field("", max_length=500, description=spoken(_("Why, for the history")))


class CustomerAnswer(BaseModel):
    """A customer after it was written."""

    id: int
    number: str
    name: str
    tier: int | None
    completeness: float = Field(description=spoken(_("Share of what should be known, 0 to 1")))
    missing: list[str]


class ContactFields(Strict):
    """What may be said about a contact."""

    post: str | None = Field(None, max_length=100)
    phone: str | None = Field(None, max_length=50)
    email: str | None = Field(None, max_length=254)
    is_primary: bool | None = Field(None, description=spoken(_("The main contact; there is one at most")))


class NewContact(ContactFields):
    """Somebody to talk to at a customer's."""

    name: str = Field(min_length=1, max_length=150)


class ContactChange(ContactFields):
    """What is to be changed; what is left out stays."""

    name: str | None = Field(None, min_length=1, max_length=150)


class ContactAnswer(BaseModel):
    """Somebody to talk to at a customer's."""

    id: int
    name: str
    post: str
    phone: str
    email: str
    is_primary: bool


class NewTier(Strict):
    """A tier of customers."""

    name: str = Field(min_length=1, max_length=50)
    rank: Rank = 0
    note: str = Field("", max_length=4000, description=spoken(_("What this tier is promised")))


class TierChange(Strict):
    """What is to be changed; what is left out stays."""

    name: str | None = Field(None, min_length=1, max_length=50)
    rank: Rank | None = None
    note: str | None = Field(None, max_length=4000)


class TierAnswer(BaseModel):
    """A tier of customers."""

    id: int
    name: str
    rank: int
    note: str
    members: int = Field(description=spoken(_("How many customers are in it")))


@customers.post(
    "",
    response={201: CustomerAnswer},
    operation_id="customers_add",
    **allows(permissions.CUSTOMER_EDIT, _("Add a customer"), _("It gets the next number of the year.")),
)
def customer_add(request: HttpRequest, customer: NewCustomer) -> Status[dict[str, Any]]:
    """It gets the next number of the year."""
    values = _checked({k: v for k, v in customer.model_dump(exclude_unset=True).items() if v is not None})
    return Status(201, _answer(services.customer_add(actor=request.user, address_of=address_of(request), **values)))


@customers.patch(
    "/{pk}",
    response=CustomerAnswer,
    operation_id="customers_change",
    **allows(permissions.CUSTOMER_EDIT, _("Change a customer"), _("What differs enters the history.")),
)
def customer_change(request: HttpRequest, pk: Key, change: CustomerChange) -> dict[str, Any]:
    """What differs enters the history."""
    one = _found(request, pk)
    values = change.model_dump(exclude_unset=True)
    reason = values.pop("reason", "")
    values = _checked({name: value for name, value in values.items() if value is not None or name == "tier"})
    kept = services.customer_change(
        actor=request.user, customer=one, reason=reason, address_of=address_of(request), **values
    )
    return _answer(kept)


@customers.get(
    "/{pk}/contacts",
    response=list[ContactAnswer],
    operation_id="customers_contacts",
    **allows(permissions.CUSTOMERS, _("Contacts of a customer"), _("The main contact first.")),
)
def contacts(request: HttpRequest, pk: Key) -> list[dict[str, Any]]:
    """The main contact first."""
    return [_contact(one) for one in contacts_of(_found(request, pk))]


@customers.post(
    "/{pk}/contacts",
    response={201: ContactAnswer},
    operation_id="customers_contact_add",
    **allows(permissions.CUSTOMER_EDIT, _("Add a contact"), _("A new main contact takes the place of the old one.")),
)
def contact_add(request: HttpRequest, pk: Key, contact: NewContact) -> Status[dict[str, Any]]:
    """A new main contact takes the place of the old one."""
    values = filled(ContactForm, contact.model_dump(exclude_none=True))
    made = Contact(customer=_found(request, pk))
    return Status(201, _contact(_contact_kept(request, made, values)))


@customers.patch(
    "/{pk}/contacts/{contact}",
    response=ContactAnswer,
    operation_id="customers_contact_change",
    **allows(permissions.CUSTOMER_EDIT, _("Change a contact"), _("What differs enters the history of the customer.")),
)
def contact_change(request: HttpRequest, pk: Key, contact: Key, change: ContactChange) -> dict[str, Any]:
    """What differs enters the history of the customer."""
    one = _contact_found(request, pk, contact)
    values = filled(partial(ContactForm, instance=one), change.model_dump(exclude_none=True))
    return _contact(_contact_kept(request, _contact_found(request, pk, contact), values))


@customers.delete(
    "/{pk}/contacts/{contact}",
    response={204: None},
    operation_id="customers_contact_remove",
    **allows(permissions.CUSTOMER_EDIT, _("Remove a contact"), _("Who it was stays in the history of the customer.")),
)
def contact_remove(request: HttpRequest, pk: Key, contact: Key) -> Status[None]:
    """Who it was stays in the history of the customer."""
    one = _contact_found(request, pk, contact)
    services.contact_remove(actor=request.user, contact=one, address_of=address_of(request))
    return Status(204, None)


@tiers.get(
    "",
    response=list[TierAnswer],
    operation_id="customer_tiers_list",
    **allows(permissions.TIERS, _("Customer tiers"), _("The best first, with how many customers are in each.")),
)
def tiers_list(request: HttpRequest) -> list[dict[str, Any]]:
    """The best first, with how many customers are in each."""
    return [_tier(one) for one in tiers_counted()]


@tiers.post(
    "",
    response={201: TierAnswer},
    operation_id="customer_tiers_add",
    **allows(permissions.TIERS, _("Add a customer tier"), _("Names are used once.")),
)
def tier_add(request: HttpRequest, tier: NewTier) -> Status[dict[str, Any]]:
    """Names are used once."""
    return Status(201, _tier_kept(request, Tier(), filled(TierForm, tier.model_dump())))


@tiers.get(
    "/{pk}",
    response=TierAnswer,
    operation_id="customer_tiers_one",
    **allows(permissions.TIERS, _("One customer tier"), _("By its id.")),
)
def tier_one(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """By its id."""
    return _tier(_tier_found(pk))


@tiers.patch(
    "/{pk}",
    response=TierAnswer,
    operation_id="customer_tiers_change",
    **allows(permissions.TIERS, _("Change a customer tier"), _("Another name, rank or promise.")),
)
def tier_change(request: HttpRequest, pk: Key, change: TierChange) -> dict[str, Any]:
    """Another name, rank or promise."""
    values = filled(partial(TierForm, instance=_tier_found(pk)), change.model_dump(exclude_none=True))
    return _tier_kept(request, _tier_found(pk), values)


@tiers.delete(
    "/{pk}",
    response={204: None},
    operation_id="customer_tiers_remove",
    **allows(permissions.TIERS, _("Remove a customer tier"), _("Refused while customers are in it.")),
)
def tier_remove(request: HttpRequest, pk: Key) -> Status[None]:
    """Refused while customers are in it."""
    with refused_as(409):
        services.tier_remove(actor=request.user, tier=_tier_found(pk), address_of=address_of(request))
    return Status(204, None)


def _found(request: HttpRequest, pk: int) -> Customer:
    one = customer_whole(request.user, pk)
    if one is None:
        raise Http404
    return one


def _contact_found(request: HttpRequest, pk: int, contact: int) -> Contact:
    one = contacts_of(_found(request, pk)).filter(pk=contact).first()
    if one is None:
        raise Http404
    return one


def _tier_found(pk: int) -> Tier:
    one = tiers_counted().filter(pk=pk).first()
    if one is None:
        raise Http404
    return one


def _contact_kept(request: HttpRequest, one: Contact, values: dict[str, Any]) -> Contact:
    return services.contact_keep(actor=request.user, contact=one, address_of=address_of(request), **values)


def _tier_kept(request: HttpRequest, one: Tier, values: dict[str, Any]) -> dict[str, Any]:
    kept = services.tier_keep(actor=request.user, tier=one, address_of=address_of(request), **values)
    return _tier(_tier_found(kept.pk))


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    """The tier in place of its id, an address that is one."""
    if values.get("email"):
        try:
            validate_email(values["email"])
        except ValidationError as error:
            raise ApiError(422, "refused", " ".join(error.messages)) from None
    if values.get("tier") is not None:
        tier = Tier.objects.filter(pk=values["tier"]).first()
        if tier is None:
            text = gettext("There is no {what} with the id {id}.")
            raise ApiError(422, "refused", text.format(what=Tier._meta.verbose_name, id=values["tier"]))
        values["tier"] = tier
    return values


def _answer(one: Customer) -> dict[str, Any]:
    known = completeness(one, Contact.objects.filter(customer=one).count())
    return {
        "id": one.pk, "number": one.number, "name": one.name, "tier": one.tier.pk if one.tier else None,
        "completeness": round(known.share, 4), "missing": list(known.missing),
    }  # fmt: skip


def _contact(one: Contact) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ContactAnswer.model_fields}


def _tier(one: Any) -> dict[str, Any]:
    return {name: getattr(one, name) for name in TierAnswer.model_fields}


register_router("customers", customers)
register_router("customer-tiers", tiers)
