"""What can be done to themes, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.audit.actions import action

RUN_ASKED = action("themes.asked", _("Grouping of texts asked for"))
GROUPED = action("themes.grouped", _("Texts grouped into themes"))
COUNTED = action("themes.counted", _("Confirmed themes counted"))
STATED = action("themes.stated", _("Theme confirmed, dismissed or reopened"))
RENAMED = action("themes.renamed", _("Theme renamed"))
MERGED = action("themes.merged", _("Theme merged into another"))
SPLIT = action("themes.split", _("Theme split"))
LABELLED = action("themes.labelled", _("Text of the sample labelled"))
STUDY_ASKED = action("expectation.asked", _("Study of expectation and perception asked for"))
STUDY_COMPUTED = action("expectation.computed", _("Study of expectation and perception computed"))
