"""Who may connect other systems."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.permissions import permission
from qualityloop.foundation.roles import Role

WEBHOOKS = permission("webhooks.all", _("Connect other systems by webhooks"), frozenset({Role.ADMIN.value}))
