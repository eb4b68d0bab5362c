"""The tickets: who asked, about what, who worked on it, and how long everything took."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from qualityloop.demo import organisation as org
from qualityloop.demo import stories
from qualityloop.demo.generation import durations
from qualityloop.demo.generation.arrivals import arrivals
from qualityloop.demo.generation.world import (
    Flags,
    Instants,
    Integers,
    Names,
    Numbers,
    World,
    chance,
    labels,
    pick,
    shift_of,
    texts,
    unless,
)

CUSTOMERS_PER_TICKET = 0.45
SUMMER_PRODUCTS = ("变频空调 A3", "中央空调 M5", "对开门冰箱 R60")
WINTER_PRODUCTS = ("燃气热水器 H20",)
BASE_ESCALATED = 0.028
ONLINE_ESCALATED = {"高": 1.6, "中": 1.0, "低": 0.8}
CANCELLED = 0.008
DEVIATED = 0.026
WAITS_FOR_PARTS = 0.17
# Chance that a customer has to come back though nothing is reopened: a question left open, a promise not kept
ASKED_AGAIN = {
    org.REPAIR: 0.105,
    org.INSTALLATION: 0.09,
    org.TRAINING: 0.06,
    org.TECHNICAL_SUPPORT: 0.13,
    org.CONSULTATION: 0.08,
}
REOPENED = {
    org.REPAIR: stories.REPEAT_REPAIRS.before,
    org.INSTALLATION: 0.03,
    org.TRAINING: 0.015,
    org.TECHNICAL_SUPPORT: 0.04,
    org.CONSULTATION: 0.018,
}


@dataclass(frozen=True)
class Tickets:
    """Every ticket as it really went, also what had not happened yet when the records were exported."""

    ticket_id: Names
    created: Instants
    first_response: Instants  # NaT: nobody ever answered (cancelled)
    resolved: Instants  # NaT: cancelled
    closed: Instants
    channel: Names
    kind: Names
    category: Names
    product: Names
    product_kind: Names
    priority: Names
    team: Names
    agent: Names
    front_team: Names
    front_agent: Names
    shift: Names
    customer: Names
    tier: Names
    region: Names
    contacts: Integers
    reopened: Integers
    escalated: Flags
    reassigned: Integers
    deviated: Flags
    cancelled: Flags
    waits_for_parts: Flags
    handling_minutes: Numbers
    queue_seconds: Numbers

    def __len__(self) -> int:
        return len(self.ticket_id)

    def rows(self, chosen: Integers | Flags) -> Tickets:
        """Some of the tickets, in the order of `chosen`."""
        return Tickets(**{f.name: getattr(self, f.name)[chosen] for f in fields(self)})


def make_tickets(world: World) -> Tickets:
    """All tickets of the span, in order of creation."""
    rng, came = world.rng("tickets"), arrivals(world)
    size = len(came.created)
    channel, shift = labels(org.CHANNELS, came.channel), shift_of(came.created)
    customer, region_code, tier_code = _customers(rng, size)
    product_code, kind_code = _products_and_kinds(rng, came.created)
    kind, region = labels(org.KINDS, kind_code), labels(org.REGIONS, region_code)
    front_team, team = _teams(rng, kind, shift, region)
    front_agent = world.agents_of(rng, front_team)
    agent = np.where(team == front_team, front_agent, world.agents_of(rng, team))
    priority = labels(org.PRIORITIES, _priorities(rng, kind, tier_code))
    product, product_kind = _product_names(rng, product_code, kind)
    cancelled = chance(rng, CANCELLED, size)
    reopened, contacts = _repeats(rng, world, came.created, kind, product)
    handling = durations.handling_minutes(rng, kind)
    first = durations.first_response(rng, world, came.created, channel=channel, shift=shift, cancelled=cancelled)
    resolved = durations.resolved(
        rng, came.created, first, kind=kind, product_kind=product_kind, region=region, handling=handling
    )
    closed = durations.closed(rng, came.created, resolved, kind, cancelled)
    return Tickets(
        ticket_id=_ticket_ids(came.created),
        created=came.created,
        first_response=first,
        resolved=np.where(cancelled, np.datetime64("NaT", "us"), resolved),
        closed=closed,
        channel=channel,
        kind=kind,
        category=_categories(rng, product_code, kind_code),
        product=product,
        product_kind=product_kind,
        priority=priority,
        team=team,
        agent=agent,
        front_team=front_team,
        front_agent=front_agent,
        shift=shift,
        customer=customer,
        tier=labels(org.TIERS, tier_code),
        region=unless(chance(rng, 0.012, size) & (kind == org.CONSULTATION), region),
        contacts=contacts,
        reopened=np.where(cancelled, 0, reopened),
        escalated=_escalated(rng, world, came.created, team, priority) & ~cancelled,
        reassigned=np.where(cancelled, 0, np.minimum(rng.poisson(0.055, size), 2)),
        deviated=chance(rng, DEVIATED, size) & ~cancelled,
        cancelled=cancelled,
        waits_for_parts=chance(rng, WAITS_FOR_PARTS, size) & (kind == org.REPAIR) & ~cancelled,
        handling_minutes=handling,
        queue_seconds=durations.queue_seconds(rng, world, came.created, channel, shift),
    )


def _customers(rng: np.random.Generator, size: int) -> tuple[Names, Integers, Integers]:
    """Each ticket's customer with their region and tier, which stay the same; business customers ask more often."""
    many = max(1, int(size * CUSTOMERS_PER_TICKET))
    regions, tiers = pick(rng, org.REGION_WEIGHTS, many), pick(rng, org.TIER_WEIGHTS, many)
    who = pick(rng, np.array((1.0, 1.1, 1.4, 2.2))[tiers], size)
    names = texts(f"KH{i:06d}" for i in range(100001, 100001 + many))
    return names[who], regions[who], tiers[who]


