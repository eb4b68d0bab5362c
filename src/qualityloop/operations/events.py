"""What other systems can be told about tickets."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.webhooks.events import event

CREATED = event("ticket.created", _("Ticket registered"))
CHANGED = event("ticket.changed", _("Ticket changed"))
BREACHED = event("ticket.breached", _("Ticket overdue"))
