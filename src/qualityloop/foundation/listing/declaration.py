"""The declaration of a list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from django.db import models
from django.utils.functional import Promise

from qualityloop.foundation.listing.columns import Column
from qualityloop.foundation.listing.fields import Model, relations_at
from qualityloop.foundation.listing.filters import Filter

if TYPE_CHECKING:
    from qualityloop.foundation.permissions import Elsewhere, Permission

RESERVED = frozenset({"page", "sort", "format", "view", "after", "limit", "changed_since"})


@dataclass(frozen=True)
class Button:
    """Something to do from a list: a link to a page of one's own, for those who have the right."""

    label: str | Promise
    url_name: str
    right: Permission | Elsewhere
    icon: str = "plus"


@dataclass(frozen=True, eq=False)
class Listing:
    """A list of records: what it shows, to whom, and how one finds something in it.

    `query` answers the rows that a person may see; `order` is the column (with `-` for descending) by which
    they come. `small` says that it never has more than a few thousand rows, so that every column sorts.
    `record` is the address of a row's page. `api` is the list's name in the REST API: the last part of `key`
    where it is left out, none where it is empty. `empty` says what to do while there is nothing.
    """

    key: str
    title: str | Promise
    right: Permission
    query: Callable[[Any], models.QuerySet[Any]]
    columns: tuple[Column, ...]
    order: str
    empty: str | Promise
    filters: tuple[Filter, ...] = ()
    record: Callable[[Any], str | None] | None = None
    note: str | Promise = ""
    buttons: tuple[Button, ...] = ()
    small: bool = False
    api: str | None = None
    of: Model | None = None

    def __post_init__(self) -> None:
        """Enter the list into the register; a name that is taken, or given twice, is a fault of the declaration."""
        names = [p for f in self.filters for p in f.parameters]
        if clash := (set(names) & RESERVED) | {n for n in names if names.count(n) > 1}:
            raise ValueError(f"list {self.key}: {sorted(clash)} cannot be names of filters")
        if len({c.name for c in self.columns}) != len(self.columns):
            raise ValueError(f"list {self.key}: a column is named twice")
        if self.key in LISTINGS:
            raise ValueError(f"list {self.key} is declared twice")
        LISTINGS[self.key] = self

    @cached_property
    def model(self) -> Model:
        """Whose records they are: as `of` or the annotation of `query` says, else by asking it."""
        if self.of is not None:
            return self.of
        try:
            said = get_args(get_type_hints(self.query).get("return"))
        except (NameError, TypeError):
            said = ()
        if said and isinstance(said[0], type) and issubclass(said[0], models.Model):
            return said[0]
        from qualityloop.foundation.models import User
        from qualityloop.foundation.roles import Role

        return self.query(User(pk=0, role=Role.ADMIN.value)).model

    @cached_property
    def api_name(self) -> str:
        """Its place below /api/v1/; empty for none."""
        return self.key.rpartition(".")[2].replace("_", "-") if self.api is None else self.api

    @cached_property
    def orders(self) -> dict[str, str]:
        """Columns by which one may sort, and the field that does it."""
        found = {c.name: c.order(self.model, small=self.small) for c in self.columns}
        return {name: field for name, field in found.items() if field is not None}

    @cached_property
    def joins(self) -> tuple[str, ...]:
        """Other tables that the columns read; fetched in the same query."""
        found = (relations_at(self.model, column.way) for column in self.columns)
        return tuple(dict.fromkeys(path for path in found if path))

    def rows(self, user: object) -> models.QuerySet[Any]:
        """The rows that `user` may see, unsorted, with what the columns read."""
        found = self.query(user)
        return found.select_related(*self.joins) if self.joins else found

    def sorted_by(self, rows: models.QuerySet[Any], sort: str) -> models.QuerySet[Any]:
        """`rows` in the order of a column, ties by their keys, so that no row is on two pages."""
        name = sort.removeprefix("-")
        minus = "-" if sort.startswith("-") else ""
        return rows.order_by(minus + self.orders.get(name, name), minus + "pk")


LISTINGS: dict[str, Listing] = {}
