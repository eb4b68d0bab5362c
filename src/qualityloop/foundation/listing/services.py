"""Keeping and deleting views of lists."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.audit.actions import action
from qualityloop.foundation.audit.recording import record, values_of
from qualityloop.foundation.listing.models import SavedView
from qualityloop.foundation.models import User

VIEW_SAVED = action("listing.view_saved", _("View of a list kept"))
VIEW_DELETED = action("listing.view_deleted", _("View of a list deleted"))
RECORDED = ("listing", "name", "query", "shared")


def view_save(*, actor: User, listing: str, name: str, query: str, shared: bool, address: str = "") -> SavedView:
    """Keep filters and sorting under a name; a view of the same name is replaced."""
    with transaction.atomic():
        view = SavedView.objects.select_for_update().filter(owner=actor, listing=listing, name=name).first()
        before = values_of(view, *RECORDED) if view else None
        view = view or SavedView(owner=actor, listing=listing, name=name)
        view.query, view.shared = query, shared
        after = values_of(view, *RECORDED)
        if after != before:
            view.save()
            record(actor=actor, action=VIEW_SAVED, record=view, before=before, after=after, address=address)
    return view


def view_delete(*, actor: User, view: SavedView, address: str = "") -> None:
    """Delete a view. That `actor` may is for the caller to see."""
    with transaction.atomic():
        before = values_of(view, *RECORDED)
        record(actor=actor, action=VIEW_DELETED, record=view, before=before, after=None, address=address)
        view.delete()
