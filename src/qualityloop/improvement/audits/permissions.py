"""Who may see audits, plan them and answer their checklists."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.permissions import permission
from qualityloop.foundation.roles import LEADING, Role

AUDITS = permission("improvement_audits.audits", _("See audit rounds"), LEADING)
AUDIT_PLAN = permission(
    "improvement_audits.audit_plan",
    _("Plan audit rounds, report and close them"),
    frozenset({Role.DIRECTOR.value, Role.QC.value, Role.ADMIN.value}),
)
AUDIT_CHECK = permission(
    "improvement_audits.audit_check", _("Answer the checklist of an audit and enter findings"), LEADING
)
