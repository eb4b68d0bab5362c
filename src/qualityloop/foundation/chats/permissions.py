"""Who may connect work chats, and say whose account there is whose."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.permissions import permission
from qualityloop.foundation.roles import Role

CHATS = permission("chats.all", _("Connect work chats and the accounts in them"), frozenset({Role.ADMIN.value}))
