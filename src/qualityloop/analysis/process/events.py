"""Where the events come from, made readable for the engine: a lake, or a table read from a file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from qualityloop.analysis.engine import Engine
from qualityloop.analysis.lake import Lake
from qualityloop.analysis.messages import AnalysisError, Place, message
from qualityloop.analysis.process.dialect import DIALECTS, Sql

EVENTS = "ticket_events"
TICKETS = "tickets"
DEFAULT_ZONE = "Asia/Shanghai"
# Changes of state in the XES standard that neither begin nor finish a step.
STATES = (
    "schedule",
    "assign",
    "reassign",
    "suspend",
    "resume",
    "autoskip",
    "manualskip",
    "withdraw",
    "ate_abort",
    "pi_abort",
)


@dataclass(frozen=True, slots=True)
class EventLog:
    """An attached log and what must be known of it before cases can be put in order.

    `activities` are all names in binary order: their positions are the codes that the queries count with.
    Instants are counted in `unit` microseconds (those of a second, a millisecond, or 1) from `first`, sequence
    numbers from `first_seq`.
    """

    sql: Sql
    snapshot: str | None
    zone: str
    tickets: bool
    measured: str | None  # "ended_at", "lifecycle", or None where events are mere instants
    activities: tuple[str, ...]
    incomplete: int
    states: int  # rows that only change the state of a step
    unit: int
    first: int
    last: int
    first_seq: int
    last_seq: int

    def code(self, activity: str) -> int | None:
        """The code of `activity`, or None where the log never mentions it."""
        return self.activities.index(activity) if activity in self.activities else None

    @property
    def seq_span(self) -> int:
        """How many sequence numbers there may be."""
        return self.last_seq - self.first_seq + 1

    @property
    def packs(self) -> bool:
        """Whether instant, sequence and activity fit together into one BIGINT, which sorts fastest."""
        instants = (self.last - self.first) // self.unit + 1
        return self.measured is None and instants * self.seq_span * max(len(self.activities), 1) < 2**63


@contextmanager
def attached(source: Lake | pa.Table, engine: Engine, zone: str | None = None) -> Iterator[EventLog]:
    """Attach the events (and tickets) of `source`; temporary files are gone afterwards."""
    if isinstance(source, Lake):
        dataset = source.datasets.get(EVENTS)
        if dataset is None:
            raise AnalysisError(message("there is no event log in this lake"), Place(str(source.root)))
        tickets = source.datasets.get(TICKETS)
        if tickets is not None and tickets.files:
            engine.attach(TICKETS, tickets.files)
        if not dataset.files:
            with _stored(_empty()) as file:
                engine.attach(EVENTS, [file])
                yield _profile(engine, frozenset(_empty().column_names), source.snapshot, source.zone, False)
            return
        engine.attach(EVENTS, dataset.files)
        yield _profile(engine, dataset.columns, source.snapshot, zone or source.zone, tickets is not None)
        return
    table = normalised(source)
    with _stored(table) as file:
        engine.attach(EVENTS, [file])
        yield _profile(engine, frozenset(table.column_names), None, zone or DEFAULT_ZONE, False)


@contextmanager
def _stored(table: pa.Table) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="qualityloop-events-") as folder:
        file = Path(folder) / "events.parquet"
        pq.write_table(table, file, compression="lz4")
        yield file


def _empty() -> pa.Table:
    return pa.table(
        {
            "ticket_id": pa.array([], pa.string()),
            "seq": pa.array([], pa.int64()),
            "at": pa.array([], pa.timestamp("us")),
            "activity": pa.array([], pa.string()),
        }
    )


def normalised(table: pa.Table) -> pa.Table:
    """A table of `case`, `activity`, `at` (and `seq`, `row`, `lifecycle`, `ended_at`) in the shape of ticket_events.

    `seq` becomes a number that breaks every tie: by the sequence column, where it is empty or equal by file order.
    """
    columns = {
        "ticket_id": pc.cast(table.column("case"), pa.string()),
        "seq": pa.array(_tie_breaker(table), pa.int64()),
        "at": pc.cast(table.column("at"), pa.timestamp("us")),
        "activity": pc.cast(table.column("activity"), pa.string()),
    }
    for name, kind in (("lifecycle", pa.string()), ("ended_at", pa.timestamp("us"))):
        if name in table.column_names and table.column(name).null_count < table.num_rows:
            columns[name] = pc.cast(table.column(name), kind)
    return pa.table(columns)


def _tie_breaker(table: pa.Table) -> np.ndarray:
    """Rank of each row by (sequence, file order); rows without a sequence number come last."""
    rows = np.arange(table.num_rows, dtype=np.int64)
    if "row" in table.column_names and not table.column("row").null_count:
        rows = table.column("row").to_numpy().astype(np.int64)
    if "seq" not in table.column_names or table.column("seq").null_count == table.num_rows:
        return rows
    sequence = table.column("seq").combine_chunks()
    missing = sequence.is_null().to_numpy(zero_copy_only=False)
    numbers = pc.fill_null(sequence, 0).to_numpy(zero_copy_only=False)
    ranks = np.empty(table.num_rows, dtype=np.int64)
    ranks[np.lexsort((rows, numbers, missing))] = np.arange(table.num_rows)
    return ranks


def complete(sql: Sql) -> str:
    """Whether a row is an event: it has case, activity and time."""
    return f"ticket_id IS NOT NULL AND activity IS NOT NULL AND {sql.column('at')} IS NOT NULL"


def _profile(engine: Engine, columns: frozenset[str], snapshot: str | None, zone: str, tickets: bool) -> EventLog:
    """Names, ranges, resolution of the clock, what is incomplete, and whether the log has durations."""
    sql = DIALECTS[engine.dialect]
    us = sql.microseconds.format(sql.column("at"))
    phases = dict.fromkeys(("starts", "completes", "states"), "0")
    if "lifecycle" in columns:
        states = ", ".join(f"'{state}'" for state in STATES)
        for name, condition in (("starts", "= 'start'"), ("completes", "= 'complete'"), ("states", f"IN ({states})")):
            phases[name] = f"coalesce(sum(CASE WHEN lower(lifecycle) {condition} THEN 1 ELSE 0 END), 0)"
    counted = ", ".join(f"{value} AS {name}" for name, value in phases.items())
    ranges = engine.query(
        f"SELECT count(*) AS n, coalesce(min({us}), 0) AS first, coalesce(max({us}), 0) AS last,"
        f" coalesce(min(coalesce(seq, 0)), 0) AS first_seq, coalesce(max(coalesce(seq, 0)), 0) AS last_seq,"
        f" max(abs({us} % 1000000)) AS subsecond, max(abs({us} % 1000)) AS submilli, {counted}"
        f" FROM {EVENTS} WHERE {complete(sql)}"
    ).to_pylist()[0]
    names = engine.query(f"SELECT DISTINCT activity FROM {EVENTS} WHERE {complete(sql)}")
    rows = engine.query(f"SELECT count(*) AS n FROM {EVENTS}").to_pylist()[0]["n"]
    measured = "ended_at" if "ended_at" in columns else None
    if measured is None and ranges["starts"] and ranges["completes"]:
        measured = "lifecycle"
    return EventLog(
        sql=sql,
        snapshot=snapshot,
        zone=zone,
        tickets=tickets,
        measured=measured,
        activities=tuple(sorted(names.column("activity").to_pylist())),
        incomplete=int(rows - ranges["n"]),
        states=int(ranges["states"]) if measured == "lifecycle" else 0,
        unit=1 if ranges["submilli"] else 1_000 if ranges["subsecond"] else 1_000_000,
        first=int(ranges["first"]),
        last=int(ranges["last"]),
        first_seq=int(ranges["first_seq"]),
        last_seq=int(ranges["last_seq"]),
    )
