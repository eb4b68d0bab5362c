"""Who may put a view of a list before everybody."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.permissions import permission
from qualityloop.foundation.roles import LEADING

SHARE = permission("listing.share", _("Share saved views of lists with everybody"), LEADING)
