"""What can be done to causes, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.audit.actions import action
from qualityloop.improvement.causes.models import Aspect

CHANGES = {
    Aspect.ADDED: action("cause.added", _("Cause added")),
    Aspect.TEXT: action("cause.text", _("Cause worded anew")),
    Aspect.KNOWN_BY: action("cause.known_by", _("How a cause is known, changed")),
    Aspect.TAG: action("cause.tag", _("Kind of a cause changed")),
    Aspect.PLACE: action("cause.place", _("Cause moved")),
    Aspect.REMOVED: action("cause.removed", _("Cause removed")),
}
UNDONE = action("cause.undone", _("Change of a cause taken back"))
STARTED = action("cause.started", _("Fishbone begun"))
VOTED = action("cause.voted", _("Vote on a cause"))
LOCKED = action("cause.locked", _("Root cause locked"))
UNLOCKED = action("cause.unlocked", _("Root cause unlocked"))
DIRECTION = action("cause.direction", _("Direction of the improvement set"))
TAXONOMY = action("cause.taxonomy", _("Kinds of causes changed"))
