"""Views of lists that people keep."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SavedView(models.Model):
    """Filters and sorting of a list under a name; one's own, or shared with everybody who may open the list."""

    listing: models.CharField[str, str] = models.CharField(_("list"), max_length=100)
    name: models.CharField[str, str] = models.CharField(_("name"), max_length=60)
    query: models.CharField[str, str] = models.CharField(_("filters and sorting"), max_length=4000, blank=True)
    owner: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), on_delete=models.CASCADE, related_name="+", db_index=False
    )
    shared: models.BooleanField[bool, bool] = models.BooleanField(_("for everybody"), default=False)
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("kept"), default=timezone.now)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering: ClassVar[list[str]] = ["name", "pk"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["listing", "shared"], name="view_by_list")]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["owner", "listing", "name"], name="view_named_once"),
        ]

    def __str__(self) -> str:
        return self.name
