"""Calls and chats: those that belong to tickets, call-backs to customers, and callers who gave up waiting."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from qualityloop.demo import organisation as org
from qualityloop.demo.generation.arrivals import HOURS, day_weights
from qualityloop.demo.generation.durations import QUEUES
from qualityloop.demo.generation.tickets import Tickets
from qualityloop.demo.generation.world import (
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
    shift_of,
    table,
    unless,
    within,
)

SIMPLE, ORDINARY, COMPLEX = "simple", "normal", "complex"
COMPLEXITIES = (SIMPLE, ORDINARY, COMPLEX)
COMPLEXITY_WEIGHTS = {
    org.REPAIR: (0.45, 0.45, 0.10),
    org.INSTALLATION: (0.72, 0.25, 0.03),
    org.TRAINING: (0.60, 0.35, 0.05),
    org.TECHNICAL_SUPPORT: (0.28, 0.50, 0.22),
    org.CONSULTATION: (0.75, 0.22, 0.03),
}
TALK_SECONDS = {SIMPLE: 130.0, ORDINARY: 330.0, COMPLEX: 620.0}
SOLVES = {SIMPLE: 0.985, ORDINARY: 0.93, COMPLEX: 0.78}
INBOUND, OUTBOUND = "inbound", "outbound"
SPOKEN = (org.PHONE, org.ONLINE)
CALLED_BACK = 0.09  # of the closed tickets, by a person on the phone
GAVE_UP = 0.035  # callers without a ticket, per ticket of a spoken channel


@dataclass(frozen=True)
class Interactions:
    """Calls and chats in order of time; `ticket` is the row of the ticket, -1 where there is none."""

    interaction_id: Names
    started: Instants
    answered: Instants
    ended: Instants
    ticket: Integers
    channel: Names
    outbound: Flags
    agent: Names
    team: Names
    shift: Names
    complexity: Names
    queue: Numbers
    talk: Numbers
    hold: Numbers
    wrap: Numbers
    abandoned: Flags
    transferred: Flags
    solved: Numbers  # 1, 0, or NaN: not known

    def __len__(self) -> int:
        return len(self.started)


def make_interactions(world: World, tickets: Tickets) -> Interactions:
    """All conversations that had begun when the records were exported."""
    rng = world.rng("interactions")
    spoken = np.isin(tickets.channel, SPOKEN)
    first = np.flatnonzero(spoken)
    again = np.repeat(np.arange(len(tickets)), np.where(spoken & ~tickets.cancelled, tickets.contacts - 1, 0))
    back = np.flatnonzero(chance(rng, CALLED_BACK, len(tickets)) & ~tickets.cancelled)
    lost_at, lost_channel = _gave_up(rng, world, len(first))
    ticket = np.concatenate([first, again, back, np.full(len(lost_at), -1)])
    channel = np.concatenate(
        [tickets.channel[first], tickets.channel[again], np.full(len(back), org.PHONE, dtype=object), lost_channel]
    )
    lost, outbound = (
        np.repeat([False, False, False, True], sizes := [len(first), len(again), len(back), len(lost_at)]),
        (np.repeat([False, False, True, False], sizes)),
    )
    queue = np.concatenate(
        [tickets.queue_seconds[first], _queue(rng, channel[len(first) : len(first) + len(again)]),
         np.full(len(back), np.nan), np.round(lognormal(rng, 75.0, 0.6, len(lost_at)))]
    )  # fmt: skip
    registering = np.where(np.isnan(tickets.queue_seconds[first]), 0, tickets.queue_seconds[first]) + rng.integers(
        5, 60, len(first)
    )
    started = np.concatenate(
        [
            tickets.created[first] - seconds(registering.astype(float)),
            _between(rng, tickets.first_response[again], tickets.resolved[again]),
            _between(rng, tickets.resolved[back], tickets.closed[back]),
            lost_at,
        ]
    )
    return _conversations(
        world, rng, tickets, started, ticket=ticket, channel=channel, outbound=outbound, lost=lost, queue=queue
    )


def _conversations(
    world: World,
    rng: np.random.Generator,
    tickets: Tickets,
    started: Instants,
    *,
    ticket: Integers,
    channel: Names,
    outbound: Flags,
    lost: Flags,
    queue: Numbers,
) -> Interactions:
    seen = np.flatnonzero(started < world.horizon)
    order = seen[np.argsort(started[seen], kind="stable")]
    started, ticket, channel = started[order], ticket[order], channel[order]
    outbound, lost, queue = outbound[order], lost[order], queue[order]
    size, known = len(started), ticket >= 0
    shift = shift_of(started)
    complexity = _complexity(rng, tickets.kind[ticket], known)
    usual = np.array([TALK_SECONDS[c] for c in complexity]) * np.where(channel == org.ONLINE, 1.15, 1.0)
    talk: Numbers = np.rint(lognormal(rng, usual * np.where(outbound, 0.45, 1.0), 0.5, size))
    hold: Numbers = np.rint(
        np.where(chance(rng, 0.22, size) & (channel == org.PHONE), lognormal(rng, 34.0, 0.7, size), 0.0)
    )
    wrap: Numbers = np.rint(lognormal(rng, 42.0, 0.6, size))
    talk, hold, wrap = (np.where(lost, np.nan, v) for v in (talk, hold, wrap))
    answered = np.where(lost, np.datetime64("NaT", "us"), started + seconds(np.nan_to_num(queue)))
    ended = np.where(lost, started + seconds(np.nan_to_num(queue)), answered + seconds(np.nan_to_num(talk + hold)))
    on_duty = np.where(shift == org.NIGHT, org.NIGHT_TEAM, org.CONTACT_ONE)
    team = np.where(known, tickets.front_team[ticket], on_duty).astype(object)
    solved = chance(rng, _solving(complexity, tickets.contacts[ticket] > 1), size)
    return Interactions(
        interaction_id=numbered("HT", size, 7),
        started=started,
        answered=world.seen(answered),
        ended=world.seen(ended),
        ticket=ticket,
        channel=channel,
        outbound=outbound,
        agent=unless(~known, tickets.front_agent[ticket]),
        team=team,
        shift=shift,
        complexity=unless(lost, complexity),
        queue=queue,
        talk=talk,
        hold=np.where(channel == org.PHONE, hold, np.nan),
        wrap=wrap,
        abandoned=lost,
        transferred=chance(rng, 0.045, size) & ~lost & ~outbound,
        solved=np.where(known & ~outbound, solved.astype(float), np.nan),
    )


def _between(rng: np.random.Generator, left: Instants, right: Instants) -> Instants:
    """A moment between two others, not exactly at either."""
    span = (right - left).astype(np.int64) / 1e6
    moment = left + seconds(np.floor(span * rng.uniform(0.1, 0.9, len(left))))
    return np.where(np.isnat(left) | np.isnat(right), np.datetime64("2200-01-01", "us"), moment)


def _queue(rng: np.random.Generator, channel: Names) -> Numbers:
    limit, share, spread = np.array([QUEUES[c] for c in channel]).reshape(-1, 3).T
    waited: Numbers = np.rint(np.maximum(within(rng, limit, share, spread), 1.0))
    return waited


def _gave_up(rng: np.random.Generator, world: World, spoken: int) -> tuple[Instants, Names]:
    """Callers who rang off in the queue."""
    size = int(spoken * GAVE_UP)
    days, weights = day_weights(world, rng)
    day = days[pick(rng, weights, size)].astype("datetime64[us]")
    channel = labels(SPOKEN, pick(rng, (0.7, 0.3), size))
    hour = np.where(channel == org.PHONE, pick(rng, HOURS[org.PHONE], size), pick(rng, HOURS[org.ONLINE], size))
    second = (hour * 3600 + rng.integers(0, 3600, size)).astype("timedelta64[s]")
    return day + second - org.UTC_OFFSET, channel


def _solving(complexity: Names, again: Flags) -> Numbers:
    """Chance that a conversation settles the matter; lower where the customer had to come back."""
    base: Numbers = np.array([SOLVES[c] for c in complexity])
    return np.where(again, 0.7, 1.0) * base


def _complexity(rng: np.random.Generator, kind: Names, known: Flags) -> Names:
    weights = np.array([COMPLEXITY_WEIGHTS[k] for k in np.where(known, kind, org.CONSULTATION)]).reshape(-1, 3)
    return labels(COMPLEXITIES, (rng.random(len(kind))[:, None] > np.cumsum(weights, axis=1)[:, :2]).sum(axis=1))


def interaction_table(world: World, tickets: Tickets, talks: Interactions) -> pa.Table:
    """The dataset `interactions`."""
    known = talks.ticket >= 0
    # Callers who rang off had chosen a topic in the menu before.
    about = np.where(known, talks.ticket, world.rng("menu").integers(0, len(tickets), len(talks)))
    columns = {
        "interaction_id": talks.interaction_id,
        "started_at": talks.started,
        "answered_at": talks.answered,
        "ended_at": talks.ended,
        "ticket_id": unless(~known, tickets.ticket_id[talks.ticket]),
        "channel": talks.channel,
        "direction": np.where(talks.outbound, OUTBOUND, INBOUND).astype(object),
        "agent": talks.agent,
        "team": talks.team,
        "shift": talks.shift,
        "customer": unless(~known, tickets.customer[talks.ticket]),
        "product": tickets.product[about],
        "category": tickets.category[about],
        "complexity": talks.complexity,
        "queue_seconds": talks.queue,
        "talk_seconds": talks.talk,
        "hold_seconds": talks.hold,
        "wrap_seconds": talks.wrap,
        "abandoned": talks.abandoned,
        "transferred": talks.transferred,
        "solved": talks.solved,
    }
    return table("interactions", columns)
