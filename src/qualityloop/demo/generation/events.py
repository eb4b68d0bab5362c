"""The log of the tickets: one path of steps for each, its instants strung between those of the ticket."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa

from qualityloop.demo import organisation as org
from qualityloop.demo.generation.durations import FIELD
from qualityloop.demo.generation.tickets import Tickets
from qualityloop.demo.generation.world import (
    NEVER,
    Flags,
    Instants,
    Integers,
    Names,
    World,
    chance,
    labels,
    seconds,
    table,
    unless,
)

REGISTERED, ANSWERED, DISPATCHED, REASSIGNED, ACCEPTED = "受理登记", "首次响应", "派单", "转派", "接单"
DIAGNOSED, PART_ORDERED, PART_ARRIVED, ESCALATED = "诊断", "等待配件", "配件到货", "升级处理"
VISITED, INSTALLED, TRAINED, REMOTE, EXPLAINED = "上门维修", "上门安装", "上门培训", "远程处理", "解答"
SOLVED, REOPENED, CALLED_BACK, CLOSED, CANCELLED = "解决", "重新打开", "回访", "关闭", "撤销"
ACTIVITIES = (
    REGISTERED, ANSWERED, DISPATCHED, REASSIGNED, ACCEPTED, DIAGNOSED, PART_ORDERED, PART_ARRIVED, ESCALATED,
    VISITED, INSTALLED, TRAINED, REMOTE, EXPLAINED, SOLVED, REOPENED, CALLED_BACK, CLOSED, CANCELLED,
)  # fmt: skip
WORK = {
    org.REPAIR: VISITED,
    org.INSTALLATION: INSTALLED,
    org.TRAINING: TRAINED,
    org.TECHNICAL_SUPPORT: REMOTE,
    org.CONSULTATION: EXPLAINED,
}
# How long one waits before a step, relative to the others between two anchors
WAITING = {
    DISPATCHED: 0.6, REASSIGNED: 1.0, ACCEPTED: 0.9, DIAGNOSED: 1.6, PART_ORDERED: 0.4, PART_ARRIVED: 9.0,
    ESCALATED: 1.5, REOPENED: 3.0, SOLVED: 1.0, CALLED_BACK: 2.5,
}  # fmt: skip
FRONT_STEPS = (REGISTERED, ANSWERED, CALLED_BACK, CLOSED, CANCELLED)
NO_CALL_BACK, LATE_CALL_BACK, NO_DIAGNOSIS = 1, 2, 3  # the ways of leaving the prescribed process
CLOSED_BY_ITSELF = 0.12

SIGNATURE = ("kind", "answered", "cancelled", "reassigned", "waits", "escalated", "reopened", "deviation")

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Log:
    """Events sorted by ticket and sequence: row of the ticket, running number, instant, code of the activity."""

    ticket: Integers
    seq: Integers
    at: Instants
    activity: Integers

    def per_ticket(self, activity: str, size: int) -> Integers:
        """How often `activity` happened, for each of `size` tickets."""
        return np.bincount(self.ticket[self.activity == ACTIVITIES.index(activity)], minlength=size)

    def last(self, size: int) -> Integers:
        """Code of the last activity of each ticket."""
        result = np.zeros(size, dtype=np.int64)
        result[self.ticket] = self.activity
        return result


def make_log(world: World, tickets: Tickets) -> Log:
    """Every event that had happened when the records were exported."""
    rng = world.rng("events")
    signature = _signatures(rng, tickets)
    shapes, member = np.unique(signature, axis=0, return_inverse=True)
    order = np.argsort(member.ravel(), kind="stable")
    ends = np.cumsum(np.bincount(member.ravel(), minlength=len(shapes)))
    pieces = []
    for shape, rows in zip(shapes, np.split(order, ends[:-1]), strict=True):
        path = path_of(**{name: int(v) for name, v in zip(SIGNATURE, shape, strict=True)})
        at = _string(rng, tickets, rows, path)
        codes = np.array([ACTIVITIES.index(step) for step in path])
        pieces.append((np.repeat(rows, len(path)), np.tile(np.arange(1, len(path) + 1), len(rows)), at.ravel(),
                       np.tile(codes, len(rows))))  # fmt: skip
    ticket, seq, instants, activity = (np.concatenate(column) for column in zip(*pieces, strict=True))
    happened = np.flatnonzero(instants < world.horizon)
    happened = happened[np.lexsort((seq[happened], ticket[happened]))]
    return Log(ticket[happened], seq[happened], instants[happened], activity[happened])


def _signatures(rng: np.random.Generator, tickets: Tickets) -> Integers:
    """Everything that decides the path of a ticket, one row of numbers each."""
    deviation = np.where(tickets.deviated, 1 + rng.integers(0, 3, len(tickets)), 0)
    diagnosed = np.isin(tickets.kind, (org.REPAIR, org.TECHNICAL_SUPPORT))
    deviation = np.where((deviation == NO_DIAGNOSIS) & ~diagnosed, NO_CALL_BACK, deviation)
    kind = np.select([tickets.kind == k for k in org.KINDS], range(len(org.KINDS)))
    columns = (
        kind,
        ~np.isnat(tickets.first_response),
        tickets.cancelled,
        tickets.reassigned,
        tickets.waits_for_parts,
        tickets.escalated,
        tickets.reopened,
        deviation,
    )
    return np.column_stack([c.astype(np.int64) for c in columns])


def path_of(
    kind: int,
    *,
    answered: int,
    cancelled: int,
    reassigned: int,
    waits: int,
    escalated: int,
    reopened: int,
    deviation: int,
) -> Path:
    """The steps of a ticket, in order."""
    path = [REGISTERED] + [ANSWERED] * answered
    if cancelled:
        return (*path, CANCELLED)
    name = org.KINDS[kind]
    diagnosed = [DIAGNOSED] if name in (org.REPAIR, org.TECHNICAL_SUPPORT) and deviation != NO_DIAGNOSIS else []
    if name != org.CONSULTATION:
        path += [DISPATCHED, *[REASSIGNED] * reassigned, ACCEPTED]
    else:
        path += [REASSIGNED] * reassigned
    path += diagnosed + [ESCALATED] * escalated + [PART_ORDERED, PART_ARRIVED] * waits
    path += [WORK[name], SOLVED]
    path += [REOPENED, *([DISPATCHED] if name in FIELD else []), *diagnosed, WORK[name], SOLVED] * reopened
    end = {NO_CALL_BACK: [CLOSED], LATE_CALL_BACK: [CLOSED, CALLED_BACK]}
    return (*path, *end.get(deviation, [CALLED_BACK, CLOSED]))


def _string(rng: np.random.Generator, tickets: Tickets, rows: Integers, path: Path) -> Instants:
    """Instants of the steps of `path` for each of `rows`: the ticket's own ones fixed, the others drawn between."""
    anchors = _anchors(tickets, rows, path)
    at = np.full((len(rows), len(path)), NEVER)
    for position, instants in anchors.items():
        at[:, position] = instants
    for left, right in pairwise(sorted(anchors)):
        if right - left < 2:
            continue
        shapes = [WAITING.get(step, 6.0) for step in path[left + 1 : right + 1]]
        parts = rng.gamma(shapes, size=(len(rows), len(shapes)))
        shares = np.cumsum(parts, axis=1)[:, :-1] / parts.sum(axis=1, keepdims=True)
        span = (at[:, right] - at[:, left]).astype(np.int64)[:, None] / 1e6
        at[:, left + 1 : right] = at[:, left, None] + seconds(np.floor(shares * span))
    if path[-1] == CALLED_BACK:  # after closing, where it does not belong
        at[:, -1] = at[:, -2] + seconds(3600 * rng.uniform(4, 60, len(rows)))
    return at


