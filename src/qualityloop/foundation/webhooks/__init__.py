"""Telling other systems: signed calls to addresses that the administrator has entered.

A room declares its events with `event` and calls `announce` in the transaction of what it tells about.
docs/WEBHOOKS.md says what receivers get and how they check it.
"""

from qualityloop.foundation.webhooks.events import event
from qualityloop.foundation.webhooks.services import announce

__all__ = ["announce", "event"]
