"""What can be done to warnings and their rules, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.audit.actions import action

OPENED = action("warning.opened", _("Early warning opened"))
WORSENED = action("warning.worsened", _("Early warning found again"))
REOPENED = action("warning.reopened", _("Early warning opened again"))
TAKEN = action("warning.taken", _("Early warning taken"))
HANDED = action("warning.handed", _("Early warning handed over"))
ENDED = action("warning.ended", _("Early warning ended"))
RULE_SET = action("warning.rule_set", _("Rule of early warning set"))
WATCH_SET = action("warning.watch_set", _("Watch of early warning set"))
REVIEWED = action("warning.reviewed", _("Weekly review kept"))
REPORT_MADE = action("warning.report_made", _("Monitoring report made"))
