"""Who may do what with the standards."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.permissions import permission
from qualityloop.foundation.roles import STAFF, Role

SEE = permission("standards.see", _("Read the standards"), STAFF)
EDIT = permission(
    "standards.edit", _("Write standards and put them in force"), frozenset({Role.DIRECTOR.value, Role.ADMIN.value})
)
REVIEW = permission("standards.review", _("Review standards"), frozenset({Role.DIRECTOR.value, Role.QC.value}))
