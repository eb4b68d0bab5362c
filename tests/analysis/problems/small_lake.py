"""Small lakes whose answers can be counted on paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from qualityloop.analysis.diagnose import Diagnosis, diagnose
from qualityloop.analysis.engine import open_engine
from qualityloop.analysis.indicators.standard import Indicator, Standard
from qualityloop.analysis.lake import Lake, LakeWriter
from qualityloop.analysis.messages import Text

INSTANT = pa.timestamp("us")
Ticket = dict[str, Any]


def rows(month: date, count: int, minutes: Sequence[float], **columns: str) -> list[Ticket]:
    """`count` tickets spread over the days of a month; first responses go through `minutes` in turn."""
    start = datetime(month.year, month.month, 1, 4, tzinfo=UTC).replace(tzinfo=None)
    return [
        {
            "created_at": (at := start + timedelta(days=i % 28, seconds=i)),
            "first_response_at": at + timedelta(minutes=minutes[i % len(minutes)]),
            **columns,
        }
        for i in range(count)
    ]


def make_lake(path: Path, tickets: Sequence[Ticket], complaints: Sequence[Ticket] = ()) -> Lake:
    with LakeWriter(path) as writer:
        writer.write("tickets", _table(tickets, "ticket_id"))
        if complaints:
            writer.write("complaints", _table(complaints, "complaint_id"))
        return writer.commit()


def _table(records: Sequence[Ticket], key: str) -> pa.Table:
    names = list(dict.fromkeys(name for record in records for name in record))
    types = {name: INSTANT if name.endswith("_at") else pa.string() for name in names}
    columns = {n: pa.array([r.get(n) for r in records], types[n]) for n in names}
    return pa.table({key: pa.array([f"N{i}" for i in range(len(records))]), **columns})


def indicator(key: str, formula: str, target: float | None, warning: float | None, **others: Any) -> Indicator:
    settings: dict[str, Any] = {"unit": "percent", "better": "higher", "dataset": "tickets", "period": "created_at"}
    return Indicator(key, Text(key, key), "d", formula=formula, target=target, warning=warning, **(settings | others))


def judged(lake: Lake, *indicators: Indicator, **options: Any) -> Diagnosis:
    """The diagnosis by a standard of just these indicators."""
    standard = Standard("own", "1", Text("自定", "Own"), {"d": Text("维", "d")}, indicators)
    with open_engine() as engine:
        return diagnose(lake, standard, engine=engine, **options)


IN_TIME = indicator("in_time", "share(first_response_minutes <= 5)", 0.8, 0.75)
MONTHS = [date(2026, month, 1) for month in range(1, 11)]
GOOD, BAD = [1.0] * 9 + [9.0], [1.0] + [9.0] * 9  # minutes: 90 % and 10 % within five
