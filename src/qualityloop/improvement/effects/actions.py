"""What can be done about effects, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.audit.actions import action

EVALUATED = action("effect.evaluated", _("Effect evaluated"))
PROPOSED = action("effect.proposed", _("Change to a standard proposed"))
PROPOSAL_CHANGED = action("effect.proposal_changed", _("Proposal changed"))
PROPOSAL_DECIDED = action("effect.proposal_decided", _("Proposal decided"))
PROPOSAL_DONE = action("effect.proposal_done", _("Proposal done"))
