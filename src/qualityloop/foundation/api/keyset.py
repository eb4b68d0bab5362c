"""Pages that go on after a row, however deep: the cursor says the last row's place in the order."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from qualityloop.foundation.api.errors import ApiError
from qualityloop.foundation.api.inputs import storable
from qualityloop.foundation.listing.fields import field_at

LIMIT, MOST = 100, 500  # rows of a page: usually, at most
MOST_KEY = 2**63
FIRST_YEAR, LAST_YEAR = 1900, 2200


@dataclass(frozen=True)
class Order:
    """An order without gaps: a column that is never empty, then the key."""

    name: str  # as callers say it, with - for falling
    field: str

    @property
    def falling(self) -> bool:
        """From the largest to the smallest."""
        return self.name.startswith("-")

    @property
    def columns(self) -> tuple[str, ...]:
        """For order_by."""
        minus = "-" if self.falling else ""
        return (minus + "pk",) if self.field == "pk" else (minus + self.field, minus + "pk")


def page_of(rows: models.QuerySet[Any], order: Order, after: str | None, limit: int) -> tuple[list[Any], str | None]:
    """`limit` rows after the cursor, and the cursor of the next page, None on the last."""
    rows = rows.order_by(*order.columns)
    if after:
        rows = rows.filter(_beyond(rows.model, order, after))
    found = list(rows[: limit + 1])
    more = len(found) > limit
    return found[:limit], _cursor(order, found[limit - 1]) if more else None


def _cursor(order: Order, row: Any) -> str:
    value = getattr(row, order.field)
    text = value.isoformat() if isinstance(value, date | datetime) else value
    packed = json.dumps([order.name, text, row.pk], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def _beyond(model: type[models.Model], order: Order, after: str) -> models.Q:
    """Rows that come later. Written so that the index of the column serves it."""
    value, key = _unpacked(model, order, after)
    than = "lt" if order.falling else "gt"
    if order.field == "pk":
        return models.Q(**{f"pk__{than}": key})
    reach = models.Q(**{f"{order.field}__{than}e": value})
    return reach & (models.Q(**{f"{order.field}__{than}": value}) | models.Q(**{f"pk__{than}": key}))


def _unpacked(model: type[models.Model], order: Order, after: str) -> tuple[Any, Any]:
    try:
        packed = base64.b64decode(after + "=" * (-len(after) % 4), altchars=b"-_", validate=True)
        name, text, key = json.loads(packed.decode())
        value = model._meta.pk.to_python(text) if order.field == "pk" else _value(model, order.field, text)
        key = model._meta.pk.to_python(key)
        if name != order.name or value is None or isinstance(text, list | dict | bool) or not 0 <= key < MOST_KEY:
            raise ValueError
    except (ValueError, TypeError, ValidationError, binascii.Error, RecursionError, OverflowError):
        text = _("“after” is not the “next” of a page in this order.")
        raise ApiError(422, "cursor", text) from None
    return value, key


def _value(model: type[models.Model], field: str, text: Any) -> Any:
    found = field_at(model, field)
    value = found.to_python(text) if found is not None else None
    if isinstance(value, str) and (value != text or not storable(value)):
        raise ValueError
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError
    if isinstance(value, date) and not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValueError
    return value
