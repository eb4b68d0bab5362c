"""What can be done to tags, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.audit.actions import action

TAG_SAVED = action("tag.saved", _("Tag of key problems changed"))
RULE_SAVED = action("tag.rule_saved", _("Tag rule changed"))
RULE_REMOVED = action("tag.rule_removed", _("Tag rule removed"))
TAGGED = action("tag.given", _("Tag given"))
UNTAGGED = action("tag.taken", _("Tag taken away"))
ACCEPTED = action("tag.accepted", _("Suggested tag accepted"))
REJECTED = action("tag.rejected", _("Suggested tag rejected"))
LEARNED = action("tag.learned", _("Tag suggestions learned anew"))
APPLIED = action("tag.applied", _("Tag rules applied"))
