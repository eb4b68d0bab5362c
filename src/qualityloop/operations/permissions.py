"""Who may open and change what belongs to tickets and interactions; whose rows one sees, `people.scope` says."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.permissions import permission
from qualityloop.foundation.roles import LEADING, STAFF, Role

HANDLING = STAFF - {Role.TRAINER.value}

TICKETS = permission("operations.tickets", _("See tickets"), STAFF)
TICKET_EDIT = permission("operations.ticket_edit", _("Register and change tickets"), HANDLING)
INTERACTIONS = permission("operations.interactions", _("See calls, chats and recordings"), STAFF)
ANNOTATE = permission("operations.annotate", _("Mark moments of an interaction"), STAFF)
RECORDING_ADD = permission("operations.recording_add", _("Add a recording to an interaction"), LEADING)
ESCALATION = permission(
    "operations.escalation", _("Be told of overdue tickets that have no team leader"), frozenset({Role.DIRECTOR.value})
)
