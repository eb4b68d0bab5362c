"""Who somebody is, by user name and password; and who a session belongs to."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db import models
from django.utils import timezone

from qualityloop.foundation.models import RolesStamp, User


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """Refuses one-time passwords that were left lying about, and brings the stamp of the roles with each user."""

    def user_can_authenticate(self, user: Any) -> bool:
        """Active, and not with a one-time password that has expired."""
        until = getattr(user, "one_time_until", None)
        return bool(super().user_can_authenticate(user)) and (until is None or until > timezone.now())

    def get_user(self, user_id: Any) -> User | None:
        """The user of a session; one query, the stamp included, so that rights cost none."""
        stamp = models.Subquery(RolesStamp.objects.values("stamp")[:1])
        return User.objects.annotate(roles_stamp=stamp).filter(pk=user_id, is_active=True).first()
