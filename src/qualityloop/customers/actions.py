"""What can be done to the archive of customers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.audit.actions import action

CUSTOMER_ADDED = action("customers.customer_added", _("Customer added"))
CUSTOMER_CHANGED = action("customers.customer_changed", _("Customer changed"))
CONTACT_ADDED = action("customers.contact_added", _("Contact added"))
CONTACT_CHANGED = action("customers.contact_changed", _("Contact changed"))
CONTACT_REMOVED = action("customers.contact_removed", _("Contact removed"))
TIER_ADDED = action("customers.tier_added", _("Customer tier added"))
TIER_CHANGED = action("customers.tier_changed", _("Customer tier changed"))
TIER_REMOVED = action("customers.tier_removed", _("Customer tier removed"))
