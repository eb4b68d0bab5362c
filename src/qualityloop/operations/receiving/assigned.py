"""From the names of an import to rows: teams, agents, customers, tickets."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from qualityloop.customers.receiving import customers_by_key
from qualityloop.foundation.records import bulk
from qualityloop.foundation.records.targets import Delivery
from qualityloop.operations.models import Ticket
from qualityloop.people.services import departments_by_name, staff_by_name


def team_column(table: pa.Table, delivery: Delivery) -> dict[str, pa.Array]:
    """`team_id` by name, where the table has teams."""
    if "team" not in table.column_names:
        return {}
    names = _texts(table, "team")
    found = departments_by_name((name for name in names.unique().to_pylist() if name), actor=delivery.batch.actor)
    return {"team_id": _mapped(names, found)}


def assigned_columns(table: pa.Table, delivery: Delivery) -> dict[str, pa.Array]:
    """`team_id`, `agent_id` and `customer_id` by name or key, where the table has them."""
    columns = team_column(table, delivery)
    if "agent" in table.column_names:
        columns["agent_id"] = _agents(table, delivery)
    return columns | customer_column(table, delivery)


def customer_column(table: pa.Table, delivery: Delivery) -> dict[str, pa.Array]:
    """`customer_id` by key, where the table has customers."""
    if "customer" not in table.column_names:
        return {}
    keys = _texts(table, "customer")
    tiers, regions = _texts(table, "tier").to_pylist(), _texts(table, "region").to_pylist()
    first: dict[str, tuple[str, str, str]] = {}
    for key, tier, region in zip(keys.to_pylist(), tiers, regions, strict=True):
        if key and key not in first:
            first[key] = (key, tier or "", region or "")
    found = customers_by_key(list(first.values()), source=delivery.source, batch=delivery.batch)
    return {"customer_id": _mapped(keys, found)}


def ticket_columns(table: pa.Table, delivery: Delivery) -> dict[str, pa.Array]:
    """`ticket_key` as it was delivered and `ticket_id`, empty while the ticket is not here."""
    if "ticket_id" not in table.column_names:
        return {}
    keys = _texts(table, "ticket_id")
    found = bulk.numbers_by_key(Ticket, delivery.source, [key for key in keys.unique().to_pylist() if key])
    return {"ticket_key": keys.fill_null(""), "ticket_id": _mapped(keys, found)}


def _agents(table: pa.Table, delivery: Delivery) -> pa.Array:
    agents, teams = _texts(table, "agent").to_pylist(), _texts(table, "team").to_pylist()
    pairs = [(agent, team or None) if agent else None for agent, team in zip(agents, teams, strict=True)]
    found = staff_by_name(
        (pair for pair in dict.fromkeys(pairs) if pair), actor=delivery.batch.actor, batch=delivery.batch
    )
    return pa.array([found.get(pair) if pair else None for pair in pairs], pa.int64())


def _texts(table: pa.Table, name: str) -> pa.Array:
    """A column with blanks at both ends cut off; nothing but nothing where the table has no such column."""
    if name not in table.column_names:
        return pa.nulls(table.num_rows, pa.string())
    column: Any = table.column(name)
    return pc.utf8_trim_whitespace(column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column)


def _mapped(names: pa.Array, found: dict[str, int]) -> pa.Array:
    """Each name's number, empty where there is none."""
    coded = names.dictionary_encode()
    numbers = pa.array([found.get(name) for name in coded.dictionary.to_pylist()], pa.int64())
    return numbers.take(coded.indices)
