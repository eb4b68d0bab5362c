"""Who sees themes, and who groups, confirms and labels."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.permissions import permission
from qualityloop.foundation.roles import LEADING

THEMES = permission("diagnosis_themes.see", _("See themes of problems"), LEADING)
WORK = permission("diagnosis_themes.work", _("Group texts, confirm themes, label samples"), LEADING)
STUDIES = permission("diagnosis_themes.studies", _("See studies of expectation and perception"), LEADING)
STUDY_MAKE = permission("diagnosis_themes.study_make", _("Make studies of expectation and perception"), LEADING)
