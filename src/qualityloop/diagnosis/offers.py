"""What rooms further up offer to do about a number: they register it, the pages show it as buttons."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise

from qualityloop.analysis.indicators.values import Group
from qualityloop.diagnosis.choices import Choice, group_parameters
from qualityloop.foundation.permissions import Permission


@dataclass(frozen=True, slots=True)
class Offer:
    """A page that is told of a number: its address gets the indicator's key, its query the choice and the group."""

    label: str | Promise
    url_name: str
    right: Permission
    icon: str = "target"


@dataclass(frozen=True, slots=True)
class Link:
    """An offer about one number."""

    label: str
    url: str
    icon: str


_OFFERS: list[Offer] = []


def register_offer(offer: Offer) -> None:
    """Offer something about every number."""
    if offer not in _OFFERS:
        _OFFERS.append(offer)


def offers_for(request: HttpRequest, choice: Choice, key: str, group: Group) -> tuple[Link, ...]:
    """What the person may do about the number of an indicator and a group."""
    query = choice.query(g=group_parameters(group) or None)
    return tuple(
        Link(str(offer.label), reverse(offer.url_name, args=[key]) + query, offer.icon)
        for offer in _OFFERS
        if offer.right.allows(request.user)
    )
