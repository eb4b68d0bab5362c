"""Made-up tickets and events of any number, the same for every contender; from hashes, so always the same."""

from __future__ import annotations

from pathlib import Path

import duckdb

from qualityloop.analysis.lake import Lake, LakeWriter

FIRST = "2025-10-31 16:00:00"  # midnight of 1 November in Shanghai; a year ends with October
ACTIVITIES = (
    "register",
    "classify",
    "dispatch",
    "accept",
    "diagnose",
    "wait for part",
    "visit",
    "repair",
    "call back",
    "close",
)


def _uniform(salt: int) -> str:
    """A number in 0..1 from the row number i."""
    return f"((hash(i * 31 + {salt}) % 1000003) / 1000003.0)"


def _pick(salt: int, names: tuple[str, ...]) -> str:
    listed = ", ".join(f"'{name}'" for name in names)
    return f"[{listed}][1 + CAST(hash(i * 17 + {salt}) % {len(names)} AS INTEGER)]"


TEAMS = tuple(f"team {n}" for n in range(1, 13))
CHANNELS = ("phone", "online", "app", "email", "social")
PRODUCTS = tuple(f"product {n}" for n in range(1, 21))


def tickets_sql(rows: int, days: int = 365, first: str = FIRST) -> str:
    """SELECT of `rows` tickets over `days` days, ascending in time; some lack a response or a resolution."""
    return f"""
    SELECT 'T' || lpad(i::VARCHAR, 9, '0') AS ticket_id,
      created_at,
      CASE WHEN {_uniform(1)} < 0.97
        THEN created_at + to_microseconds(CAST(-ln(1 - {_uniform(2)}) * 2.4e8 AS BIGINT)) END AS first_response_at,
      CASE WHEN {_uniform(3)} < 0.95
        THEN created_at + to_microseconds(CAST(-ln(1 - {_uniform(4)}) * 7.2e10 AS BIGINT)) END AS resolved_at,
      created_at + INTERVAL 48 HOUR AS due_at,
      {_pick(5, CHANNELS)} AS channel, {_pick(6, TEAMS)} AS team, {_pick(7, PRODUCTS)} AS product,
      CASE WHEN {_uniform(8)} < 0.8 THEN 'hardware' ELSE 'software' END AS product_kind,
      CAST(1 + floor(-ln(1 - {_uniform(9)}) * 0.7) AS BIGINT) AS contacts,
      CAST(floor(-ln(1 - {_uniform(10)}) * 0.4) AS BIGINT) AS reopened,
      {_uniform(11)} < 0.05 AS escalated,
      -ln(1 - {_uniform(12)}) * 12 AS handling_minutes
    FROM (SELECT i,
            TIMESTAMP '{first}' + to_microseconds(CAST(i * ({days} * 8.64e10 / {rows}) AS BIGINT)) AS created_at
          FROM range({rows}) AS r(i))
    """


def events_sql(cases: int, days: int = 365, first: str = FIRST) -> str:
    """SELECT of about 7.6 events a case: the usual path with skips and repeats, some ties in time."""
    listed = ", ".join(f"'{name}'" for name in ACTIVITIES)
    return f"""
    SELECT 'T' || lpad(i::VARCHAR, 9, '0') AS ticket_id, CAST(j AS BIGINT) AS seq,
      started + to_microseconds(CAST(floor(j * (1 + {_uniform(21)} * 40)) AS BIGINT) * 600000000) AS at,
      [{listed}][1 + CAST((CASE WHEN hash(i * 13 + j) % 9 = 0 THEN greatest(j - 1, 0) ELSE j END)
                      * 10 // n AS INTEGER) % 10] AS activity,
      'agent ' || (hash(i * 7 + j) % 200) AS actor
    FROM (SELECT i, started, n, unnest(range(n)) AS j FROM (
          SELECT i,
            TIMESTAMP '{first}' + to_microseconds(CAST(i * ({days} * 8.64e10 / {cases}) AS BIGINT)) AS started,
            CAST(3 + floor({_uniform(22)} * 10.2) AS BIGINT) AS n
          FROM range({cases}) AS r(i)))
    """


def lake(path: Path, *, tickets: int, events: int = 0, memory: str = "4GB") -> Lake:
    """A lake of made-up tickets, and of the events of `events` cases."""
    connection = duckdb.connect()
    connection.execute(f"SET memory_limit = '{memory}'")
    with LakeWriter(path, zone="Asia/Shanghai", memory_limit=memory) as writer:
        writer.write("tickets", connection.sql(tickets_sql(tickets)).fetch_record_batch(200_000))
        if events:
            writer.write("ticket_events", connection.sql(events_sql(events)).fetch_record_batch(200_000))
        return writer.commit()
