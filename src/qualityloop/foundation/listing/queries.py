"""Reading saved views."""

from __future__ import annotations

from django.db.models import Q

from qualityloop.foundation.listing.models import SavedView
from qualityloop.foundation.listing.permissions import SHARE
from qualityloop.foundation.models import User

MOST = 30  # views offered on a list


def views_of(user: User, listing: str) -> list[SavedView]:
    """One's own views of a list and those shared with everybody, by name."""
    mine_or_shared = Q(owner=user) | Q(shared=True)
    return list(SavedView.objects.filter(mine_or_shared, listing=listing).select_related("owner")[:MOST])


def may_delete(user: User, view: SavedView) -> bool:
    """Whose own it is; a shared one also whoever may share."""
    return bool(view.owner == user or (view.shared and SHARE.allows(user)))
