"""Keeping and deleting views of lists."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.listing.asking import asked
from qualityloop.foundation.listing.declaration import LISTINGS, Listing
from qualityloop.foundation.listing.models import SavedView
from qualityloop.foundation.listing.permissions import SHARE
from qualityloop.foundation.listing.queries import may_delete
from qualityloop.foundation.listing.services import view_delete, view_save
from qualityloop.foundation.permissions import SIGNED_IN, requires

LONGEST_NAME = 60


@requires(SIGNED_IN)
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep what the address `back` shows of a list under a name."""
    listing = _listing(request)
    back = _back(request)
    name = " ".join(request.POST.get("name", "").replace("\x00", "").split())[:LONGEST_NAME]
    if not name:
        messages.error(request, _("Give the view a name."))
        return HttpResponseRedirect(back)
    query = asked(listing, request.user, QueryDict(urlsplit(back).query)).query
    shared = bool(request.POST.get("shared")) and SHARE.allows(request.user)
    view_save(
        actor=request.user,  # type: ignore[arg-type]
        listing=listing.key,
        name=name,
        query=query,
        shared=shared,
        address=address_of(request),
    )
    messages.success(request, _("The view “{name}” is kept.").format(name=name))
    return HttpResponseRedirect(urlsplit(back).path + query)


@requires(SIGNED_IN)
@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a view that is one's own, or a shared one where one may share."""
    view = SavedView.objects.filter(pk=pk).first()
    if view is None or not may_delete(request.user, view):  # type: ignore[arg-type]
        raise Http404
    view_delete(actor=request.user, view=view, address=address_of(request))  # type: ignore[arg-type]
    messages.success(request, _("The view “{name}” is deleted.").format(name=view.name))
    return HttpResponseRedirect(_back(request))


def _listing(request: HttpRequest) -> Listing:
    listing = LISTINGS.get(request.POST.get("listing", ""))
    if listing is None or not listing.right.allows(request.user):
        raise Http404
    return listing


def _back(request: HttpRequest) -> str:
    target = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe and target.startswith("/") else "/"
