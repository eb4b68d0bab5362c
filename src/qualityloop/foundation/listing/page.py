"""The page of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from qualityloop.foundation.export import FORMATS, table_response
from qualityloop.foundation.listing.asking import MOST_COUNTED, Wanted, asked
from qualityloop.foundation.listing.table import export_header, export_rows, headings, shown_rows
from qualityloop.foundation.paging import Page, page_asked

if TYPE_CHECKING:
    from qualityloop.foundation.listing.declaration import Listing
    from qualityloop.foundation.permissions import View

PART = "section#listing"  # how htmx names the part of the page that it asks for


def listing_page(listing: Listing, template: str = "listing/page.html", **more: Any) -> View:
    """The view of a list: the page, its table alone for htmx, or all rows that fit as a file."""
    from qualityloop.foundation.permissions import requires

    @requires(listing.right)
    @require_safe
    def page(request: HttpRequest) -> HttpResponseBase:
        wanted = asked(listing, request.user, request.GET)
        form = request.GET.get("format", "")
        if form in FORMATS:
            return table_response(listing.key.replace(".", "-"), form, export_header(listing), export_rows(wanted))
        part = request.headers.get("HX-Target") == PART and "HX-History-Restore-Request" not in request.headers
        context = {**listing_context(request, wanted), **more}
        response = render(request, "listing/list.html" if part else template, context)
        patch_vary_headers(response, ("HX-Target",))
        if part:
            shown: Page = context["page"]
            number = f"&page={shown.number}" if shown.number > 1 else ""
            response["HX-Push-Url"] = request.path + (wanted.query + number).rstrip("?")
        return response

    page.listing = listing  # type: ignore[attr-defined]
    return page


def listing_context(request: HttpRequest, wanted: Wanted) -> dict[str, Any]:
    """What the templates of a list show."""
    from qualityloop.foundation.listing.permissions import SHARE
    from qualityloop.foundation.listing.queries import may_delete, views_of

    listing, user = wanted.listing, wanted.user
    count, page = wanted.count(), wanted.page
    if page.offset >= count:
        page = page_asked({})
    records = list(wanted.rows()[page.offset : page.offset + page.size]) if count else []
    query = wanted.query
    views = [(v, v.query == query, may_delete(user, v)) for v in views_of(user, listing.key)]
    return {
        "listing": listing,
        "wanted": wanted,
        "notes": wanted.notes,
        "inputs": [i for f in listing.filters for i in f.inputs(wanted, wanted.picked.get(f.name))],
        "headings": headings(wanted),
        "rows": shown_rows(listing, records),
        "page": page.among(more=page.offset + len(records) < min(count, MOST_COUNTED), of=min(count, MOST_COUNTED)),
        "last_shown": page.offset + len(records),
        "many": count > MOST_COUNTED,
        "query": query,
        "views": views,
        "is_view": any(current for _view, current, _may in views),
        "may_share": SHARE.allows(user),
        "buttons": [(b, reverse(b.url_name)) for b in listing.buttons if b.right.allows(user)],
    }
