"""The records of the demo organisation, drawn by chance with known probabilities."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa

from qualityloop.analysis.lake import Lake, LakeWriter
from qualityloop.demo import organisation as org
from qualityloop.demo.generation.complaints import complaint_table
from qualityloop.demo.generation.events import event_table, make_log
from qualityloop.demo.generation.exported import ticket_table
from qualityloop.demo.generation.feedback import review_table, survey_item_table, survey_table
from qualityloop.demo.generation.interactions import interaction_table, make_interactions
from qualityloop.demo.generation.messages import message_table
from qualityloop.demo.generation.quality import score_tables
from qualityloop.demo.generation.resources import knowledge_table, parts_table, training_table
from qualityloop.demo.generation.tickets import make_tickets
from qualityloop.demo.generation.world import World
from qualityloop.demo.stories import UNTIL

TICKETS = 60_000
SEED = 20260101


def tables(*, until: date = UNTIL, tickets: int = TICKETS, seed: int = SEED) -> dict[str, pa.Table]:
    """Every dataset of the demo; the same arguments give the same rows."""
    world = World(until, tickets, seed)
    made = make_tickets(world)
    log, talks = make_log(world, made), make_interactions(world, made)
    surveys = survey_table(world, made)
    return {
        "tickets": ticket_table(world, made, log),
        "ticket_events": event_table(world, made, log),
        "interactions": interaction_table(world, made, talks),
        "messages": message_table(world, made, talks),
        "survey_responses": surveys,
        "survey_items": survey_item_table(world, made, surveys),
        "complaints": complaint_table(world, made),
        "reviews": review_table(world, made),
        **score_tables(world, made, talks),
        "parts_used": parts_table(world, made, log),
        "training_results": training_table(world),
        "knowledge_uses": knowledge_table(world, made),
    }


def generate(
    lake_path: Path,
    *,
    until: date = UNTIL,
    tickets: int = TICKETS,
    seed: int = SEED,
    progress: Callable[[int, int], None] | None = None,
) -> Lake:
    """Write the demo organisation's lake to `lake_path`, replacing one that is there."""
    report = progress or (lambda done, of: None)
    made = tables(until=until, tickets=tickets, seed=seed)
    with LakeWriter(lake_path, zone=org.ZONE, calendar=org.CALENDAR) as lake:
        for done, (name, rows) in enumerate(made.items(), 1):
            report(done, len(made) + 1)
            lake.write(name, rows)
        report(len(made) + 1, len(made) + 1)
        return lake.commit()
