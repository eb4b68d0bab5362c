"""What an address asks of a list. Nonsense is said, not failed on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.utils.translation import gettext as _

from qualityloop.foundation.listing.declaration import Listing
from qualityloop.foundation.listing.filters import Given, shortened
from qualityloop.foundation.paging import SIZE, Page, page_asked

MOST_COUNTED = 10_000  # rows that are counted, and paged through; more take as long as they are many
LAST_PAGE = MOST_COUNTED // SIZE


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to see of a list: values of filters by name, the sorting, the page; `notes` to say."""

    listing: Listing
    user: Any
    picked: Mapping[str, Any]
    sort: str
    page: Page
    notes: tuple[str, ...] = ()

    @property
    def query(self) -> str:
        """Filters and sorting as an address' query, to which `&page=2` may be added."""
        pairs = [pair for f in self.listing.filters if f.name in self.picked for pair in f.pairs(self.picked[f.name])]
        if self.sort != self.listing.order:
            pairs.append(("sort", self.sort))
        return "?" + urlencode(pairs)

    def sorted_by(self, sort: str) -> str:
        """The same rows in another order, as an address' query."""
        return Wanted(self.listing, self.user, self.picked, sort, self.page).query

    def rows(self) -> models.QuerySet[Any]:
        """All rows that fit, in order."""
        return self.listing.sorted_by(self.narrowed(self.listing.rows(self.user)), self.sort)

    def narrowed(self, rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Those of `rows` that fit the filters."""
        for one in self.listing.filters:
            if one.name in self.picked:
                rows = one.apply(rows, self.picked[one.name])
        return rows

    def count(self) -> int:
        """How many rows fit, counted up to one more than MOST_COUNTED."""
        rows = self.narrowed(self.listing.query(self.user)).order_by()
        return int(rows[: MOST_COUNTED + 1].count())


def asked(listing: Listing, user: object, given: Given) -> Wanted:
    """What the parameters of an address ask for."""
    picked, notes = {}, []
    for one in listing.filters:
        value, said = one.read(given)
        notes += said
        if value is not None:
            picked[one.name] = value
    sort = given.get("sort") or listing.order
    if sort != listing.order and sort.removeprefix("-") not in listing.orders:
        said_ = _("The list cannot be sorted by “{text}”; the usual order is shown.")
        notes.append(said_.format(text=shortened(sort)))
        sort = listing.order
    page = page_asked({"page": given.get("page") or "1"})
    if page.number > LAST_PAGE:
        said_ = _("Pages end after row {n}. Narrow the list with a filter, sort it the other way round, or export it.")
        notes.append(said_.format(n=f"{MOST_COUNTED:,}"))
        page = page_asked({})
    return Wanted(listing, user, picked, sort, page, tuple(notes))
