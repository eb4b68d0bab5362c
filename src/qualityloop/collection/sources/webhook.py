"""Another system calls us when it has something: signed, as our own calls to others are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.messages import AnalysisError, message
from qualityloop.collection.sources.contract import Fetched, Option, Options
from qualityloop.collection.sources.registry import register_source

SHORTEST_SECRET = 16


class Webhook:
    """Nothing is fetched: the other system sends JSON to the address that the source's page shows."""

    key = "webhook"
    label = _("Webhook")
    help = _("Another system sends JSON to an address of ours, signed with a shared secret.")
    options = (
        Option("secret", _("Shared secret"), _("At least 16 characters; the sender signs with it."), required=True,
               secret=True),
    )  # fmt: skip

    def check(self, options: Options) -> None:
        """The secret is long enough."""
        if len(str(options.get("secret") or "")) < SHORTEST_SECRET:
            raise AnalysisError(message("the secret needs at least {count} characters", count=SHORTEST_SECRET))

    def collect(self, options: Options, since: datetime | None) -> Iterator[Fetched]:
        """Nothing: it comes by itself."""
        yield from ()


register_source(Webhook())
