"""Pages 客户: the archive, contacts, tiers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qualityloop.customers import services
from qualityloop.customers.completeness import completeness
from qualityloop.customers.forms import ContactForm, CustomerForm, TierForm
from qualityloop.customers.models import Contact, Customer, Tier
from qualityloop.customers.permissions import CUSTOMER_EDIT, CUSTOMERS, TIERS
from qualityloop.customers.queries import contacts_of, customer_whole, tiers_counted
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.panels import Fact, fact, record_page, timeline_of
from qualityloop.foundation.permissions import requires

FORM = "foundation/form_page.html"
FIELDS = ("number", "kind", "region", "phone", "email", "preferred_way", "address")


def found(request: HttpRequest, pk: int) -> Customer:
    """A customer whom the person may see, or 404."""
    customer = customer_whole(request.user, pk)
    if customer is None:
        raise Http404
    return customer


@requires(CUSTOMERS)
@require_safe
def customer(request: HttpRequest, pk: int) -> HttpResponse:
    """One customer: basics, contacts, preferences, needs, how complete all that is, and the service history."""
    one = found(request, pk)
    contacts = list(contacts_of(one))
    facts = [fact(one, name) for name in FIELDS]
    facts[2:2] = [Fact(_("Tier"), one.tier or "")]
    facts += [Fact(_("Source"), one.source), fact(one, "recorded_at"), fact(one, "changed_at")]
    context = {
        "title": one.name,
        "subtitle": one.number,
        "crumbs": _crumbs(),
        "contacts": contacts,
        "complete": completeness(one, len(contacts)),
        "timeline": list(reversed(timeline_of(request, one))),
        "may_edit": CUSTOMER_EDIT.allows(request.user),
    }
    return record_page(request, one, "customers/customer.html", facts=facts, context=context)


@requires(CUSTOMER_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def customer_new(request: HttpRequest) -> HttpResponse:
    """Add an entry by hand."""
    form = CustomerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        one = services.customer_add(actor=request.user, address_of=address_of(request), **form.cleaned_data)
        messages.success(request, _("Added with the number {number}.").format(number=one.number))
        return redirect("customers:customer", one.pk)
    return _form(request, form, _("Add a customer"), reverse("customers:customers"))


@requires(CUSTOMER_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def customer_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an entry."""
    one = found(request, pk)
    form = CustomerForm(request.POST or None, instance=one)
    if request.method == "POST" and form.is_valid():
        values = {**form.cleaned_data}
        services.customer_change(actor=request.user, customer=one, address_of=address_of(request), **values)
        return redirect("customers:customer", one.pk)
    return _form(request, form, one.name, reverse("customers:customer", args=[pk]), one)


@requires(CUSTOMER_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def contact_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Add somebody to talk to."""
    return _contact(request, Contact(customer=found(request, pk)), _("Add a contact"))


@requires(CUSTOMER_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def contact_edit(request: HttpRequest, pk: int, contact: int) -> HttpResponse:
    """Change a contact."""
    one = _contact_of(found(request, pk), contact)
    return _contact(request, one, one.name)


@requires(CUSTOMER_EDIT)
@require_POST
def contact_remove(request: HttpRequest, pk: int, contact: int) -> HttpResponse:
    """Take a contact out."""
    one = _contact_of(found(request, pk), contact)
    services.contact_remove(actor=request.user, contact=one, address_of=address_of(request))
    return redirect("customers:customer", pk)


@requires(TIERS)
@require_safe
def tiers(request: HttpRequest) -> HttpResponse:
    """All tiers, best first."""
    return render(request, "customers/tiers.html", {"tiers": tiers_counted(), "crumbs": _crumbs()})


@requires(TIERS)
@require_http_methods(["GET", "HEAD", "POST"])
def tier_new(request: HttpRequest) -> HttpResponse:
    """A new tier."""
    return _tier(request, Tier())


@requires(TIERS)
@require_http_methods(["GET", "HEAD", "POST"])
def tier_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Another name, rank or promise for a tier."""
    return _tier(request, _tier_found(pk))


@requires(TIERS)
@require_POST
def tier_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a tier that nobody is in."""
    try:
        services.tier_remove(actor=request.user, tier=_tier_found(pk), address_of=address_of(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("customers:tiers")


def _tier_found(pk: int) -> Tier:
    one = Tier.objects.filter(pk=pk).first()
    if one is None:
        raise Http404
    return one


def _tier(request: HttpRequest, one: Tier) -> HttpResponse:
    title = one.name or _("Add a tier")
    form = TierForm(request.POST or None, instance=one)
    if request.method == "POST" and form.is_valid():
        kept = Tier.objects.get(pk=one.pk) if one.pk else Tier()
        services.tier_keep(actor=request.user, tier=kept, address_of=address_of(request), **form.cleaned_data)
        return redirect("customers:tiers")
    return _form(request, form, title, reverse("customers:tiers"))


def _contact_of(customer: Customer, pk: int) -> Contact:
    one = contacts_of(customer).filter(pk=pk).first()
    if one is None:
        raise Http404
    return one


def _contact(request: HttpRequest, one: Contact, title: str) -> HttpResponse:
    form = ContactForm(request.POST or None, instance=one)
    back = reverse("customers:customer", args=[one.customer.pk])
    if request.method == "POST" and form.is_valid():
        kept = Contact.objects.select_related("customer").get(pk=one.pk) if one.pk else Contact(customer=one.customer)
        services.contact_keep(actor=request.user, contact=kept, address_of=address_of(request), **form.cleaned_data)
        return redirect(back)
    return _form(request, form, title, back, one.customer)


def _crumbs(customer: Customer | None = None) -> list[tuple[str, str]]:
    crumbs = [(reverse("customers:customers"), _("Customers"))]
    if customer is not None:
        crumbs.append((reverse("customers:customer", args=[customer.pk]), customer.name))
    return crumbs


def _form(request: HttpRequest, form: Any, title: str, back: str, customer: Customer | None = None) -> HttpResponse:
    context = {"form": form, "title": title, "back": back, "crumbs": _crumbs(customer)}
    return render(request, FORM, context, status=422 if form.errors else 200)
