"""Connections to work chats, whose account is whose, and what was said to our robots."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from qualityloop.foundation.chats.platforms.base import Setup
from qualityloop.foundation.wording import shown


def new_key() -> str:
    """The last part of an address that the chat calls."""
    return secrets.token_urlsafe(18)


class Vendor(models.TextChoices):
    """Whose chat it is."""

    DINGTALK = "dingtalk", _("DingTalk")
    FEISHU = "feishu", _("Feishu")
    WECOM = "wecom", _("WeCom")


class ChatApp(models.Model):
    """A robot of ours in a work chat. What the columns are called there: foundation/chats/platforms."""

    platform: models.CharField[str, str] = models.CharField(_("chat"), max_length=10, choices=Vendor.choices)
    name: models.CharField[str, str] = models.CharField(_("name"), max_length=100)
    key: models.CharField[str, str] = models.CharField(_("key"), max_length=40, unique=True, default=new_key)
    secret: models.CharField[str, str] = models.CharField(_("secret"), max_length=200)
    token: models.CharField[str, str] = models.CharField(_("token"), max_length=200, blank=True)
    corp: models.CharField[str, str] = models.CharField(_("company or application"), max_length=100, blank=True)
    api_secret: models.CharField[str, str] = models.CharField(_("secret to answer"), max_length=200, blank=True)
    api_url: models.CharField[str, str] = models.CharField(_("address of the platform"), max_length=200, blank=True)
    active: models.BooleanField[bool, bool] = models.BooleanField(_("active"), default=True)
    made_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("made"), default=timezone.now)

    class Meta:
        verbose_name = _("work chat")
        verbose_name_plural = _("work chats")
        ordering: ClassVar[list[str]] = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def setup(self) -> Setup:
        """What was agreed with the chat."""
        return Setup(self.secret, self.token, self.corp, self.api_secret, self.api_url)


class ChatAccount(models.Model):
    """A person of the chat is a person of ours."""

    app: models.ForeignKey[Any, Any] = models.ForeignKey(
        ChatApp, verbose_name=_("work chat"), on_delete=models.CASCADE, related_name="accounts"
    )
    external: models.CharField[str, str] = models.CharField(_("user id in the chat"), max_length=128)
    user: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("account"), on_delete=models.CASCADE, related_name="chat_accounts"
    )
    name: models.CharField[str, str] = models.CharField(_("name in the chat"), max_length=100, blank=True)
    linked_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("linked"), default=timezone.now)

    class Meta:
        verbose_name = _("account in a chat")
        verbose_name_plural = _("accounts in chats")
        ordering: ClassVar[list[str]] = ["app", "external"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["app", "external"], name="chat_account_once"),
            models.UniqueConstraint(fields=["app", "user"], name="chat_account_of_one"),
        ]

    def __str__(self) -> str:
        return f"{self.app}: {self.external}"


class LinkCode(models.Model):
    """A code by which a person proves in the chat who they are here; its digest, until it is used or over."""

    user: models.OneToOneField[Any, Any] = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    digest: models.CharField[str, str] = models.CharField(max_length=64, unique=True)
    until: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("valid until"))

    def __str__(self) -> str:
        return str(self.user)


class Outcome(models.TextChoices):
    """What became of what was said."""

    DONE = "done", pgettext_lazy("chat", "done")
    REFUSED = "refused", pgettext_lazy("chat", "refused")
    STRANGER = "stranger", pgettext_lazy("chat", "not known")
    WRONG_CODE = "wrong_code", pgettext_lazy("chat", "wrong code")
    HELP = "help", pgettext_lazy("chat", "not understood")


class ChatMessage(models.Model):
    """What somebody said to a robot, once, and what was answered."""

    app: models.ForeignKey[Any, Any] = models.ForeignKey(
        ChatApp, verbose_name=_("work chat"), on_delete=models.CASCADE, related_name="messages"
    )
    message: models.CharField[str, str] = models.CharField(_("key in the chat"), max_length=200)
    external: models.CharField[str, str] = models.CharField(_("user id in the chat"), max_length=128)
    user: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("account"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    text: models.CharField[str, str] = models.CharField(_("said"), max_length=2000)
    answer: models.TextField[str, str] = models.TextField(_("answered"), blank=True)
    outcome: models.CharField[str, str] = models.CharField(_("outcome"), max_length=12, choices=Outcome.choices)
    back: models.CharField[str, str] = models.CharField(max_length=500, blank=True)  # where the answer goes, until then
    answer_id: models.CharField[str, str] = models.CharField(_("key of the answer"), max_length=200, blank=True)
    error_json: models.TextField[str, str] = models.TextField(_("reason"), blank=True)
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("time"), default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("message from a chat")
        verbose_name_plural = _("messages from chats")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["app", "message"], name="chat_message_once"),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def error(self) -> str:
        """Why the answer has not arrived, in words."""
        return shown(self.error_json)
