"""What the contenders measure, and how somebody who knows SQL would write it. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence

QUANTITIES = (
    ("in_5_minutes", "TRUE", "share", "first_response_minutes <= 5"),
    ("in_15_minutes", "channel IN ('phone', 'online')", "share", "first_response_minutes <= 15"),
    ("first_contact", "TRUE", "share", "contacts = 1 AND reopened = 0"),
    ("escalated", "TRUE", "share", "escalated"),
    ("in_time", "TRUE", "share", "in_time"),
    ("mean_response", "TRUE", "avg", "first_response_minutes"),
    ("mean_resolution", "product_kind = 'hardware'", "avg", "resolution_hours"),
    ("mean_handling", "TRUE", "avg", "handling_minutes"),
    ("volume", "TRUE", "count", "ticket_id"),
    ("contacts", "TRUE", "sum", "contacts"),
    ("median_resolution", "TRUE", "median", "resolution_hours"),
    ("contacts_per_ticket", "TRUE", "ratio", "contacts"),
)


def digest(values: Sequence[float | None]) -> list[float]:
    """How many values there are, and their sum: contenders that compute something else are seen."""
    known = [float(v) for v in values if v is not None and v == v]
    return [len(known), round(sum(known), 2)]


def _aggregate(where: str, kind: str, what: str, *, quantile: str = "quantile_cont({x}, 0.5)") -> tuple[str, str]:
    """(value, n) as somebody who knows SQL would write them."""
    chosen = f"({where})"
    if kind == "share":
        n = f"count(*) FILTER (WHERE {chosen} AND ({what}) IS NOT NULL)"
        return f"CAST(count(*) FILTER (WHERE {chosen} AND ({what})) AS DOUBLE PRECISION) / nullif({n}, 0)", n
    if kind == "ratio":
        return f"CAST(sum({what}) AS DOUBLE PRECISION) / count(*)", "count(*)"
    n = f"count({what}) FILTER (WHERE {chosen})"
    if kind == "count":
        return n, n
    if kind == "median":
        return f"{quantile.format(x=what)} FILTER (WHERE {chosen})", n
    return f"{kind}({what}) FILTER (WHERE {chosen})", n


def select(month: str, quantile: str) -> str:
    """The whole question in one statement: value and n of every indicator."""
    columns = []
    for key, where, kind, what in QUANTITIES:
        value, n = _aggregate(where, kind, what, quantile=quantile)
        columns += [f"{value} AS {key}", f"{n} AS {key}_n"]
    return f"SELECT {month} AS month, team, channel, {', '.join(columns)} FROM tickets GROUP BY 1, 2, 3"
