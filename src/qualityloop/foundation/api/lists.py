"""The lists of the pages as operations: the same rows, columns and filters, in keyset pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, Literal, get_origin

from django.db import models
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import Path, Query, Router
from pydantic import BaseModel, ConfigDict, Field, create_model

from qualityloop.foundation.api.errors import ApiError
from qualityloop.foundation.api.guards import allows
from qualityloop.foundation.api.inputs import Day, Instant, Whole, YesNo
from qualityloop.foundation.api.keyset import FIRST_YEAR, LAST_YEAR, LIMIT, MOST, MOST_KEY, Order, page_of
from qualityloop.foundation.api.words import spoken
from qualityloop.foundation.listing.columns import Column
from qualityloop.foundation.listing.declaration import Listing
from qualityloop.foundation.listing.fields import field_at, value_at
from qualityloop.foundation.listing.filters import Filter

Key = Annotated[Whole, Path(ge=1, lt=MOST_KEY, description=spoken(gettext_lazy("id of the record")))]
TYPES: tuple[tuple[type[models.Field[Any, Any]], Any], ...] = (
    (models.DateTimeField, datetime),
    (models.DateField, date),
    (models.BooleanField, bool),
    (models.IntegerField, int),
    (models.FloatField, float),
    (models.DecimalField, float),
    (models.JSONField, Any),
)
INPUTS = {date: Day, bool: YesNo, int: Whole, list[int]: list[Whole]}  # how filters' values must be written
VALUES = 50  # of a filter at once
CHANGED = "changed_at"


def serve_list(listing: Listing, router: Router) -> None:
    """Add GET of the list and of one of its rows to `router`, where it has none of its own."""
    stem = listing.api_name.replace("-", "_") or listing.key.replace(".", "_")
    row = _row_model(listing)
    page = create_model(
        f"{row.__name__}Page",
        items=(list[row], ...),  # type: ignore[valid-type]
        next=(str | None, Field(None, description=spoken(gettext_lazy("“after” of the next page; null on the last")))),
    )
    title = spoken(lambda: str(listing.title))
    one = spoken(lambda: _("{title}: one of them").format(title=listing.title))
    if not _has_get(router, ""):
        declared = allows(listing.right, text=gettext_lazy("The rows that the caller may see, in keyset pages."))
        add = router.get("", response=page, summary=title, operation_id=f"{stem}_list", tags=[title], **declared)
        add(_list_view(listing))
    if not _has_get(router, "/{pk}"):
        declared = allows(listing.right, text=gettext_lazy("404 where it is not there, or not for the caller."))
        add = router.get("/{pk}", response=row, summary=one, operation_id=f"{stem}_one", tags=[title], **declared)
        add(_one_view(listing))


def _has_get(router: Router, path: str) -> bool:
    view = router.path_operations.get(path)
    return view is not None and any("GET" in operation.methods for operation in view.operations)


def orders_of(listing: Listing) -> dict[str, Order]:
    """Orders for keyset pages: by the key, and by columns of the list that are never empty; falling with `-`."""
    fields = {"id": "pk"}
    for name, field in (*listing.orders.items(), (CHANGED, CHANGED)):
        found = field_at(listing.model, field)
        if found is not None and "__" not in field and not found.null and found.related_model is None:
            fields[name] = field
    return {sign + name: Order(sign + name, field) for name, field in fields.items() for sign in ("", "-")}


def _list_view(listing: Listing) -> Callable[..., Any]:
    orders = orders_of(listing)
    usual = listing.order if listing.order in orders else "id"

    def rows(request: HttpRequest, query: Any) -> dict[str, Any]:
        given = query.model_dump()
        found = listing.rows(request.user)
        for one in listing.filters:
            value = one.from_api(given)
            if value is not None:
                _check_days(one, value)
                found = one.apply(found, value)
        since = given.get("changed_since")
        if since is not None:
            found = found.filter(changed_at__gte=_since(since))
        order = orders[given["sort"] or (CHANGED if since is not None else usual)]
        page, after = page_of(found, order, given["after"], given["limit"])
        return {"items": [_row(listing, record) for record in page], "next": after}

    rows.__annotations__ = {"request": HttpRequest, "query": Query[_query_model(listing, orders)]}  # type: ignore[misc]
    return rows


def _one_view(listing: Listing) -> Callable[..., Any]:
    def one(request: HttpRequest, pk: int) -> dict[str, Any]:
        found = listing.rows(request.user).filter(pk=pk).first()
        if found is None:
            raise Http404
        return _row(listing, found)

    one.__annotations__ = {"request": HttpRequest, "pk": Key}
    return one


def _check_days(one: Filter, value: Any) -> None:
    if isinstance(value, tuple) and len(value) == 2 and all(isinstance(day, date) for day in value):
        first, last = value
        if first > last:
            raise ApiError(422, "invalid", _("The first day of “{name}” lies after the last.").format(name=one.name))


def _since(instant: datetime) -> datetime:
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise ApiError(422, "invalid", _("“changed_since” lies outside the calendar."))
    return instant


def _row(listing: Listing, record: Any) -> dict[str, Any]:
    found = {"id": record.pk, "url": listing.record(record) if listing.record else None}
    for column in listing.columns:
        found[column.name] = _plain(value_at(record, column.way))
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, models.Model):
        return str(value)
    return float(value) if isinstance(value, Decimal) else value


def _row_model(listing: Listing) -> type[BaseModel]:
    fields: dict[str, Any] = {
        "id": (int, ...),
        "url": (str | None, Field(description=spoken(gettext_lazy("Address of the record's page")))),
    }
    for column in listing.columns:
        text = spoken(partial(column.heading, listing.model))
        fields[column.name] = (_type_of(listing, column), Field(description=text))
    name = "".join(part.capitalize() for part in listing.key.replace(".", "_").split("_"))
    return create_model(f"{name}Row", **fields)


def _type_of(listing: Listing, column: Column) -> Any:
    if column.type is not None:
        return column.type | None
    field = field_at(listing.model, column.way)
    if field is None:
        return Any
    found = next((t for kind, t in TYPES if isinstance(field, kind)), str)
    return Any if found is Any else found | None


def _meaning(listing: Listing, one: Filter, name: str) -> str:
    meaning: str = one.accepts(listing.model)[name][1]
    return meaning


def _query_model(listing: Listing, orders: dict[str, Order]) -> type[BaseModel]:
    fields: dict[str, Any] = {}
    for one in listing.filters:
        for name, (kind, _text) in one.accepts(listing.model).items():
            text = spoken(partial(_meaning, listing, one, name))
            many = get_origin(kind) is list
            written = INPUTS.get(kind, kind)
            usual: Any = Field([], max_length=VALUES, description=text) if many else Field(None, description=text)
            fields[name] = (written if many else written | None, usual)
    if any(field.name == CHANGED for field in listing.model._meta.concrete_fields):
        text = spoken(gettext_lazy("Only what changed at this instant or later; sorted by it unless asked otherwise"))
        fields["changed_since"] = (Instant | None, Field(None, description=text))
    order = spoken(gettext_lazy("Column to sort by, falling with -"))
    after = spoken(gettext_lazy("“next” of the page before"))
    limit = spoken(gettext_lazy("Rows of a page"))
    fields["sort"] = (Literal[tuple(orders)] | None, Field(None, description=order))
    fields["after"] = (str | None, Field(None, max_length=2000, description=after))
    fields["limit"] = (Whole, Field(LIMIT, ge=1, le=MOST, description=limit))
    return create_model("Asked", __config__=ConfigDict(extra="forbid"), **fields)
