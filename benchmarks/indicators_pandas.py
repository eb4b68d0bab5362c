"""pandas."""

from __future__ import annotations

import pandas as pd

from benchmarks.indicators_sql import digest


def pandas(lake: str) -> list[float]:
    """The usual notebook: read the columns that are needed, group, aggregate."""
    columns = [
        *("created_at_day", "team", "channel", "product_kind", "ticket_id", "first_response_minutes"),
        *("contacts", "reopened", "escalated", "in_time", "resolution_hours", "handling_minutes"),
    ]
    frame = pd.read_parquet(f"{lake}/tickets", columns=columns)
    frame["month"] = pd.to_datetime(frame["created_at_day"]).dt.to_period("M")
    answered = frame["first_response_minutes"]
    frame["in_5_minutes"] = (answered <= 5).astype(float).where(answered.notna())
    selected = answered.notna() & frame["channel"].isin(["phone", "online"])
    frame["in_15_minutes"] = (answered <= 15).astype(float).where(selected)
    frame["first_contact"] = ((frame["contacts"] == 1) & (frame["reopened"] == 0)).astype(float)
    frame["escalated"] = frame["escalated"].astype(float)
    frame["in_time"] = frame["in_time"].astype(float)
    frame["mean_resolution"] = frame["resolution_hours"].where(frame["product_kind"] == "hardware")
    table = frame.groupby(["month", "team", "channel"], observed=True).agg(
        in_5_minutes=("in_5_minutes", "mean"),
        in_15_minutes=("in_15_minutes", "mean"),
        first_contact=("first_contact", "mean"),
        escalated=("escalated", "mean"),
        in_time=("in_time", "mean"),
        mean_response=("first_response_minutes", "mean"),
        mean_resolution=("mean_resolution", "mean"),
        mean_handling=("handling_minutes", "mean"),
        volume=("ticket_id", "count"),
        contacts=("contacts", "sum"),
        median_resolution=("resolution_hours", "median"),
    )
    table["contacts_per_ticket"] = table["contacts"] / table["volume"]
    return digest(table.to_numpy().ravel().tolist())
