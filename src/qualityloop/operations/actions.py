"""What can be done to tickets and interactions."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.audit.actions import action

TICKET_REGISTERED = action("operations.ticket_registered", _("Ticket registered"))
TICKET_CHANGED = action("operations.ticket_changed", _("Ticket changed"))
TICKET_ESCALATED = action("operations.ticket_escalated", _("Ticket escalated"))
TICKET_DUE = action("operations.ticket_due", _("Deadline computed anew"))
MOMENT_MARKED = action("operations.moment_marked", _("Moment marked"))
MOMENT_CHANGED = action("operations.moment_changed", _("Mark changed"))
MOMENT_REMOVED = action("operations.moment_removed", _("Mark removed"))
RECORDING_ADDED = action("operations.recording_added", _("Recording added"))
