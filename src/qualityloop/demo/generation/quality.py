"""Quality checks: a random sample of the conversations, drawn more densely where there are few, and scored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from qualityloop.demo import organisation as org
from qualityloop.demo.generation.durations import in_story_night
from qualityloop.demo.generation.interactions import Interactions
from qualityloop.demo.generation.tickets import Tickets
from qualityloop.demo.generation.world import (
    DAY,
    Flags,
    Instants,
    Integers,
    Names,
    Numbers,
    World,
    chance,
    labels,
    numbered,
    pick,
    seconds,
    table,
)

SAMPLED = {org.EARLY: 0.10, org.MIDDLE: 0.12, org.NIGHT: 0.20}
SCORERS = ("赵敏", "钱莉", "孙佳")
SHEETS = {org.PHONE: "电话服务评分表", org.ONLINE: "在线服务评分表"}


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the score sheet: full points, chance of full points, chance that it does not apply."""

    name: str
    dimension: str
    points: float
    full: float
    skipped: float = 0.0


ITEMS = (
    Item("礼貌用语", "服务态度", 20, 0.965),
    Item("耐心倾听不打断", "服务态度", 20, 0.945),
    Item("积极语气", "服务态度", 10, 0.93),
    Item("业务解答准确", "专业能力", 15, 0.92),
    Item("标准话术", "专业能力", 10, 0.955),
    Item("及时升级", "专业能力", 5, 0.95, 0.78),
    Item("首次响应", "响应效率", 10, 0.93),
    Item("解决时长", "响应效率", 10, 0.92, 0.05),
)
LATE_ITEM = "首次响应"
CRITICAL = 0.004


def score_tables(world: World, tickets: Tickets, talks: Interactions) -> dict[str, pa.Table]:
    """The datasets `scores` and `score_items`."""
    rng = world.rng("scores")
    probability = np.array([SAMPLED[s] for s in talks.shift])
    scored_at = _next_desk_time(rng, talks.ended)
    drawn = chance(rng, probability, len(talks)) & ~talks.abandoned & (scored_at < world.horizon)
    rows = np.flatnonzero(drawn & (talks.ticket >= 0))
    rows = rows[np.argsort(scored_at[rows], kind="stable")]
    score_id, scored_at, probability = numbered("ZJ", len(rows)), scored_at[rows], probability[rows]
    night = in_story_night(world, talks.started, talks.channel, talks.shift)[rows]
    points, applies = _points(rng, night)
    full = np.array([i.points for i in ITEMS])
    total = 100 * points.sum(axis=1) / np.where(applies, full, 0).sum(axis=1)
    critical = chance(rng, CRITICAL, len(rows))
    shared = {name: getattr(talks, name)[rows] for name in ("channel", "team", "agent", "shift")}
    scores = {
        "score_id": score_id,
        "scored_at": scored_at,
        "sheet": np.array([SHEETS[c] for c in shared["channel"]], dtype=object),
        "interaction_id": talks.interaction_id[rows],
        "ticket_id": tickets.ticket_id[talks.ticket[rows]],
        **shared,
        "scorer": labels(SCORERS, pick(rng, (0.4, 0.32, 0.28), len(rows))),
        "total": np.where(critical, 0.0, np.round(total, 1)),
        "critical_failed": critical,
        "inclusion_probability": probability,
    }
    items = _item_columns(score_id, scored_at, probability, shared=shared, points=points, applies=applies)
    return {"scores": table("scores", scores), "score_items": table("score_items", items)}


def _points(rng: np.random.Generator, night: Flags) -> tuple[Numbers, Flags]:
    """Points and whether the item applies, a row per score and a column per item."""
    shape = (len(night), len(ITEMS))
    full = np.array([i.full for i in ITEMS]) * np.ones(shape)
    full[night, [i.name for i in ITEMS].index(LATE_ITEM)] = 0.45
    most = np.array([i.points for i in ITEMS])
    lost = np.rint(most * rng.choice((0.2, 0.4, 0.6, 1.0), shape, p=(0.45, 0.3, 0.15, 0.1)))
    applies = rng.random(shape) >= np.array([i.skipped for i in ITEMS])
    points = np.where(rng.random(shape) < full, most, most - lost)
    return np.where(applies, points, 0.0), applies


def _item_columns(
    score_id: Names,
    scored_at: Instants,
    probability: Numbers,
    *,
    shared: dict[str, Names],
    points: Numbers,
    applies: Flags,
) -> dict[str, np.ndarray]:
    many, size = len(ITEMS), len(score_id)
    flat = applies.ravel()
    return {
        "score_id": np.repeat(score_id, many),
        "item": np.tile(np.array([i.name for i in ITEMS], dtype=object), size),
        "scored_at": np.repeat(scored_at, many),
        "dimension": np.tile(np.array([i.dimension for i in ITEMS], dtype=object), size),
        **{name: np.repeat(values, many) for name, values in shared.items()},
        "points": np.where(flat, points.ravel(), np.nan),
        "max_points": np.tile(np.array([i.points for i in ITEMS]), size),
        "not_applicable": ~flat,
        "inclusion_probability": np.repeat(probability, many),
    }


def _next_desk_time(rng: np.random.Generator, ended: Instants) -> Instants:
    """Some time of the next day's office hours, Saturdays and Sundays passed over."""
    beyond = np.datetime64("2200-01-01", "us")
    local = np.where(np.isnat(ended), beyond, ended) + org.UTC_OFFSET
    day = local.astype("datetime64[D]") + 1
    weekday: Integers = (day.astype(np.int64) + 3) % 7
    day = day + np.where(weekday >= 5, 7 - weekday, 0)
    at = day.astype("datetime64[us]") + seconds(np.floor(3600 * rng.uniform(9, 17.5, len(ended))))
    return np.where(at > beyond - DAY, beyond, at - org.UTC_OFFSET)
