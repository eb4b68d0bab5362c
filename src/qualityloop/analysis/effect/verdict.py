"""Effective, not effective, or cannot be told yet, and then: when it could."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from qualityloop.analysis.effect.analyses import Analysis
from qualityloop.analysis.effect.model import Estimate, Question, Reached, Verdict
from qualityloop.analysis.indicators.standard import Indicator, Unit
from qualityloop.analysis.indicators.values import Grain
from qualityloop.analysis.messages import LANGUAGES, Message, Text, message
from qualityloop.analysis.problems.wording import GRAIN_WORDS, format_number, format_value

ALIKE_DRIFT = 0.05  # p below which treated and untouched groups drifted apart before the start


def direction(indicator: Indicator) -> float:
    """+1 where more is better, −1 where less is."""
    return 1.0 if indicator.better == "higher" else -1.0


def judge(estimate: Estimate, question: Question) -> Verdict:
    """By the interval alone.

    Effective: it excludes zero on the good side. Not effective: it holds zero but not the predicted change, or lies
    on the bad side. Else it cannot be told: both nothing and what was predicted are possible.
    """
    sign = direction(question.indicator)
    low, high = sorted((sign * estimate.low, sign * estimate.high))
    if not (math.isfinite(low) and math.isfinite(high)):
        return "cannot_tell_yet"
    if low > 0:
        return "effective" if _ratio_agrees(estimate, sign) else "cannot_tell_yet"
    if high < 0:
        return "not_effective"
    if question.expected is not None and high < sign * question.expected:
        return "not_effective"
    return "cannot_tell_yet"


def _ratio_agrees(estimate: Estimate, sign: float) -> bool:
    """Whether the interval of the ratio, where there is one, excludes 1 on the good side too.

    Two approximations of the same likelihood: where they differ, nothing is called effective.
    """
    if estimate.ratio is None:
        return True
    _, low, high = estimate.ratio
    return low > 1 if sign > 0 else high < 1


def reached(estimate: Estimate, question: Question) -> Reached | None:
    """Is the predicted change reached? Open where the interval holds it."""
    if question.expected is None:
        return None
    sign = direction(question.indicator)
    low, high = sorted((sign * estimate.low, sign * estimate.high))
    goal = sign * question.expected
    return "yes" if low >= goal else "no" if high < goal else "open"


def further_periods(found: Analysis, expected: float | None) -> int | None:
    """Periods until the interval would be narrower than the predicted change; 0: it is; None: not by waiting."""
    if not expected or found.widths is None:
        return None
    if found.width < abs(expected):
        return 0
    enough = np.flatnonzero(found.widths < abs(expected))
    return int(enough[0]) + 1 if len(enough) else None


def drifting(found: Analysis) -> bool:
    """Whether treated and untouched groups drifted apart before anything was done."""
    return found.diagnostics.drift_p is not None and found.diagnostics.drift_p < ALIKE_DRIFT


def change_text(value: float, unit: Unit) -> Text:
    """A difference of two values with its sign: −5 percentage points."""
    words = []
    for language in LANGUAGES:
        sign = "+" if value > 0 else "−" if value < 0 else ""
        if unit == "percent":
            number = format_number(abs(value) * 100, language, 1 if abs(value) >= 0.0095 else 2)
            suffix = " 个百分点" if language == "zh" else " percentage points"
            words.append(f"{sign}{number}{suffix}")
        else:
            words.append(f"{sign}{format_value(abs(value), unit, language)}")
    return Text(*words)


@dataclass(frozen=True, slots=True)
class Saying:
    """What the sentence of a verdict is made of."""

    question: Question
    grain: Grain
    verdict: Verdict
    estimate: Estimate | None
    reached: Reached | None
    further: int | None
    drifted: bool = False


def sentence(said: Saying) -> Message:
    """The verdict in one sentence or two."""
    if said.estimate is None:
        return message("Whether the measure worked cannot be told from these data.")
    unit = said.question.indicator.unit
    words = {
        "indicator": said.question.indicator.name,
        "change": change_text(said.estimate.value, unit),
        "low": change_text(said.estimate.low, unit),
        "high": change_text(said.estimate.high, unit),
    }
    if said.verdict == "effective":
        first = message(
            "Effective: {indicator} {change} against what would have been (95 % interval {low} to {high}).", **words
        )
    elif said.verdict == "not_effective":
        first = message(
            "Not effective: {indicator} {change} against what would have been (95 % interval {low} to {high}).", **words
        )
    else:
        first = message(
            "Cannot be told yet: {indicator} {change} against what would have been (95 % interval {low} to {high}).",
            **words,
        )
    second = _when(said) if said.verdict == "cannot_tell_yet" else _prediction(said)
    return message("{first} {second}", first=first, second=second) if second else first


def _prediction(said: Saying) -> Message | None:
    expected = said.question.expected
    if expected is None:
        return None
    goal = change_text(expected, said.question.indicator.unit)
    if said.reached == "yes":
        return message("The predicted {goal} is reached.", goal=goal)
    if said.reached == "no":
        return message("The predicted {goal} is not reached.", goal=goal)
    return message("Whether the predicted {goal} is reached is still open.", goal=goal)


def _when(said: Saying) -> Message:
    if said.drifted:
        return message("The groups that are compared had been drifting apart before the start.")
    if said.question.expected is None:
        return message("Without a predicted change nobody can say when it could be told.")
    if said.further:
        return message(
            "After about {count} more {units} the interval would be narrower than the predicted change.",
            count=said.further,
            units=GRAIN_WORDS[said.grain],
        )
    return message("Waiting alone will not tell: the values vary too much for a change as small as the predicted one.")
