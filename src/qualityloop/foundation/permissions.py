"""Who may open what: every view declares one permission, and roles are sets of permissions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.apps import apps
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.access.current import current_roles
from qualityloop.foundation.models import User
from qualityloop.foundation.roles import EVERYONE

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Permission:
    """A right, in words, and the roles to which it is shipped. Which roles have it now is for administrators to say."""

    key: str
    label: str | Promise
    shipped: frozenset[str]

    @property
    def roles(self) -> frozenset[str]:
        """The roles that have it now."""
        now = current_roles()
        return frozenset(key for key in now.roles if now.has(key, self.key, self.shipped))

    def allows(self, user: object) -> bool:
        """Whether `user` is signed in and has a role with this right."""
        return isinstance(user, User) and user.is_active and current_roles(user).has(user.role, self.key, self.shipped)


REGISTRY: dict[str, Permission] = {}


def permission(key: str, label: str | Promise, roles: frozenset[str]) -> Permission:
    """Declare a permission and the roles to which it is shipped; each room does so in its `permissions.py`."""
    if key in REGISTRY:
        raise ValueError(f"permission {key} is declared twice")
    REGISTRY[key] = Permission(key, label, roles)
    return REGISTRY[key]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A right that a room further up declares, for links to its pages."""

    key: str

    def allows(self, user: object) -> bool:
        """Whether `user` has it; nobody has a right that is not declared."""
        return self.key in REGISTRY and REGISTRY[self.key].allows(user)


def grouped() -> list[tuple[str, list[Permission]]]:
    """All permissions by the room that declares them, in words; both in the order of the alphabet of keys."""
    rooms: dict[str, list[Permission]] = {}
    for right in sorted(REGISTRY.values(), key=lambda one: one.key):
        rooms.setdefault(right.key.split(".")[0], []).append(right)
    return [(_room(label), rights) for label, rights in rooms.items()]


def _room(label: str) -> str:
    try:
        return str(apps.get_app_config(label).verbose_name)
    except LookupError:
        return label


SIGNED_IN = permission("foundation.signed_in", _("Use one's own account"), EVERYONE)


def requires(right: Permission) -> Callable[[View], View]:
    """Guard a view: strangers are asked to sign in, and what one may not see does not exist (404)."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            user = _person(request)
            if user is None:
                return _sign_in(request)
            if not right.allows(user):
                raise Http404
            return view(request, *args, **kwargs)

        guarded.permission = right  # type: ignore[attr-defined]
        return guarded

    return decorate


def public(view: View) -> View:
    """Declare that anybody may open a view."""

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    opened.permission = None  # type: ignore[attr-defined]
    return opened


def person(request: HttpRequest) -> User:
    """Who is signed in: behind `requires` there is somebody. Http404 else."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def _person(request: HttpRequest) -> User | None:
    user = request.user
    return user if isinstance(user, User) or user.is_authenticated else None  # type: ignore[return-value]


def _sign_in(request: HttpRequest) -> HttpResponseBase:
    answer = redirect_to_login(request.get_full_path(), resolve_url("account_login"))
    if request.headers.get("HX-Request"):  # a part of a page: the whole page has to go there
        return HttpResponse(status=200, headers={"HX-Redirect": answer.url})
    return answer
