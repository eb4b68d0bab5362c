"""Who sees the state of the system."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.permissions import permission
from qualityloop.foundation.roles import Role

STATE = permission("care.state", _("See the state of the system"), frozenset({Role.ADMIN.value}))
