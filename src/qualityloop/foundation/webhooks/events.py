"""What other systems can be told about; every room declares its events."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Event:
    """A kind of event, such as `ticket.created`."""

    key: str
    label: str | Promise


EVENTS: dict[str, Event] = {}


def event(key: str, label: str | Promise) -> Event:
    """Declare an event."""
    if key in EVENTS:
        raise ValueError(f"event {key} is declared twice")
    EVENTS[key] = Event(key, label)
    return EVENTS[key]


def label_of(key: str) -> str:
    """The event in words; the key itself for one that is no longer declared."""
    return str(EVENTS[key].label) if key in EVENTS else key


PING = event("webhook.ping", _("Test call"))
