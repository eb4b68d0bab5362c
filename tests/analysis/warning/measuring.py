"""Simulated counts with surges put in, and how many a rule finds; a rolling 3-sigma rule beside ours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qualityloop.analysis.warning import surge
from qualityloop.analysis.warning.counting import judge

DAYS_OF_WEEK = np.array([1.2, 1.1, 1.0, 1.0, 1.05, 0.7, 0.6])
HOURS_OF_DAY = np.exp(1.2 * np.sin((np.arange(24) - 8) / 24 * 2 * np.pi) - 0.5)
GROWTH = 0.3  # over the whole time
BEFORE = 8  # weeks that are not scored


@dataclass(frozen=True)
class World:
    """`series` of counts in slots of `step` hours, `mean` rows in a slot, variance m + phi m²."""

    step: int
    mean: float
    phi: float
    series: int
    weeks: int = 40

    @property
    def per_week(self) -> int:
        """Slots in a week."""
        return 7 * 24 // self.step


def draw(world: World, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Counts, their means, the slot of the week of each."""
    index = np.arange(world.weeks * world.per_week)
    week = DAYS_OF_WEEK if world.step == 24 else np.outer(DAYS_OF_WEEK, HOURS_OF_DAY).ravel()
    slots = index % world.per_week
    means = np.broadcast_to(world.mean * week[slots] * (1 + GROWTH * index / len(index)), (world.series, len(index)))
    return _counts(means, world.phi, rng), means, slots


def _counts(means: np.ndarray, phi: float, rng: np.random.Generator) -> np.ndarray:
    return rng.negative_binomial(1 / phi, 1 / (1 + phi * means)).astype(float)


def ours(counts: np.ndarray, slots: np.ndarray, world: World) -> np.ndarray:
    """Alarms of the surge rule as it is delivered."""
    tuning = surge.tuning(world.step, surge.RULE.settings())
    found = judge(counts, slots, cycle=world.per_week, plain=24 // world.step, tuning=tuning)
    return found.high | found.raised


def rolling(counts: np.ndarray, world: World) -> np.ndarray:
    """Alarms of: more than 3 standard deviations above the mean of the four weeks before."""
    width = 4 * world.per_week
    sums, squares = (np.cumsum(np.pad(c, ((0, 0), (1, 0))), axis=1) for c in (counts, counts**2))
    mean = (sums[:, width:-1] - sums[:, : -width - 1]) / width
    variance = ((squares[:, width:-1] - squares[:, : -width - 1]) / width - mean**2) * width / (width - 1)
    flags = np.zeros(counts.shape, dtype=bool)
    flags[:, width:] = counts[:, width:] > mean + 3 * np.sqrt(variance)
    return flags


def false_alarms_a_week(flags: np.ndarray, world: World) -> float:
    """Alarms per series and week after the first weeks, in counts without surges."""
    return float(flags[:, BEFORE * world.per_week :].sum()) / world.series / (world.weeks - BEFORE)


def found(world: World, factor: float, rng: np.random.Generator) -> tuple[float, float]:
    """Share of surges (two days, or six hours, `factor` times as many) with an alarm: ours, rolling."""
    counts, means, slots = draw(world, rng)
    length = 2 if world.step == 24 else 6
    first = rng.integers((world.weeks - 10) * world.per_week, (world.weeks - 1) * world.per_week, world.series)
    for row, at in enumerate(first):
        counts[row, at : at + length] = _counts(means[row, at : at + length] * factor, world.phi, rng)
    flags = ours(counts, slots, world), rolling(counts, world)
    hit = [np.mean([f[row, at : at + length].any() for row, at in enumerate(first)]) for f in flags]
    return float(hit[0]), float(hit[1])


def line(world: World, seed: int = 1) -> list[float]:
    """One line of the table: false alarms a week (ours, rolling), then found at 1.5, 2, 3 times (ours, rolling)."""
    rng = np.random.default_rng(seed)
    counts, _, slots = draw(world, rng)
    flags = ours(counts, slots, world), rolling(counts, world)
    answer = [false_alarms_a_week(f, world) for f in flags]
    for factor in (1.5, 2.0, 3.0):
        answer += found(world, factor, rng)
    return answer


def main() -> None:
    """Print the table of docs/WARNINGS.md."""
    for step, mean in ((24, 40), (24, 8), (1, 10)):
        for phi in (0.001, 0.05, 0.2):
            world = World(step, mean, phi, 200 if step == 24 else 40)
            row = line(world)
            cells = [f"{row[0]:.3f}", f"{row[1]:.3f}", *(f"{100 * share:.0f} %" for share in row[2:])]
            print(f"| {'day' if step == 24 else 'hour'} | {mean} | {phi} | {' | '.join(cells)} |")  # noqa: T201


if __name__ == "__main__":
    main()
