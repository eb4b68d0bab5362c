"""Is a count higher than its slot of the week lets expect? Negative-binomial limits and an EWMA, many series at once.

Everything is estimated from the slots before the judged one, and each step costs the same however long the history:
a mean for each slot of the week, a level that follows growth, one dispersion. What was a surge enters the history
only up to its limit. Before `weeks` weeks are there, the limits are plain: mean + 3 standard deviations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qualityloop.analysis import special

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
WEEKS = 8  # of history before each slot of the week has limits of its own
MEMORY = 12.0  # weeks that a slot's mean remembers
SPREAD = 26.0  # weeks that the dispersion remembers
LEVEL = 2.0  # weeks that the level remembers
PRIOR = 50.0  # counts that the level must outweigh
PLAIN = 14  # slots of a kind before the first limit
WEIGHT = 0.2  # of the newest slot in the EWMA
LEAST_PHI = 1e-3


@dataclass(frozen=True, slots=True)
class Tuning:
    """`chance` of a false alarm per slot, both limits together; `extra`: rows over the expected that are worth it."""

    chance: float = 0.0033
    extra: float = 5.0


@dataclass(frozen=True, slots=True)
class Judged:
    """Tables (series × slots): expected count, probability of so many or more, EWMA of normal scores, its limit."""

    expected: Floats
    phi: Floats  # var = expected + phi · expected²
    tail: Floats
    smooth: Floats
    smooth_limit: Floats
    high: Flags  # past the limit of its slot
    raised: Flags  # the EWMA is past its limit


def tail_probability(count: ArrayLike, expected: ArrayLike, phi: ArrayLike) -> Floats:
    """P(X ≥ count) for a negative-binomial X with mean `expected` and variance expected + phi · expected²."""
    x, m, f = (np.asarray(a, dtype=np.float64) for a in (count, expected, phi))
    r = 1 / np.maximum(f, 1e-9)
    m = np.maximum(m, 1e-9)
    inside = special.betainc(np.maximum(x, 1e-9), r, m / (r + m))
    return np.where(x <= 0, 1.0, inside)


def limit_count(expected: float, phi: float, chance: float) -> float:
    """The smallest count whose tail probability is below `chance`."""
    low, high = 0.0, max(10.0, float(np.ceil(expected * 2)))  # whole, or halving would never end
    while tail_probability(high, expected, phi) >= chance:
        high *= 2
    while high - low > 1:
        middle = float(np.floor((low + high) / 2))
        if tail_probability(middle, expected, phi) < chance:
            high = middle
        else:
            low = middle
    return float(high)


@dataclass(slots=True)
class _State:
    mean: Floats  # series × slots of the week
    seen: Floats  # slots of the week
    total: Floats  # series × plain kinds: sums, squares; and how many
    square: Floats
    plain_seen: Floats
    over: Floats  # dispersion: numerator and denominator
    under: Floats
    level_up: Floats
    level_down: Floats
    smooth: Floats
    spread: Floats


def judge(counts: ArrayLike, slots: ArrayLike, *, cycle: int, plain: int = 1, tuning: Tuning | None = None,
          weeks: int = WEEKS, ready: int = PLAIN) -> Judged:  # fmt: skip
    """Every slot of every series by the slots before it.

    `slots` numbers each slot within its week, 0..cycle − 1; before `weeks` weeks a slot is compared with those that
    are alike modulo `plain` (24 for hours: the same hour of all days; 1 for days), from `ready` of them on.
    """
    table = np.atleast_2d(np.asarray(counts, dtype=np.float64))
    kinds = np.asarray(slots, dtype=np.int64)
    tuned = tuning or Tuning()
    series, length = table.shape
    state = _State(
        np.zeros((series, cycle)), np.zeros(cycle), np.zeros((series, plain)), np.zeros((series, plain)),
        np.zeros(plain), np.zeros(series), np.zeros(series), np.zeros(series), np.zeros(series), np.zeros(series),
        np.full(series, WEIGHT / (2 - WEIGHT)),
    )  # fmt: skip
    empty = [np.full((series, length), np.nan) for _ in range(5)]
    high, raised = np.zeros((series, length), dtype=bool), np.zeros((series, length), dtype=bool)
    out = Judged(empty[0], empty[1], empty[2], empty[3], empty[4], high, raised)
    for t in range(length):
        _step(state, out, table[:, t], int(kinds[t]), t, cycle, plain, tuned, weeks, ready)
    return out


def _step(  # noqa: PLR0917 - the inner loop
    state: _State, out: Judged, x: Floats, k: int, t: int, cycle: int, plain: int, tuned: Tuning, weeks: int, ready: int
) -> None:
    j, known = k % plain, ~np.isnan(x)
    fine = t >= weeks * cycle and state.seen[k] >= max(2, weeks // 2)
    if fine:
        expected, phi = _fine(state, k, cycle)
    else:
        expected, phi = _plain(state, j)
    cap = expected + 4 * np.sqrt(expected + phi * expected**2)
    if fine or state.plain_seen[j] >= ready:
        _flag(state, out, x, t, expected, phi, fine, tuned)
        kept = np.where(known, np.minimum(x, np.maximum(cap, expected + 1)), expected)
    else:
        kept = np.where(known, x, 0.0 if not state.plain_seen[j] else expected)
    _learn(state, kept, k, j, cycle)


def _fine(state: _State, k: int, cycle: int) -> tuple[Floats, Floats]:
    """Expected count of slot k at the present level, and its dispersion, the error of the slot's mean included."""
    weight = LEVEL * cycle
    level = (state.level_up * weight + PRIOR) / (state.level_down * weight + PRIOR)
    expected = np.maximum(state.mean[:, k] * np.clip(level, 0.25, 4.0), 0.05)
    phi = np.maximum(state.over / np.maximum(state.under, 1e-9), LEAST_PHI)
    known = min(state.seen[k], MEMORY)
    return expected, phi + (1 / expected + phi) / known


