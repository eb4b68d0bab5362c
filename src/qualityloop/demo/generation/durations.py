"""How long it takes until somebody answers, until it is solved, until it is closed."""

from __future__ import annotations

import numpy as np

from qualityloop.demo import organisation as org
from qualityloop.demo import stories
from qualityloop.demo.generation.world import (
    DAY,
    HOUR,
    MINUTE,
    NEVER,
    Flags,
    Instants,
    Names,
    Numbers,
    World,
    chance,
    lognormal,
    seconds,
    within,
)

# channel: (minutes within which the first answer ought to come, share that does, spread of the lognormal)
ANSWERS = {
    org.PHONE: (15.0, 0.945, 0.8),
    org.ONLINE: (5.0, 0.93, 0.7),
    org.APP: (15.0, 0.92, 0.8),
    org.EMAIL: (240.0, 0.94, 0.9),
    org.SOCIAL: (60.0, 0.93, 0.9),
}
# channel: (seconds in the queue, share at most that, spread)
QUEUES = {org.PHONE: (30.0, 0.925, 0.9), org.ONLINE: (30.0, 0.93, 0.9)}
LONG_QUEUE = 0.45  # the same share in the night of the story

REPAIR_HOURS = {"华东": 41.5, "华南": stories.FAILED.before, "华北": 43.0, "西部": 46.5}
OTHER_HOURS = {org.INSTALLATION: 38.0, org.TRAINING: 45.0, org.CONSULTATION: 2.4}
SOFTWARE_TRAINING_HOURS = 15.0  # by video, not at home
TECHNICAL_HOURS = {org.HARDWARE: 10.5, org.SOFTWARE: 16.5}
SPREADS = {
    org.REPAIR: 0.72,
    org.INSTALLATION: 0.6,
    org.TRAINING: 0.6,
    org.TECHNICAL_SUPPORT: 1.0,
    org.CONSULTATION: 1.3,
}
HANDS_ON_MINUTES = {
    org.REPAIR: 44.0,
    org.INSTALLATION: 52.0,
    org.TRAINING: 40.0,
    org.TECHNICAL_SUPPORT: 18.0,
    org.CONSULTATION: 6.0,
}
FIELD = (org.REPAIR, org.INSTALLATION, org.TRAINING)
SNAP_HOURS = 0.35  # moving visits into the daytime makes them this much earlier on the average


def in_story_night(world: World, created: Instants, channel: Names, shift: Names) -> Flags:
    """Rows of the story of the night shift."""
    story = stories.NIGHT_SHIFT
    where = (channel == story.where["channel"]) & (shift == story.where["shift"])
    return np.asarray(where & (created >= world.begins(story)))


def first_response(
    rng: np.random.Generator, world: World, created: Instants, *, channel: Names, shift: Names, cancelled: Flags
) -> Instants:
    """When somebody first answered; half of the cancelled tickets never saw an answer."""
    limit, share, spread = np.array([ANSWERS[c] for c in channel]).reshape(-1, 3).T
    story = stories.NIGHT_SHIFT
    night = (channel == story.where["channel"]) & (shift == story.where["shift"])
    share = np.where(night, story.before, share)
    share = np.where(in_story_night(world, created, channel, shift), story.after, share)
    minutes = np.maximum(within(rng, limit, share, spread), 0.1)
    at = created + seconds(np.floor(minutes * 60))
    return np.where(cancelled & chance(rng, 0.5, len(created)), NEVER, at)


def queue_seconds(rng: np.random.Generator, world: World, created: Instants, channel: Names, shift: Names) -> Numbers:
    """Seconds until a person took the call or the chat; NaN where there is no queue."""
    result = np.full(len(created), np.nan)
    story = in_story_night(world, created, channel, shift)
    for name, (limit, usual, spread) in QUEUES.items():
        rows = np.flatnonzero(channel == name)
        share = np.where(story[rows], LONG_QUEUE, usual)
        size = np.ones(len(rows))
        result[rows] = np.round(np.maximum(within(rng, limit * size, share, spread * size), 1.0))
    return result


def handling_minutes(rng: np.random.Generator, kind: Names) -> Numbers:
    """Minutes of hands-on work."""
    return np.round(lognormal(rng, np.array([HANDS_ON_MINUTES[k] for k in kind]), 0.45, len(kind)), 1)


def resolved(
    rng: np.random.Generator,
    created: Instants,
    first: Instants,
    *,
    kind: Names,
    product_kind: Names,
    region: Names,
    handling: Numbers,
) -> Instants:
    """When the matter was solved for good. The measure that failed changes nothing here: that is its story."""
    mean = np.zeros(len(kind))
    for name, hours in OTHER_HOURS.items():
        mean[kind == name] = hours
    mean[(kind == org.TRAINING) & (product_kind == org.SOFTWARE)] = SOFTWARE_TRAINING_HOURS
    for name, hours in TECHNICAL_HOURS.items():
        mean[(kind == org.TECHNICAL_SUPPORT) & (product_kind == name)] = hours
    for name, hours in REPAIR_HOURS.items():
        mean[(kind == org.REPAIR) & (region == name)] = hours
    field = np.isin(kind, FIELD)
    mean += SNAP_HOURS * field
    taken = lognormal(rng, mean, np.array([SPREADS[k] for k in kind]), len(kind))
    at = created + seconds(np.rint(taken * 3600))
    at = np.where(field, _in_daytime(rng, at), at)
    answered = np.where(np.isnat(first), created, first)
    return np.maximum(at, answered + seconds(np.rint(np.minimum(handling, 90) * 60)))


def _in_daytime(rng: np.random.Generator, at: Instants) -> Instants:
    """Move what nobody does at night: to the evening before, or to the next morning."""
    local = at + org.UTC_OFFSET
    day = local.astype("datetime64[D]").astype("datetime64[us]")
    hour = (local - day) / HOUR
    evening = day + seconds(3600 * (17 + 3 * rng.random(len(at))))
    morning = day + seconds(3600 * (8.2 + 2.5 * rng.random(len(at))))
    moved = np.where(hour >= 20.5, evening, local)
    moved = np.where(hour < 3, evening - DAY, moved)
    moved = np.where((hour >= 3) & (hour < 8), morning, moved)
    return np.asarray(moved - org.UTC_OFFSET)


def closed(rng: np.random.Generator, created: Instants, solved: Instants, kind: Names, cancelled: Flags) -> Instants:
    """When the ticket was closed: after the call-back, or when the customer took the request back."""
    after = np.where(
        kind == org.CONSULTATION, lognormal(rng, 5.0, 1.0, len(kind)), lognormal(rng, 22.0, 0.6, len(kind))
    )
    back = created + seconds(np.rint(lognormal(rng, 3.0, 0.8, len(kind)) * 3600)) + 400 * MINUTE
    return np.where(cancelled, back, solved + seconds(np.rint(after * 3600)))
