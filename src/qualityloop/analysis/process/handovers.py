"""Who hands cases to whom: two neighbouring events of a case that different people, or teams, did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from qualityloop.analysis.engine import Engine
from qualityloop.analysis.lake import Lake
from qualityloop.analysis.messages import AnalysisError, Place, message
from qualityloop.analysis.process.events import EVENTS, EventLog, attached, complete
from qualityloop.analysis.process.mining import check_selection
from qualityloop.analysis.process.queries import with_cases
from qualityloop.analysis.process.selection import Selection, TicketCondition

By = Literal["actor", "team"]


@dataclass(frozen=True, slots=True)
class Handover:
    """`count` times a case went from `source` to `target`, in `cases` cases, after `mean_seconds` on average."""

    source: str
    target: str
    count: int
    cases: int
    mean_seconds: float

    def to_json(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "source": self.source,
            "target": self.target,
            "count": self.count,
            "cases": self.cases,
            "mean_seconds": self.mean_seconds,
        }


def handovers(
    source: Lake,
    *,
    engine: Engine,
    by: By,
    start: date | None = None,
    end: date | None = None,
    where: TicketCondition | None = None,
) -> tuple[Handover, ...]:
    """Hand-overs between people (`actor`) or teams, the most frequent first; cases are chosen as in `mine`.

    Events without an actor (or team) are left out: the case stays with whoever had it. Waiting runs from the last
    event of one to the first of the other. AnalysisError where the events do not say who did them.
    """
    check_who(source, by)
    with attached(source, engine) as log:
        check_selection(log, where)
        if not log.activities:
            return ()
        rows = engine.query(_sql(log, Selection(start, end, where), by)).to_pylist()
    found = [Handover(r["a"], r["b"], int(r["n"]), int(r["cases"]), r["total"] / r["n"] / 1e6) for r in rows]
    return tuple(sorted(found, key=lambda h: (-h.count, h.source, h.target)))


def check_who(source: Lake, by: str) -> None:
    """AnalysisError where the events do not say who did them."""
    dataset = source.datasets.get(EVENTS)
    if dataset is None or by not in ("actor", "team") or by not in dataset.columns:
        raise AnalysisError(message("the event log does not say who did what"), Place(str(source.root)))


def passings(log: EventLog, by: By) -> str:
    """One row per hand-over of the cases in `cases`: ticket_id, a, b, waiting (microseconds)."""
    us = log.sql.microseconds.format(log.sql.column("at"))
    name = log.sql.column(by)
    own = "PARTITION BY ticket_id ORDER BY us, seq, activity"
    events = (
        f"SELECT ticket_id, {name} AS who, {us} AS us, coalesce(seq, 0) AS seq, activity FROM {EVENTS}"
        f" WHERE {complete(log.sql)} AND {name} IS NOT NULL AND ticket_id IN (SELECT case_id FROM cases)"
    )
    pairs = (
        "SELECT ticket_id, who AS a, lead(who) OVER own AS b, lead(us) OVER own - us AS waiting"
        f" FROM ({events}) AS events WINDOW own AS ({own})"
    )
    return f"SELECT ticket_id, a, b, waiting FROM ({pairs}) AS pairs WHERE b IS NOT NULL AND a <> b"


def _sql(log: EventLog, selection: Selection, by: By) -> str:
    return (
        f"{with_cases(log, selection)} SELECT a, b, count(*) AS n, count(DISTINCT ticket_id) AS cases,"
        f" CAST(sum(waiting) AS DOUBLE) AS total FROM ({passings(log, by)}) AS passings GROUP BY a, b"
    )
