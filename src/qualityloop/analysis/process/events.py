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
UNITS = (1_000_000, 1_000, 1)  # microseconds: whole seconds, whole milliseconds, neither
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
    Instants are counted in `unit` microseconds from `first`, sequence numbers from `first_seq`.
    """

    sql: Sql
    snapshot: str | None
    zone: str
    tickets: bool
    measured: str | None  # "ended_at", "lifecycle", or None where events are mere instants
    activities: tuple[str, ...]
    rows: int
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


def _profile(engine: Engine, columns: frozenset[str], snapshot: str | None, zone: str, tickets: bool) -> EventLog:
    """One pass over the log: names, ranges, resolution of its clock, what is incomplete, whether it has durations."""
    sql = DIALECTS[engine.dialect]
    instant = sql.microseconds.format(sql.column("at"))
    phase = "lower(lifecycle)" if "lifecycle" in columns else "NULL"
    states = ", ".join(f"'{state}'" for state in STATES)
    found = engine.query(
        f"SELECT name, count(*) AS n, min(us) AS first, max(us) AS last, min(seq) AS first_seq, max(seq) AS last_seq,"
        f" max(CASE WHEN us % 1000000 <> 0 THEN 1 ELSE 0 END) AS subsecond,"
        f" max(CASE WHEN us % 1000 <> 0 THEN 1 ELSE 0 END) AS submilli,"
        f" max(CASE WHEN phase = 'start' THEN 1 ELSE 0 END) AS starts,"
        f" max(CASE WHEN phase = 'complete' THEN 1 ELSE 0 END) AS completes,"
        f" sum(CASE WHEN phase IN ({states}) THEN 1 ELSE 0 END) AS states"
        f" FROM (SELECT CASE WHEN ticket_id IS NULL OR {sql.column('at')} IS NULL THEN NULL ELSE activity END AS name,"
        f" {instant} AS us, coalesce(seq, 0) AS seq, {phase} AS phase FROM {EVENTS}) AS rows GROUP BY name"
    ).to_pylist()
    named = [row for row in found if row["name"] is not None]
    measured = "ended_at" if "ended_at" in columns else None
    if measured is None and any(row["starts"] for row in named) and any(row["completes"] for row in named):
        measured = "lifecycle"
    finest = 2 if any(row["submilli"] for row in named) else 1 if any(row["subsecond"] for row in named) else 0
    return EventLog(
        sql=sql,
        snapshot=snapshot,
        zone=zone,
        tickets=tickets,
        measured=measured,
        activities=tuple(sorted(row["name"] for row in named)),
        rows=sum(row["n"] for row in found),
        incomplete=sum(row["n"] for row in found if row["name"] is None),
        states=sum(row["states"] for row in named) if measured == "lifecycle" else 0,
        unit=UNITS[finest],
        first=min((row["first"] for row in named), default=0),
        last=max((row["last"] for row in named), default=0),
        first_seq=min((row["first_seq"] for row in named), default=0),
        last_seq=max((row["last_seq"] for row in named), default=0),
    )
