"""Who may open and change the archive of customers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.permissions import permission
from qualityloop.foundation.roles import STAFF, Role

CUSTOMERS = permission("customers.customers", _("See the archive of customers"), STAFF)
CUSTOMER_EDIT = permission(
    "customers.customer_edit", _("Change the archive of customers"), STAFF - {Role.TRAINER.value}
)
TIERS = permission(
    "customers.tiers", _("Decide about customer tiers"), frozenset({Role.DIRECTOR.value, Role.ADMIN.value})
)
