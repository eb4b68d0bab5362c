"""Customers, contacts, tiers."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.records.models import Record


class ContactWay(models.TextChoices):
    """How a customer likes to be reached."""

    PHONE = "phone", _("Phone")
    SMS = "sms", _("SMS")
    EMAIL = "email", _("E-mail")
    CHAT = "chat", _("Chat")


class CustomerKind(models.TextChoices):
    """What a customer is."""

    PERSON = "person", _("Person")
    ORGANISATION = "organisation", _("Organisation")


class Tier(models.Model):
    """A customer tier; a higher rank gets better service."""

    name: models.CharField[str, str] = models.CharField(_("name"), max_length=50, unique=True)
    rank: models.IntegerField[int, int] = models.IntegerField(_("rank"), default=0)
    note: models.TextField[str, str] = models.TextField(_("what this tier is promised"), blank=True)

    class Meta:
        verbose_name = _("customer tier")
        verbose_name_plural = _("customer tiers")
        ordering: ClassVar[list[str]] = ["-rank", "name"]

    def __str__(self) -> str:
        return self.name


class Customer(Record):
    """A customer: who it is, how to reach it, what it needs."""

    number: models.CharField[str, str] = models.CharField(_("customer number"), max_length=200, unique=True)
    name: models.CharField[str, str] = models.CharField(_("name"), max_length=200, db_index=True)
    kind: models.CharField[str, str] = models.CharField(
        _("kind of customer"), max_length=20, choices=CustomerKind.choices, default=CustomerKind.PERSON
    )
    tier: models.ForeignKey[Any, Any] = models.ForeignKey(
        Tier, verbose_name=_("tier"), null=True, blank=True, on_delete=models.PROTECT, related_name="customers"
    )
    region: models.CharField[str, str] = models.CharField(_("region"), max_length=100, blank=True)
    address: models.CharField[str, str] = models.CharField(_("postal address"), max_length=300, blank=True)
    phone: models.CharField[str, str] = models.CharField(_("phone"), max_length=50, blank=True)
    email: models.EmailField[str, str] = models.EmailField(_("e-mail"), blank=True)
    preferred_way: models.CharField[str, str] = models.CharField(
        _("prefers to be reached by"), max_length=10, choices=ContactWay.choices, blank=True
    )
    needs: models.TextField[str, str] = models.TextField(_("needs and wishes"), blank=True)
    user: models.OneToOneField[Any, Any] = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="customer",
    )

    class Meta(Record.Meta):
        verbose_name = _("customer")
        verbose_name_plural = _("customers")

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    """Somebody to talk to at a customer's."""

    customer: models.ForeignKey[Any, Any] = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.CASCADE, related_name="contacts"
    )
    name: models.CharField[str, str] = models.CharField(_("name"), max_length=150)
    post: models.CharField[str, str] = models.CharField(_("post"), max_length=100, blank=True)
    phone: models.CharField[str, str] = models.CharField(_("phone"), max_length=50, blank=True)
    email: models.EmailField[str, str] = models.EmailField(_("e-mail"), blank=True)
    is_primary: models.BooleanField[bool, bool] = models.BooleanField(_("main contact"), default=False)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering: ClassVar[list[str]] = ["-is_primary", "name"]

    def __str__(self) -> str:
        return self.name
