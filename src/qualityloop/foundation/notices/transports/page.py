"""The bell in the header: the notice itself, written with the news. It cannot be lost."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.notices.transports.base import Send, To, Transport

if TYPE_CHECKING:
    from qualityloop.foundation.models import User
    from qualityloop.foundation.notices.models import Wishes


class Page(Transport):
    """On the page."""

    key = "page"
    label = _("Page")
    sends = False

    def to(self, user: User, wishes: Wishes) -> To | None:
        """Everybody has the page."""
        return To("")

    def ready(self, to: To) -> AbstractContextManager[Send]:
        """Never asked."""
        raise NotImplementedError
