"""What files are kept for in this room: recordings of interactions."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.files.models import StoredFile
from qualityloop.foundation.files.purposes import MEGABYTE, purpose
from qualityloop.foundation.models import User
from qualityloop.operations.permissions import INTERACTIONS
from qualityloop.operations.queries import interactions_for


def _may_hear(user: User, stored: StoredFile) -> bool:
    """Who may see the interaction may hear it."""
    return INTERACTIONS.allows(user) and interactions_for(user).filter(recording=stored).exists()


RECORDING = purpose(
    "operations.recording", _("Recordings"), allows=_may_hear, types={"wav", "mp3", "ogg"}, limit=500 * MEGABYTE
)
