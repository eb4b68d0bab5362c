"""Accounts: who may have one, and making one."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from qualityloop.foundation.models import User
from qualityloop.foundation.roles import Role


class ClosedAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are given, not taken: nobody signs up by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def add_message(self, *args: object, **kwargs: object) -> None:
        """Say nothing about signing in and out: the page that follows shows it."""


def account_create(*, username: str, password: str, role: str, name: str = "") -> User:
    """The account `username`, made, or brought to this password, role and name where it exists."""
    role = Role(role).value
    user = User.objects.filter(username=username).first()
    if user is None:
        return User.objects.create_user(username, password, role=role, name=name)
    user.role, user.name, user.is_active = role, name, True
    user.set_password(password)
    user.save()
    return user
