"""What somebody has to read, and saying that it was read."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from qualityloop.foundation.models import User
from qualityloop.foundation.permissions import requires
from qualityloop.standards import permissions
from qualityloop.standards.sops import queries, services
from qualityloop.standards.versions.pages import version_of
from qualityloop.standards.versions.services import VersionError


@requires(permissions.SEE)
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The SOPs that the person has to read, unread ones first."""
    found = queries.to_read(request.user) if isinstance(request.user, User) else []
    language = get_language() or "zh"
    rows = [(entry, entry.sop.name.in_language(language), entry.sop.purpose.in_language(language)) for entry in found]
    unread = sum(1 for entry in found if entry.confirmed_at is None)
    return render(request, "standards/sops/mine.html", {"rows": rows, "unread": unread})


@requires(permissions.SEE)
@require_POST
def confirm(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """Read and understood."""
    try:
        services.confirm_reading(actor=request.user, version=version_of(queries.KIND, key, number))
        messages.success(request, _("Noted: you have read and understood this version."))
    except VersionError as error:
        messages.error(request, error.in_language(get_language() or "zh"))
    return redirect("standards:sops_version", key, number)
