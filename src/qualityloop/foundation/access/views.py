"""Pages 角色与权限: which role may do what, and changing it."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qualityloop.foundation.access.current import RoleNow, current_roles
from qualityloop.foundation.access.forms import CopyForm, RoleForm
from qualityloop.foundation.access.models import KeptRole
from qualityloop.foundation.access.permissions import ROLES
from qualityloop.foundation.access.services import role_add, role_change, role_remove, role_reset
from qualityloop.foundation.audit.presentation import history_panel
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.models import User
from qualityloop.foundation.permissions import Permission, grouped, requires


@dataclass(frozen=True, slots=True)
class Cell:
    """Whether one role has one permission, and whether that was decided here."""

    role: RoleNow
    allowed: bool
    changed: bool


@requires(ROLES)
@require_safe
def roles(request: HttpRequest) -> HttpResponse:
    """The matrix of permissions and roles."""
    now = list(current_roles(request.user).roles.values())
    counts = dict(User.objects.filter(is_active=True).values_list("role").annotate(n=Count("pk")))
    groups = [
        (label, [(right, [_cell(role, right) for role in now]) for right in rights]) for label, rights in grouped()
    ]
    heads = [(role, counts.get(role.key, 0)) for role in now]
    return render(request, "foundation/roles/matrix.html", {"heads": heads, "groups": groups, "width": len(now) + 1})


@requires(ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def role(request: HttpRequest, role: str) -> HttpResponse:
    """One role: what it is called, whose records it sees, what it may do."""
    found = current_roles(request.user).roles.get(role)
    if found is None:
        raise Http404
    form = RoleForm(request.POST or None, role=found)
    if request.method == "POST" and form.is_valid():
        try:
            role_change(actor=request.user, key=role, address=address_of(request), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved. It counts from the next page that anybody opens."))
            return redirect("foundation:role", role)
    kept = KeptRole.objects.filter(key=role).first() or KeptRole(key=role)
    people = User.objects.filter(role=role, is_active=True).count()
    context = {"role": found, "form": form, "groups": _boxes(form, found), "people": people, **history_panel(kept)}
    return render(request, "foundation/roles/role.html", context)


@requires(ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def role_new(request: HttpRequest) -> HttpResponse:
    """A new role, copied from one that exists."""
    form = CopyForm(request.POST or None, initial={"copied_from": request.GET.get("from", "")})
    if request.method == "POST" and form.is_valid():
        try:
            key = role_add(actor=request.user, address=address_of(request), **form.cleaned_data)
        except ValidationError as error:
            form.add_error("name", error)
        else:
            return redirect("foundation:role", key)
    return render(request, "foundation/roles/new.html", {"form": form})


@requires(ROLES)
@require_POST
def role_back(request: HttpRequest, role: str) -> HttpResponse:
    """Back to what was shipped, or away with a role of one's own."""
    found = current_roles(request.user).roles.get(role)
    if found is None:
        raise Http404
    removing = request.POST.get("do") == "remove"
    write = role_remove if removing else role_reset
    try:
        write(actor=request.user, key=role, address=address_of(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("foundation:role", role)
    messages.success(request, _("The role was removed.") if removing else _("The role is as it was shipped."))
    return redirect("foundation:roles") if removing else redirect("foundation:role", role)


def _cell(role: RoleNow, right: Permission) -> Cell:
    allowed = role.has(right.key, right.shipped)
    return Cell(role, allowed, right.key in role.changes)


def _boxes(form: RoleForm, role: RoleNow) -> list[tuple[str, list[tuple[Permission, bool, bool]]]]:
    """Permissions by room: each with whether it is ticked, and whether it ships to the role."""
    ticked = frozenset(form.ticked())
    return [
        (label, [(right, right.key in ticked, role.based_on in right.shipped) for right in rights])
        for label, rights in grouped()
    ]