def _plain(state: _State, j: int) -> tuple[Floats, Floats]:
    n = max(state.plain_seen[j], 1.0)
    mean = np.maximum(state.total[:, j] / n, 0.05)
    variance = np.maximum(state.square[:, j] / n - mean**2, 0.0) * n / max(n - 1, 1.0)
    phi = np.maximum((variance - mean) / mean**2, LEAST_PHI)
    return mean, phi + (1 / mean + phi) / n


def _flag(  # noqa: PLR0917 - the inner loop
    state: _State, out: Judged, x: Floats, t: int, expected: Floats, phi: Floats, fine: bool,
    tuned: Tuning,
) -> None:  # fmt: skip
    tail = tail_probability(x, expected, phi)
    enough = x - expected >= tuned.extra
    out.expected[:, t], out.phi[:, t], out.tail[:, t] = expected, phi, tail
    if not fine:
        out.high[:, t] = (x > expected + 3 * np.sqrt(expected + phi * expected**2)) & enough
        return
    middle = np.clip((tail + tail_probability(x + 1, expected, phi)) / 2, 1e-12, 1 - 1e-12)
    score = np.where(np.isnan(x), 0.0, np.clip(-special.ndtri(middle), -4.0, 4.0))
    state.smooth = WEIGHT * score + (1 - WEIGHT) * state.smooth
    limit = -special.ndtri(tuned.chance / 2) * np.sqrt(np.maximum(state.spread, WEIGHT / (2 - WEIGHT)))
    raised = (state.smooth > limit) & (x > expected)
    out.smooth[:, t], out.smooth_limit[:, t] = state.smooth, limit
    out.high[:, t] = (tail < tuned.chance / 2) & enough
    out.raised[:, t] = raised & enough
    small = 1 / 200
    state.spread += small * (np.minimum(state.smooth**2, 4 * limit**2) - state.spread)
    state.smooth = np.where(raised, 0.0, state.smooth)


def _learn(state: _State, kept: Floats, k: int, j: int, cycle: int) -> None:
    """Take the slot into the history."""
    if state.seen[k] >= 2:
        before, phi_free = state.mean[:, k], 1 + 1 / min(state.seen[k], MEMORY)
        fade = 1 / (SPREAD * cycle)
        level = LEVEL * cycle
        scaled = before * (state.level_up * level + PRIOR) / (state.level_down * level + PRIOR)
        state.over += fade * (((kept - scaled) ** 2 / phi_free - scaled) - state.over)
        state.under += fade * (scaled**2 - state.under)
        state.level_up += (kept - state.level_up) / level
        state.level_down += (before - state.level_down) / level
    state.seen[k] += 1
    state.mean[:, k] += (kept - state.mean[:, k]) / min(state.seen[k], MEMORY)
    state.plain_seen[j] += 1
    state.total[:, j] += kept
    state.square[:, j] += kept**2