def _products_and_kinds(rng: np.random.Generator, created: Instants) -> tuple[Integers, Integers]:
    local_month = (created + org.UTC_OFFSET).astype("datetime64[M]").astype(np.int64) % 12 + 1
    base = np.array([p.weight for p in org.PRODUCTS])
    product, kind = np.zeros(len(created), dtype=np.int64), np.zeros(len(created), dtype=np.int64)
    for month in range(1, 13):
        rows = np.flatnonzero(local_month == month)
        season = {
            **dict.fromkeys(SUMMER_PRODUCTS, 1.6 if month in (6, 7, 8) else 0.85),
            **dict.fromkeys(WINTER_PRODUCTS, 1.5 if month in (12, 1, 2) else 0.9),
        }
        product[rows] = pick(rng, base * [season.get(p.name, 1.0) for p in org.PRODUCTS], len(rows))
    for code, line in enumerate(org.PRODUCTS):
        rows = np.flatnonzero(product == code)
        kind[rows] = pick(rng, line.kinds, len(rows))
    return product, kind


def _product_names(rng: np.random.Generator, product: Integers, kind: Names) -> tuple[Names, Names]:
    """Product and its kind; a few people who only ask do not say which product they mean."""
    unknown = chance(rng, 0.03, len(product)) & (kind == org.CONSULTATION)
    codes = np.where(unknown, -1, product)
    return labels([p.name for p in org.PRODUCTS], codes), labels([p.kind for p in org.PRODUCTS], codes)


def _categories(rng: np.random.Generator, product: Integers, kind: Integers) -> Names:
    result = np.full(len(product), None, dtype=object)
    fixed = {
        org.INSTALLATION: org.FAULTS_OF_INSTALLATION,
        org.CONSULTATION: org.FAULTS_OF_CONSULTATION,
        org.TRAINING: org.FAULTS_OF_TRAINING,
    }
    for code, name in enumerate(org.KINDS):
        for line, owner in enumerate(org.PRODUCTS):
            options = fixed.get(name, owner.faults)
            rows = np.flatnonzero((kind == code) & (product == line))
            result[rows] = labels(options, pick(rng, np.linspace(1.5, 0.7, len(options)), len(rows)))
    return result


def _teams(rng: np.random.Generator, kind: Names, shift: Names, region: Names) -> tuple[Names, Names]:
    """(team that takes the call, team that does the work)."""
    contact = labels((org.CONTACT_ONE, org.CONTACT_TWO), pick(rng, (0.54, 0.46), len(kind)))
    front = np.where(shift == org.NIGHT, org.NIGHT_TEAM, contact)
    station = np.array([org.STATIONS[r] for r in region], dtype=object)
    field = (kind == org.REPAIR) | (kind == org.INSTALLATION) | (kind == org.TRAINING)
    return front, np.where(field, station, np.where(kind == org.TECHNICAL_SUPPORT, org.TECHNICAL, front))


def _priorities(rng: np.random.Generator, kind: Names, tier: Integers) -> Integers:
    urgent = 0.06 + 0.05 * tier + 0.05 * (kind == org.REPAIR)
    draw = rng.random(len(kind))
    return np.where(draw < urgent, 0, np.where(draw < urgent + 0.6, 1, 2))


def _repeats(
    rng: np.random.Generator, world: World, created: Instants, kind: Names, product: Names
) -> tuple[Integers, Integers]:
    """(times reopened, contacts until solved). Here the story of the drum washer is planted."""
    story = stories.REPEAT_REPAIRS
    again = np.array([REOPENED[k] for k in kind])
    touched = (product == story.where["product"]) & (kind == story.where["kind"]) & (created >= world.begins(story))
    again = np.where(touched, story.after, again)
    reopened = chance(rng, again, len(kind)).astype(np.int64)
    reopened += (reopened > 0) & chance(rng, 0.15, len(kind))
    asked = chance(rng, np.array([ASKED_AGAIN[k] for k in kind]), len(kind)).astype(np.int64)
    asked += (asked > 0) & chance(rng, 0.2, len(kind))
    return reopened, 1 + reopened + asked


def _escalated(rng: np.random.Generator, world: World, created: Instants, team: Names, priority: Names) -> Flags:
    """Here the story of the measure that worked is planted."""
    story = stories.WORKED
    technical = np.where(created >= world.begins(story), story.after, story.before)
    other = BASE_ESCALATED * np.array([ONLINE_ESCALATED[p] for p in priority])
    return chance(rng, np.where(team == story.where["team"], technical, other), len(team))


def _ticket_ids(created: Instants) -> Names:
    """GD, local day, running number of the day."""
    day = (created + org.UTC_OFFSET).astype("datetime64[D]")
    starts = np.searchsorted(day, day)
    running = np.arange(len(day)) - starts + 1
    stamps = np.datetime_as_string(day)
    return texts(f"GD{d[:4]}{d[5:7]}{d[8:]}{n:04d}" for d, n in zip(stamps, running, strict=True))


def due(tickets: Tickets) -> Instants:
    """By when a ticket ought to be solved: the customer's tier decides."""
    hours = np.array([org.DUE_HOURS[t] for t in tickets.tier])
    by: Instants = tickets.created + hours.astype("timedelta64[h]")
    return by
