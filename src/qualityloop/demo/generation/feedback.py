"""What customers say afterwards: survey answers, and reviews on other people's platforms."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from qualityloop.demo import organisation as org
from qualityloop.demo import stories
from qualityloop.demo.generation.comments import comments
from qualityloop.demo.generation.durations import FIELD, in_story_night
from qualityloop.demo.generation.tickets import Tickets, due
from qualityloop.demo.generation.world import (
    NEVER,
    Flags,
    Instants,
    Integers,
    Names,
    Numbers,
    World,
    chance,
    labels,
    lognormal,
    numbered,
    pick,
    seconds,
    table,
    unless,
)

ANSWERED = 0.22  # of the closed tickets
# Chances of satisfaction 1..5 by how things went
HAPPY = (0.004, 0.006, 0.032, 0.188, 0.770)
LATE = (0.02, 0.03, 0.09, 0.28, 0.58)
ANNOYED = (0.12, 0.14, 0.22, 0.30, 0.22)
# Likelihood to recommend by satisfaction 1..5: weights of 0..10
RECOMMENDS = np.array(
    (
        (30, 18, 14, 12, 8, 8, 4, 3, 2, 1, 0),
        (8, 8, 10, 14, 14, 18, 14, 8, 4, 1, 1),
        (1, 1, 2, 4, 7, 16, 22, 24, 16, 5, 2),
        (0, 0, 0, 1, 1, 4, 7, 22, 32, 24, 9),
        (0, 0, 0, 0, 0, 1, 1, 4, 15, 30, 49),
    ),
    dtype=float,
)
COMMENTS = np.array((0.82, 0.74, 0.55, 0.28, 0.30))
TOUCHPOINTS = ("短信链接", "小程序", "电话回访", "现场扫码")
ITEMS_ASKED = 0.35  # of the answers have the long form
ITEMS = (  # name, how well it is done, how much it matters, what a late or repeated job costs it
    ("响应速度", 3.9, 4.5, 1.1),
    ("上门准时", 4.2, 4.1, 1.0),
    ("服务态度", 4.6, 4.0, 0.1),
    ("技术能力", 4.4, 4.6, 0.3),
    ("问题解决", 4.2, 4.7, 0.6),
    ("收费透明", 3.8, 3.9, 0.0),
    ("现场整洁", 4.5, 3.2, 0.0),
    ("资料讲解", 3.7, 3.1, 0.0),
)
OTHER_TOPICS = ("late_visit", "attitude", "skill", "price")

REVIEWED = 0.032
PLATFORMS = ("京东", "天猫", "抖音", "小红书", "应用商店", "微博")
PLATFORM_WEIGHTS = (0.34, 0.27, 0.16, 0.10, 0.08, 0.05)


def mood(world: World, tickets: Tickets) -> tuple[Integers, Names]:
    """(0 happy, 1 late, 2 annoyed) for each ticket, and what annoyed the customer: a topic of the comments or None."""
    night = in_story_night(world, tickets.created, tickets.channel, tickets.shift)
    night &= (tickets.first_response - tickets.created) > np.timedelta64(5, "m")
    late = tickets.resolved > due(tickets)
    again = (tickets.reopened > 0) & (tickets.kind == stories.REPEAT_REPAIRS.where["kind"])
    topic = np.full(len(tickets), None, dtype=object)
    for flags, name in (
        (late, "late_visit"),
        (tickets.escalated, "skill"),
        (night, "late_answer"),
        (again, "repeat_repair"),
    ):
        topic[flags] = name
    level = np.where(again | tickets.escalated, 2, np.where(late | night | (tickets.reopened > 0), 1, 0))
    return level, topic


def satisfaction(rng: np.random.Generator, level: Integers) -> Integers:
    """A score 1..5 for each mood."""
    steps = np.cumsum(np.array((HAPPY, LATE, ANNOYED)), axis=1)[level][:, :4]
    scores: Integers = 1 + (rng.random(len(level))[:, None] > steps).sum(axis=1)
    return scores


def survey_table(world: World, tickets: Tickets) -> pa.Table:
    """The dataset `survey_responses`."""
    rng = world.rng("surveys")
    base = np.where(np.isnat(tickets.closed), tickets.created, tickets.closed)
    at = base + seconds(np.rint(lognormal(rng, 9.0, 1.0, len(tickets)) * 3600))
    asked = chance(rng, ANSWERED, len(tickets)) & ~tickets.cancelled & (at < world.horizon)
    rows = np.flatnonzero(asked)
    rows = rows[np.argsort(at[rows], kind="stable")]
    level, topic = mood(world, tickets)
    csat = satisfaction(rng, level[rows])
    chosen = tickets.rows(rows)
    columns = {
        "response_id": numbered("DJ", len(rows)),
        "answered_at": at[rows],
        **_of_ticket(chosen),
        "tier": chosen.tier,
        "touchpoint": _touchpoints(rng, chosen.kind),
        "csat": csat,
        "nps": np.where(chance(rng, 0.93, len(rows)), _recommendation(rng, csat), np.nan),
        "effort": np.where(
            chance(rng, 0.8, len(rows)), np.clip(8 - csat - rng.integers(0, 3, len(rows)), 1, 7), np.nan
        ),
        "solved": np.where(
            chance(rng, 0.9, len(rows)),
            chance(rng, np.array((0.42, 0.6, 0.8, 0.95, 0.985))[csat - 1], len(rows)),
            np.nan,
        ),
        "comment": _comments(rng, csat, topic[rows], chosen),
    }
    return table("survey_responses", columns)


def survey_item_table(world: World, tickets: Tickets, surveys: pa.Table) -> pa.Table:
    """The dataset `survey_items`: the long form with the items and what they matter, asked of a third."""
    rng = world.rng("survey_items")
    asked = np.flatnonzero(chance(rng, ITEMS_ASKED, surveys.num_rows))
    chosen = surveys.take(pa.array(asked))
    csat = np.array(chosen["csat"].to_pylist(), dtype=float)
    level = np.zeros(len(asked))
    known = {key: place for place, key in enumerate(tickets.ticket_id)}
    moods, _topic = mood(world, tickets)
    level[:] = moods[[known[key] for key in chosen["ticket_id"].to_pylist()]]
    size, width = len(asked), len(ITEMS)
    rates = np.array([item[1] for item in ITEMS]) + 0.55 * (csat - 4.4)[:, None]
    rates -= np.array([item[3] for item in ITEMS]) * (level > 0)[:, None]
    rating = np.clip(np.rint(rates + rng.normal(0, 0.7, (size, width))), 1, 5)
    matters = np.clip(np.rint(np.array([i[2] for i in ITEMS]) + rng.normal(0, 0.7, (size, width))), 1, 5)
    rating[rng.random((size, width)) < 0.03] = np.nan
    columns = {
        "response_id": np.repeat(np.array(chosen["response_id"].to_pylist(), dtype=object), width),
        "seq": np.tile(np.arange(1, width + 1), size),
        "at": np.repeat(np.array(chosen["answered_at"].to_pylist(), dtype="datetime64[us]"), width),
        "item": np.tile(np.array([item[0] for item in ITEMS], dtype=object), size),
        "rating": rating.ravel(),
        "importance": matters.ravel(),
    }
    return table("survey_items", columns)


def _of_ticket(chosen: Tickets) -> dict[str, Names]:
    """The columns by which answers and complaints are grouped; a contact is rated by its place of work."""
    return {
        "ticket_id": chosen.ticket_id,
        "customer": chosen.customer,
        "channel": chosen.channel,
        "team": chosen.team,
        "agent": chosen.agent,
        "shift": chosen.shift,
        "product": chosen.product,
        "region": chosen.region,
    }


def _touchpoints(rng: np.random.Generator, kind: Names) -> Names:
    field = np.isin(kind, FIELD)
    return labels(TOUCHPOINTS, np.where(field, pick(rng, (2, 2, 2, 4), len(kind)), pick(rng, (5, 4, 1, 0), len(kind))))


def _recommendation(rng: np.random.Generator, csat: Integers) -> Numbers:
    steps = np.cumsum(RECOMMENDS / RECOMMENDS.sum(axis=1, keepdims=True), axis=1)[csat - 1][:, :10]
    points: Numbers = (rng.random(len(csat))[:, None] > steps).sum(axis=1).astype(float)
    return points


def _comments(rng: np.random.Generator, csat: Integers, topic: Names, chosen: Tickets) -> Names:
    writes: Flags = chance(rng, COMMENTS[csat - 1], len(csat))
    other = labels(OTHER_TOPICS, pick(rng, (3, 2, 2, 1), len(csat)))
    about = np.where((topic == None) & (csat <= 2), other, topic)  # noqa: E711 (element by element)
    result = np.full(len(csat), None, dtype=object)
    result[writes] = comments(rng, csat[writes], about[writes], chosen.product[writes], _faults(chosen)[writes])
    return result


def _faults(chosen: Tickets) -> Names:
    """The fault, where the ticket is about one."""
    return unless(~np.isin(chosen.kind, (org.REPAIR, org.TECHNICAL_SUPPORT)), chosen.category)


def review_table(world: World, tickets: Tickets) -> pa.Table:
    """The dataset `reviews`; some are never answered."""
    rng = world.rng("reviews")
    base = np.where(np.isnat(tickets.closed), tickets.created, tickets.closed)
    at = base + seconds(np.rint(lognormal(rng, 60.0, 0.9, len(tickets)) * 3600))
    level, topic = mood(world, tickets)
    share = REVIEWED * np.array((0.9, 1.2, 1.8))[level]
    rows = np.flatnonzero(chance(rng, share, len(tickets)) & ~tickets.cancelled & (at < world.horizon))
    rows = rows[np.argsort(at[rows], kind="stable")]
    rating, chosen = satisfaction(rng, level[rows]), tickets.rows(rows)
    wait = seconds(np.rint(lognormal(rng, 14.0, 0.6, len(rows)) * 3600))
    answered: Instants = np.asarray(at[rows] + wait, dtype="datetime64[us]")
    answered[chance(rng, 0.03, len(rows))] = NEVER
    named = chance(rng, 0.6, len(rows))
    columns = {
        "review_id": numbered("PJ", len(rows)),
        "at": at[rows],
        "answered_at": world.seen(answered),
        "platform": labels(PLATFORMS, pick(rng, PLATFORM_WEIGHTS, len(rows))),
        "product": chosen.product,
        "customer": unless(~named, chosen.customer),
        "rating": rating.astype(float),
        "text": comments(rng, rating, topic[rows], chosen.product, _faults(chosen)),
    }
    return table("reviews", columns)
