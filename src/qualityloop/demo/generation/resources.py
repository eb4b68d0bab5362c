"""Parts that were used, trainings that were passed, knowledge that was looked up."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from qualityloop.demo import organisation as org
from qualityloop.demo import stories
from qualityloop.demo.generation import events
from qualityloop.demo.generation.events import ACTIVITIES, Log
from qualityloop.demo.generation.tickets import Tickets
from qualityloop.demo.generation.world import (
    Instants,
    Integers,
    Names,
    World,
    chance,
    labels,
    lognormal,
    numbered,
    pick,
    table,
    texts,
)

NEEDS_PARTS = 0.42  # of the repairs that need not wait
OTHER_PARTS = ("密封圈", "螺丝包", "线束")

# course: (module, share that passes)
COURSES = {
    "服务礼仪与沟通": ("服务规范", 0.95),
    "投诉处理": ("服务规范", 0.90),
    "产品知识月考": ("专业能力", 0.91),
    "故障诊断实操": ("专业能力", 0.88),
    "知识库使用": ("工具", 0.96),
    "安全作业": ("安全", 0.97),
}
FIELD_ONLY, CONTACT_ONLY = ("故障诊断实操", "安全作业"), ("服务礼仪与沟通", "投诉处理")

LOOKED_UP = {org.TECHNICAL_SUPPORT: 0.34, org.CONSULTATION: 0.22, org.REPAIR: 0.16}
LOOKED_UP_AFTER = 0.82  # technical support, once looking first was the rule


def parts_table(world: World, tickets: Tickets, log: Log) -> pa.Table:
    """The dataset `parts_used`; tickets that wait for parts in the log waited for one that was not in stock."""
    rng = world.rng("parts")
    begun, arrived = (_first(log, name, len(tickets)) for name in (events.PART_ORDERED, events.PART_ARRIVED))
    visited = _first(log, events.VISITED, len(tickets))
    waited = ~np.isnat(arrived)
    plain = ~np.isnat(visited) & ~tickets.waits_for_parts & chance(rng, NEEDS_PARTS, len(tickets))
    second = plain & chance(rng, 0.15, len(tickets))
    rows = np.concatenate([np.flatnonzero(waited), np.flatnonzero(plain), np.flatnonzero(second)])
    missing = np.concatenate([np.ones(waited.sum(), bool), np.zeros(plain.sum() + second.sum(), bool)])
    at = np.where(missing, arrived[rows], visited[rows])
    order = np.lexsort((missing, at))
    rows, missing, at = rows[order], missing[order], at[order]
    wait = (arrived[rows] - begun[rows]).astype(np.int64) / 3.6e9
    columns = {
        "use_id": numbered("LY", len(rows)),
        "at": at,
        "ticket_id": tickets.ticket_id[rows],
        "part": _parts(rng, tickets.product[rows]),
        "quantity": 1.0 + (rng.random(len(rows)) < 0.08),
        "wait_hours": np.round(np.where(missing, wait, lognormal(rng, 1.2, 0.5, len(rows))), 2),
        "in_stock": ~missing,
        "team": tickets.team[rows],
        "product": tickets.product[rows],
        "region": tickets.region[rows],
    }
    return table("parts_used", columns)


def _first(log: Log, activity: str, size: int) -> Instants:
    """When `activity` first happened to each ticket; NaT where it did not."""
    result = np.full(size, np.datetime64("NaT", "us"))
    rows = np.flatnonzero(log.activity == ACTIVITIES.index(activity))[::-1]
    result[log.ticket[rows]] = log.at[rows]
    return result


def _parts(rng: np.random.Generator, product: Names) -> Names:
    result = np.full(len(product), None, dtype=object)
    for line in org.PRODUCTS:
        rows = np.flatnonzero(product == line.name)
        options = (*line.parts, *OTHER_PARTS)
        weights = np.array([4.0] * len(line.parts) + [1.0] * len(OTHER_PARTS))
        result[rows] = labels(options, pick(rng, weights, len(rows)))
    return result


def training_table(world: World) -> pa.Table:
    """The dataset `training_results`: every course each third month, on one day per team; a few are ill."""
    rng = world.rng("training")
    months = np.arange(np.datetime64(world.start, "M"), np.datetime64(world.until, "M") + 1)
    found: list[tuple[np.datetime64, str, str, str]] = []
    for number, title in enumerate(COURSES):
        for month in months[number % 3 :: 3]:
            for place, people in world.agents.items():
                station = place in org.STATIONS.values()
                if title in (CONTACT_ONLY if station else FIELD_ONLY):
                    continue
                day = (month.astype("datetime64[D]") + int(rng.integers(7, 26))).astype("datetime64[us]")
                moment = day + np.timedelta64(int(rng.integers(9, 17)), "h") - org.UTC_OFFSET
                found += [(moment, person, place, title) for person in people if rng.random() > 0.06]
    found = sorted(row for row in found if row[0] < world.horizon)
    size = len(found)
    at = np.array([row[0] for row in found], dtype="datetime64[us]")
    agent, team, course = (texts(str(row[i]) for row in found) for i in (1, 2, 3))
    passed = chance(rng, np.array([COURSES[c][1] for c in course]), size)
    mark = np.where(passed, np.clip(rng.normal(86, 6.5, size), 60, 100), np.clip(rng.normal(51, 6, size), 20, 59))
    columns = {
        "result_id": numbered("PX", size),
        "at": at,
        "agent": agent,
        "team": team,
        "course": course,
        "module": np.array([COURSES[c][0] for c in course], dtype=object),
        "mark": np.round(mark),
        "passed": passed,
    }
    return table("training_results", columns)


def knowledge_table(world: World, tickets: Tickets) -> pa.Table:
    """The dataset `knowledge_uses`; technical support looks first once the measure that worked is in force."""
    rng = world.rng("knowledge")
    story = stories.WORKED
    share = np.array([LOOKED_UP.get(k, 0.0) for k in tickets.kind])
    in_force = (tickets.team == story.where["team"]) & (tickets.created >= world.begins(story))
    share = np.where(in_force, LOOKED_UP_AFTER, share)
    looked = chance(rng, share, len(tickets)) & ~np.isnat(tickets.first_response)
    at = tickets.first_response + (rng.integers(20, 1500, len(tickets)) * 1_000_000).astype("timedelta64[us]")
    rows = np.flatnonzero(looked & (at < world.horizon))
    rows = rows[np.argsort(at[rows], kind="stable")]
    columns = {
        "use_id": numbered("ZS", len(rows)),
        "at": at[rows],
        "article": _articles(tickets, rows, rng.integers(1, 4, len(rows))),
        "ticket_id": tickets.ticket_id[rows],
        "agent": tickets.agent[rows],
        "team": tickets.team[rows],
        "channel": tickets.channel[rows],
        "helpful": np.where(chance(rng, 0.7, len(rows)), chance(rng, 0.86, len(rows)), np.nan),
    }
    return table("knowledge_uses", columns)


def _articles(tickets: Tickets, rows: Integers, number: Integers) -> Names:
    named = zip(tickets.product[rows], tickets.category[rows], number, strict=True)
    return texts(f"{product or '通用'}·{category}({n})" for product, category, n in named)
