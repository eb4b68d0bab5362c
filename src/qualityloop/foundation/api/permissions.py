"""Who may use the REST API with a program, and who sees everybody's tokens."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.permissions import permission
from qualityloop.foundation.roles import STAFF, Role

TOKENS = permission("api.tokens", _("Use the REST API with tokens of one's own"), STAFF)
ALL_TOKENS = permission("api.all_tokens", _("See and revoke everybody's API tokens"), frozenset({Role.ADMIN.value}))
