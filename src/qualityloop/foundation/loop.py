"""The loop itself: how much stands at each of its stations, and what waits for whoever asks. Rooms fill it.

A room calls `register_station` and `register_waiting` when it starts; the page 闭环 shows both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise

from qualityloop.foundation.models import User


@dataclass(frozen=True, slots=True)
class Station:
    """A station with how many things stand there; `url` lists them."""

    label: str | Promise
    count: int
    url: str
    late: int = 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for one person: how many, the page that lists them, and how many of them are late."""

    label: str | Promise
    count: int
    url: str
    icon: str = "clock"
    late: int = 0


Stations = Callable[[User], Iterable[Station]]
Waitings = Callable[[User], Iterable[Waiting]]
_STATIONS: list[Stations] = []
_WAITING: list[Waitings] = []


def register_station(stations: Stations) -> None:
    """Add stations to the loop, in the order in which rooms start: `stations` counts what a person may see."""
    if stations not in _STATIONS:
        _STATIONS.append(stations)


def register_waiting(waiting: Waitings) -> None:
    """Add what waits for a person; nothing is shown where nothing waits."""
    if waiting not in _WAITING:
        _WAITING.append(waiting)


def stations_for(user: User) -> list[Station]:
    """All stations as a person sees them."""
    return [one for source in _STATIONS for one in source(user)]


def waiting_for(user: User) -> list[Waiting]:
    """All that waits for a person, what is late first."""
    found = [one for source in _WAITING for one in source(user) if one.count]
    return sorted(found, key=lambda one: (-one.late, -one.count))
