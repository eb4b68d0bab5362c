"""Who works with the product."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.access.current import current_roles
from qualityloop.foundation.access.models import KeptRole, RolesStamp
from qualityloop.foundation.audit.actions import ACCOUNT_CREATED
from qualityloop.foundation.audit.models import AuditEntry, AuditHead
from qualityloop.foundation.audit.recording import record, values_of
from qualityloop.foundation.roles import Role, role_choices
from qualityloop.foundation.signin.models import SignIn

__all__ = ["RECORDED", "AuditEntry", "AuditHead", "KeptRole", "RolesStamp", "SignIn", "Theme", "User", "UserManager"]

RECORDED = ("username", "name", "email", "role", "is_active")  # what the audit log says about an account


class Theme(models.TextChoices):
    """How bright the pages are."""

    AUTO = "auto", _("As the system")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class UserManager(BaseUserManager["User"]):
    """Creates users; used by Django's commands too."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        """Save a user with a hashed password (None: cannot sign in)."""
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> User:
        """An administrator, made at the terminal."""
        with transaction.atomic():
            user = self.create_user(username, password, **{"role": Role.ADMIN.value, **fields})
            record(actor=None, action=ACCOUNT_CREATED, record=user, before=None, after=values_of(user, *RECORDED))
        return user


class User(AbstractBaseUser):
    """A person with an account."""

    username: models.CharField[str, str] = models.CharField(
        _("user name"), max_length=150, unique=True, validators=[UnicodeUsernameValidator()]
    )
    name: models.CharField[str, str] = models.CharField(_("name"), max_length=150, blank=True)
    email: models.EmailField[str, str] = models.EmailField(_("e-mail"), blank=True)
    role: models.CharField[str, str] = models.CharField(
        _("role"), max_length=40, choices=role_choices, default=Role.AGENT
    )
    language: models.CharField[str, str] = models.CharField(_("language"), max_length=10, blank=True)
    theme: models.CharField[str, str] = models.CharField(_("theme"), max_length=5, blank=True)
    is_active: models.BooleanField[bool, bool] = models.BooleanField(_("active"), default=True)
    one_time_until: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("one-time password until"), null=True, blank=True
    )  # given by an administrator: opens the door until then, and must be changed at once
    joined_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("joined"), default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.name or self.username

    @property
    def initial(self) -> str:
        """One letter or character for the badge."""
        return str(self)[:1].upper()

    @property
    def role_name(self) -> str:
        """The role in words."""
        return current_roles(self).label(self.role)
