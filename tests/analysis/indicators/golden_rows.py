"""A few rows of every dataset, written by hand: the ground on which the golden answers were counted by hand."""

from __future__ import annotations

import duckdb

YES, NO = True, False

TICKETS = (
    "ticket_id text, channel text, kind text, product_kind text, first_response_minutes double, "
    "resolution_hours double, in_time boolean, contacts bigint, reopened bigint, escalated boolean, "
    "deviated boolean, reassigned bigint, "
    "queue_seconds double, handling_minutes double",
    [
        ("T1", "phone", "repair", "hardware", 15, 48, YES, 1, 0, NO, NO, 0, 30, 20),
        ("T2", "phone", "repair", "hardware", 15.5, 60, NO, 2, 1, YES, NO, 1, 90, 45),
        ("T3", "phone", "consultation", "hardware", 3, 0.5, YES, 1, 0, NO, NO, 0, 10, 5),
        ("T4", "phone", "repair", "hardware", None, None, None, None, None, NO, None, None, None, None),
        ("T5", "online", "technical_support", "software", 5, 24, YES, 1, 0, NO, YES, 0, 60, 30),
        ("T6", "online", "technical_support", "software", 5.5, 30, NO, 3, 2, YES, YES, 2, 120, 60),
        ("T7", "online", "consultation", "software", 2, 1, None, 1, 1, NO, NO, 0, 0, 10),
        ("T8", "online", "repair", "hardware", None, None, None, 2, 0, None, NO, 1, 45, None),
        ("T9", "email", "technical_support", "software", 720, 12, YES, 1, None, NO, NO, 0, None, 15),
        ("T10", "app", "installation", "hardware", 721, 72, NO, 2, 0, NO, NO, 0, None, 90),
        ("T11", None, None, None, None, 36, YES, None, 0, NO, NO, 1, 20, 25),
        ("T12", "app", "repair", "hardware", 100, 24, YES, 1, 0, None, NO, 0, 25, 40),
    ],
)
TICKET_EVENTS = (
    "ticket_id text, seq bigint, activity text",
    [("T1", n, "处理") for n in (1, 2, 3)] + [("T2", n, "处理") for n in (1, 2, 3, 4)],
)
INTERACTIONS = (
    "interaction_id text, channel text, answer_seconds double, queue_seconds double, duration_minutes double, "
    "complexity text, solved boolean, abandoned boolean",
    [
        ("I1", "phone", 30, 25, 4, "simple", YES, NO),
        ("I2", "phone", 31, 61, 5, "simple", YES, NO),
        ("I3", "phone", None, 60, None, "simple", None, YES),
        ("I4", "online", 10, None, 5.1, "simple", YES, NO),
        ("I5", "online", 45, 80, 3, "simple", NO, NO),
        ("I6", "email", 600, None, 20, "normal", YES, None),
        ("I7", "phone", 5, 5, 2, "simple", None, NO),
        ("I8", "online", 12, 12, 8, "complex", YES, NO),
        ("I9", None, 20, 15, 3, None, YES, NO),
    ],
)
SURVEY_RESPONSES = (
    "response_id text, csat bigint, nps bigint, effort bigint",
    [
        ("S1", 5, 10, 1),
        ("S2", 5, 9, 2),
        ("S3", 4, 8, 2),
        ("S4", 4, 7, 3),
        ("S5", 3, 6, 5),
        ("S6", 1, 0, 7),
        ("S7", None, 10, None),
        ("S8", 5, None, 1),
    ],
)
COMPLAINTS = (
    "complaint_id text, classification_hours double, answer_hours double",
    [("C1", 24, 48), ("C2", 24.5, 12), ("C3", 1, 49), ("C4", None, None), ("C5", 2, 20)],
)
REVIEWS = (
    "review_id text, rating double, answer_hours double",
    [("R1", 5, 1), ("R2", 4, 48), ("R3", 3.9, 50), ("R4", 1, None), ("R5", None, 2), ("R6", 4.5, 72)],
)
SCORES = (
    "score_id text, total double, critical_failed boolean",
    [("Q1", 95, NO), ("Q2", 80.5, NO), ("Q3", 0, YES), ("Q4", None, NO), ("Q5", 100, None), ("Q6", 90, NO)],
)
SCORE_ITEMS = (
    "item text, dimension text, points double, max_points double, not_applicable boolean",
    [
        ("礼貌用语", "服务态度", 20, 20, NO),
        ("礼貌用语", "服务态度", 15, 20, NO),
        ("标准话术", "专业能力", 10, 10, NO),
        ("标准话术", "专业能力", None, 10, YES),
        ("wording", "attitude", 10, 10, None),
        ("积极语气", "服务态度", 8, 10, NO),
        ("业务解答准确", "专业能力", 12, 15, NO),
        ("及时升级", "专业能力", 5, 5, YES),
        ("首次响应", "响应效率", 10, 10, NO),
        ("服务用语", "服务态度", None, 20, NO),
    ],
)
PARTS_USED = ("use_id text, wait_hours double", [("P1", 0), ("P2", 24), ("P3", 48), ("P4", None), ("P5", 12)])
KNOWLEDGE_USES = (
    "use_id text, helpful boolean",
    [("K1", YES), ("K2", YES), ("K3", NO), ("K4", None), ("K5", YES)],
)

TABLES = {
    "tickets": TICKETS,
    "ticket_events": TICKET_EVENTS,
    "interactions": INTERACTIONS,
    "survey_responses": SURVEY_RESPONSES,
    "complaints": COMPLAINTS,
    "reviews": REVIEWS,
    "scores": SCORES,
    "score_items": SCORE_ITEMS,
    "parts_used": PARTS_USED,
    "knowledge_uses": KNOWLEDGE_USES,
}


def open_tables() -> duckdb.DuckDBPyConnection:
    """A database with the rows above; resolved tickets are those with a resolution time."""
    connection = duckdb.connect()
    for name, (columns, rows) in TABLES.items():
        connection.execute(f"CREATE TABLE {name} ({columns})")
        marks = ", ".join("?" * len(columns.split(",")))
        connection.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
    connection.execute("ALTER TABLE tickets ADD COLUMN resolved_at TIMESTAMP")
    connection.execute(
        "UPDATE tickets SET resolved_at = TIMESTAMP '2026-03-02 08:00:00' WHERE resolution_hours IS NOT NULL"
    )
    return connection
