"""Everything that writes tickets and interactions by hand."""

from __future__ import annotations

from qualityloop.operations.services.annotations import moment_change, moment_mark, moment_remove
from qualityloop.operations.services.recordings import recording_add
from qualityloop.operations.services.tickets import acknowledgement, ticket_change, ticket_register

__all__ = [
    "acknowledgement",
    "moment_change",
    "moment_mark",
    "moment_remove",
    "recording_add",
    "ticket_change",
    "ticket_register",
]
