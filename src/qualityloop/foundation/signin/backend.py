"""Who somebody is, by user name and password; and who a session belongs to."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db import models
from django.utils import timezone

from qualityloop.foundation.models import RolesStamp, User


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """Refuses one-time passwords that were left lying about, and brings the stamp of the roles with each user."""

    def _check_password(self, user: Any, password: str) -> Any:
        until = getattr(user, "one_time_until", None)
        if until is not None and until <= timezone.now():
            return None
        return super()._check_password(user, password)

    def get_user(self, user_id: Any) -> User | None:
        """The user of a session; one query, the stamp included, so that rights cost none."""
        stamp = models.Subquery(RolesStamp.objects.values("stamp")[:1])
        return User.objects.annotate(roles_stamp=stamp).filter(pk=user_id, is_active=True).first()