def _anchors(tickets: Tickets, rows: Integers, path: Path) -> dict[int, Instants]:
    """Positions in `path` whose instants the ticket itself knows."""
    known = {0: tickets.created[rows]}
    if ANSWERED in path:
        known[1] = tickets.first_response[rows]
    if CANCELLED in path:
        return known | {len(path) - 1: tickets.closed[rows]}
    solved = len(path) - 1 - path[::-1].index(SOLVED)
    known[solved] = tickets.resolved[rows]
    begun = known[max(p for p in known if p < solved)]
    span = (known[solved] - begun).astype(np.int64) / 1e6
    hands_on = np.minimum(tickets.handling_minutes[rows] * 60, 0.25 * span)
    known[solved - 1] = known[solved] - seconds(np.ceil(hands_on))
    known[path.index(CLOSED)] = tickets.closed[rows]
    return known


def event_table(world: World, tickets: Tickets, log: Log) -> pa.Table:
    """The dataset `ticket_events`."""
    rng = world.rng("actors")
    activity = labels(ACTIVITIES, log.activity)
    front = np.isin(activity, FRONT_STEPS)
    team = np.where(front, tickets.front_team[log.ticket], tickets.team[log.ticket])
    actor = np.where(front, tickets.front_agent[log.ticket], tickets.agent[log.ticket])
    actor = np.where(activity == DISPATCHED, "调度台", actor)
    team = np.where(activity == DISPATCHED, "调度台", team)
    expert = activity == ESCALATED
    team = np.where(expert, org.TECHNICAL, team)
    actor = np.where(expert, world.agents_of(rng, team), actor)
    by_itself: Flags = (activity == CLOSED) & chance(rng, CLOSED_BY_ITSELF, len(activity))
    names: Names = unless(by_itself | (activity == PART_ARRIVED), actor)
    columns = {
        "ticket_id": tickets.ticket_id[log.ticket],
        "seq": log.seq,
        "at": log.at,
        "activity": activity,
        "actor": names,
        "team": unless(by_itself, team),
    }
    return table("ticket_events", columns)
