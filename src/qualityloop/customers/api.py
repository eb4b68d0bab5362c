"""Operations on the archive of customers; the list is served by itself."""

from __future__ import annotations

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
from qualityloop.customers.models import Contact, Customer, Tier
from qualityloop.customers.queries import customer_whole
from qualityloop.foundation.api import ApiError, Strict, allows, register_router, spoken
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.audit.sessions import address_of

customers = Router(tags=[spoken(_("Customers"))])


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
    one = customer_whole(request.user, pk)
    if one is None:
        raise Http404
    values = change.model_dump(exclude_unset=True)
    reason = values.pop("reason", "")
    values = _checked({name: value for name, value in values.items() if value is not None or name == "tier"})
    kept = services.customer_change(
        actor=request.user, customer=one, reason=reason, address_of=address_of(request), **values
    )
    return _answer(kept)


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


register_router("customers", customers)
