"""When customers turn to the service: growth, season, holidays, weekdays, hours of the day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qualityloop.demo import organisation as org
from qualityloop.demo.generation.world import Instants, Integers, Numbers, World, pick

# Share of the day's contacts per hour 0..23
_PHONE = (2, 1, 1, 1, 1, 2, 4, 14, 48, 86, 92, 84, 58, 62, 74, 78, 76, 70, 62, 58, 50, 40, 22, 8)
_ONLINE = (18, 12, 9, 7, 6, 7, 12, 22, 42, 58, 60, 56, 45, 46, 50, 52, 52, 50, 50, 56, 62, 58, 50, 34)
_APP = (15, 9, 6, 4, 4, 6, 14, 28, 44, 54, 54, 50, 46, 46, 46, 46, 46, 48, 54, 62, 68, 64, 46, 28)
_EMAIL = (4, 3, 2, 2, 2, 4, 8, 24, 70, 96, 92, 78, 46, 58, 76, 78, 74, 62, 42, 32, 28, 24, 16, 8)
_SOCIAL = (20, 12, 8, 5, 4, 5, 10, 22, 34, 42, 44, 46, 52, 48, 42, 42, 44, 48, 56, 66, 78, 80, 60, 36)
HOURS = {org.PHONE: _PHONE, org.ONLINE: _ONLINE, org.APP: _APP, org.EMAIL: _EMAIL, org.SOCIAL: _SOCIAL}

WEEKDAYS = (1.16, 1.06, 1.02, 1.0, 1.02, 0.92, 0.82)
MONTHS = (0.93, 0.86, 0.95, 0.96, 1.0, 1.1, 1.16, 1.12, 0.99, 0.96, 1.05, 1.02)
SPRING_FESTIVALS = ("2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26")
SALES = ((6, 18), (11, 11), (12, 12))  # month, day of the shopping festivals
GROWTH_PER_YEAR = 0.05
DAY_NOISE = 0.05


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Created (UTC, ascending) and channel code of every ticket."""

    created: Instants
    channel: Integers


def day_weights(world: World, rng: np.random.Generator) -> tuple[np.ndarray, Numbers]:
    """Local days of the span and how busy each of them is."""
    days = np.arange(np.datetime64(world.start), np.datetime64(world.until) + 1)
    weekday = (days.astype(np.int64) + 3) % 7
    month = days.astype("datetime64[M]").astype(np.int64) % 12
    in_month = (days - days.astype("datetime64[M]")).astype(np.int64) + 1
    weights = np.array(WEEKDAYS)[weekday] * np.array(MONTHS)[month]
    weights *= 1 + GROWTH_PER_YEAR * np.arange(len(days)) / 365
    for festival in SPRING_FESTIVALS:
        after = (days - np.datetime64(festival)).astype(np.int64)
        weights = np.where((after >= -2) & (after <= 5), weights * 0.45, weights)
    weights = np.where((month == 9) & (in_month <= 7), weights * 0.72, weights)
    for festival_month, festival_day in SALES:
        after = in_month - festival_day
        weights = np.where((month == festival_month - 1) & (after >= 0) & (after <= 6), weights * 1.22, weights)
    return days, weights * np.exp(DAY_NOISE * rng.standard_normal(len(days)))


def arrivals(world: World) -> Arrivals:
    """Creation instant and channel of `world.count` tickets."""
    rng = world.rng("arrivals")
    days, weights = day_weights(world, rng)
    per_day = rng.multinomial(world.count, weights / weights.sum())
    local_day = np.repeat(days, per_day).astype("datetime64[us]")
    channel = pick(rng, org.CHANNEL_WEIGHTS, world.count)
    hour = np.zeros(world.count, dtype=np.int64)
    for code, name in enumerate(org.CHANNELS):
        rows = np.flatnonzero(channel == code)
        hour[rows] = pick(rng, HOURS[name], len(rows))
    second = hour * 3600 + rng.integers(0, 3600, world.count)
    created = local_day + second.astype("timedelta64[s]") - org.UTC_OFFSET
    order = np.argsort(created, kind="stable")
    return Arrivals(created[order], channel[order])
