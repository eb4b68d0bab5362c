"""Lists: declared once, they filter, sort, page, export, keep views, and answer the REST API.

This file must not import models: Django imports it before they may be.
"""

from __future__ import annotations

from qualityloop.foundation.listing.columns import Column
from qualityloop.foundation.listing.declaration import LISTINGS, Button, Listing
from qualityloop.foundation.listing.filters import Choice, Days, Filter, Related, Words, YesNo
from qualityloop.foundation.listing.page import listing_page

__all__ = [
    "LISTINGS", "Button", "Choice", "Column", "Days", "Filter", "Listing", "Related", "Words", "YesNo", "listing_page",
]  # fmt: skip
