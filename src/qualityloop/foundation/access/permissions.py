"""Who may decide who may do what."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.permissions import permission
from qualityloop.foundation.roles import Role

ACCOUNTS = permission("foundation.accounts", _("Make, change and close accounts"), frozenset({Role.ADMIN.value}))
ROLES = permission("foundation.roles", _("Change what roles may do"), frozenset({Role.ADMIN.value}))
