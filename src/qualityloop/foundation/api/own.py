"""Operations of the foundation: who I am, kept views of lists, the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest, QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from qualityloop.foundation.api.errors import ApiError
from qualityloop.foundation.api.guards import allows
from qualityloop.foundation.api.inputs import Day, Strict, Whole
from qualityloop.foundation.api.keyset import LIMIT, MOST, Order, page_of
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.api.words import spoken
from qualityloop.foundation.audit.actions import ACTIONS
from qualityloop.foundation.audit.permissions import AUDIT
from qualityloop.foundation.audit.queries import Filter, entries
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.listing.asking import asked
from qualityloop.foundation.listing.declaration import LISTINGS
from qualityloop.foundation.listing.models import SavedView
from qualityloop.foundation.listing.permissions import SHARE
from qualityloop.foundation.listing.queries import may_delete, views_of
from qualityloop.foundation.listing.services import view_delete, view_save
from qualityloop.foundation.permissions import REGISTRY, SIGNED_IN

me = Router(tags=[spoken(_("My account"))])
views = Router(tags=[spoken(_("Saved views"))])
audit = Router(tags=[spoken(_("Audit log"))])

KEY_OF_LIST = spoken(_("Key of the list"))
ListKey = Annotated[str, Query(max_length=100, description=KEY_OF_LIST)]


class Me(BaseModel):
    """The caller."""

    id: int
    username: str
    name: str
    role: str
    permissions: list[str]


@me.get(
    "",
    response=Me,
    operation_id="me",
    **allows(SIGNED_IN, _("Who the caller is"), _("The account and what it may do; a token may do less.")),
)
def who_am_i(request: HttpRequest) -> dict[str, Any]:
    """The account and what it may do; a token may do less."""
    user: Any = request.user
    rights = sorted(key for key, right in REGISTRY.items() if right.allows(user))
    return {"id": user.pk, "username": user.username, "name": str(user), "role": user.role, "permissions": rights}


# ---- saved views ------------------------------------------------------------------------------------------


class View(BaseModel):
    """Filters and sorting of a list under a name."""

    id: int
    listing: str
    name: str
    query: str
    shared: bool
    mine: bool


class NewView(Strict):
    """A view to keep; one of the same name is replaced."""

    listing: str = Field(max_length=100, description=KEY_OF_LIST)
    name: str = Field(min_length=1, max_length=60)
    query: str = Field(
        "", max_length=2000, description=spoken(_("As in the page's address: ?channel=phone&sort=-created_at"))
    )
    shared: bool = False


def _view(view: SavedView, user: Any) -> dict[str, Any]:
    shown = {name: getattr(view, name) for name in ("listing", "name", "query", "shared")}
    return {"id": view.pk, **shown, "mine": view.owner == user}


@views.get(
    "",
    response=list[View],
    operation_id="views_list",
    **allows(SIGNED_IN, _("Views of a list"), _("One's own, and those that are shared with everybody.")),
)
def views_list(request: HttpRequest, listing: ListKey) -> list[dict[str, Any]]:
    """One's own and those that are shared with everybody."""
    found = LISTINGS.get(listing)
    if found is None or not found.right.allows(request.user):
        raise Http404
    return [_view(view, request.user) for view in views_of(request.user, listing)]  # type: ignore[arg-type]


@views.post(
    "",
    response={201: View},
    operation_id="views_keep",
    **allows(SIGNED_IN, _("Keep a view"), _("One of the same name is replaced; filters without sense are left out.")),
)
def views_keep(request: HttpRequest, view: NewView) -> Status[dict[str, Any]]:
    """Filters that make no sense are left out, as on the page."""
    listing = LISTINGS.get(view.listing)
    if listing is None or not listing.right.allows(request.user):
        raise Http404
    if view.shared and not SHARE.allows(request.user):
        raise ApiError(403, "forbidden", gettext("This needs the permission “{name}”.").format(name=SHARE.label))
    query = asked(listing, request.user, QueryDict(view.query.removeprefix("?"))).query
    made = view_save(
        actor=request.user,  # type: ignore[arg-type]
        listing=listing.key,
        name=view.name,
        query=query,
        shared=view.shared,
        address=address_of(request),
    )
    return Status(201, _view(made, request.user))


@views.delete(
    "/{pk}",
    response={204: None},
    operation_id="views_delete",
    **allows(SIGNED_IN, _("Delete a view"), _("One's own, or a shared one for those who may share.")),
)
def views_drop(request: HttpRequest, pk: Key) -> Status[None]:
    """One's own, or a shared one for those who may share."""
    view = SavedView.objects.filter(pk=pk).first()
    if view is None or not may_delete(request.user, view):  # type: ignore[arg-type]
        raise Http404
    view_delete(actor=request.user, view=view, address=address_of(request))  # type: ignore[arg-type]
    return Status(204, None)


# ---- the audit log ----------------------------------------------------------------------------------------


class Entry(BaseModel):
    """One write."""

    sequence: int
    at: datetime
    actor: str
    action: str
    model: str
    record_id: str
    record_label: str
    before: Any
    after: Any
    reason: str
    address: str
    previous_hash: str
    hash: str


class Entries(BaseModel):
    """A page of the audit log, newest first."""

    items: list[Entry]
    next: str | None


class EntriesAsked(Strict):
    """Filters of the audit log."""

    actor: str = Field("", max_length=100, description=spoken(_("Words of the name of who did it")))
    action: str = Field("", max_length=64, description=spoken(_("Key of an action, such as account.created")))
    record: str = Field("", max_length=200, description=spoken(_("Words of the record's name, or its key")))
    first: Day | None = Field(None, alias="from", description=spoken(_("The first day, in the organisation's zone")))
    last: Day | None = Field(None, alias="to", description=spoken(_("The last day, included")))
    after: str | None = Field(None, max_length=200, description=spoken(_("“next” of the page before")))
    limit: Whole = Field(LIMIT, ge=1, le=MOST, description=spoken(_("Rows of a page")))


@audit.get(
    "",
    response=Entries,
    operation_id="audit_list",
    **allows(AUDIT, _("Audit log"), _("Who changed what, when and why, newest first, with the hashes that chain it.")),
)
def audit_list(request: HttpRequest, query: Query[EntriesAsked]) -> dict[str, Any]:
    """Who changed what, when and why, with the hashes that chain the entries."""
    if query.action and query.action not in ACTIONS:
        return {"items": [], "next": None}
    for day in (query.first, query.last):
        if day is not None and not 1970 <= day.year <= 9000:
            raise ApiError(422, "invalid", gettext("A day lies outside the calendar."))
    wanted = Filter(query.actor, query.action, query.record, query.first, query.last)
    rows, after = page_of(entries(wanted), Order("-sequence", "pk"), query.after, query.limit)
    return {"items": [_entry(row) for row in rows], "next": after}


def _entry(row: Any) -> dict[str, Any]:
    names = ("sequence", "at", "action", "model", "record_id", "record_label", "before", "after", "reason", "address")
    shown = {name: getattr(row, name) for name in (*names, "previous_hash", "hash")}
    return {**shown, "actor": row.actor_name}


@audit.get(
    "/{pk}",
    response=Entry,
    operation_id="audit_one",
    **allows(AUDIT, _("One entry of the audit log"), _("By its number.")),
)
def audit_one(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """By its number."""
    row = entries(Filter()).filter(pk=pk).first()
    if row is None:
        raise Http404
    return _entry(row)
