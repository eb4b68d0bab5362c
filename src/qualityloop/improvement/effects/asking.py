"""From a frozen prediction to the question that the lake is asked: definition, groups, method, days."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings

from qualityloop import __version__
from qualityloop.analysis.datasets import day_column
from qualityloop.analysis.effect import Effect, Method, Question, effect_of_lake
from qualityloop.analysis.effect.model import both
from qualityloop.analysis.effect.texts import figures
from qualityloop.analysis.engine import open_engine
from qualityloop.analysis.indicators.standard import Standard
from qualityloop.analysis.indicators.values import Grain, Group, Progress
from qualityloop.analysis.lake import Lake
from qualityloop.analysis.messages import LANGUAGES, AnalysisError, message
from qualityloop.diagnosis import payloads
from qualityloop.diagnosis.courses import courses
from qualityloop.diagnosis.store import standard_hash
from qualityloop.foundation.lake import cache_path

GRAIN: Grain = "week"  # periods by which an effect is judged
MEMORY_LIMIT = "2GB"
METHODS: dict[str, Method] = {
    "its": "interrupted_series", "did": "difference_in_differences", "shares": "before_after_shares",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with everything that fixes its answer; `final`: the data reach the day that was set."""

    question: Question
    standard: Standard
    since: date | None
    others: bool
    final: bool
    last: date

    @property
    def fingerprint(self) -> str:
        """The same for the same question, asked of any snapshot."""
        q = self.question
        said = {
            "indicator": q.indicator.key, "start": q.start, "treated": q.treated, "untouched": q.untouched,
            "expected": q.expected, "until": q.until, "planned": q.planned, "since": self.since, "others": self.others,
            "grain": GRAIN, "standard": standard_hash(self.standard), "program": __version__,
        }  # fmt: skip
        return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def is_judged(prediction: dict[str, Any]) -> bool:
    """Whether a prediction says all that it takes to be judged."""
    return bool(prediction["indicator"] and prediction["amount"] and prediction["starts_on"])


def asked_of(
    lake: Lake, prediction: dict[str, Any], *, preferred: str = "", told_on: date | None = None
) -> Asked:  # fmt: skip
    """The question of a prediction; AnalysisError where no standard knows the indicator or there are no rows.

    The definition is the one in force when the plan was frozen. Looked at is what happened until the day that the
    plan set (`told_on`: until the later day that an evaluation has named); before that day all there is.
    """
    standard = standard_at(prediction["indicator"], prediction["frozen_at"], preferred)
    indicator = standard.indicator(prediction["indicator"])
    days = lake.datasets[indicator.dataset].days(day_column(indicator.period)) if indicator.dataset in lake.datasets \
        else None  # fmt: skip
    if days is None:
        raise AnalysisError(message("there are no rows that the indicator could be computed from"))
    goal = prediction["effect_until"]
    final = goal is not None and days[1] >= goal
    until = max(goal, told_on) if final and told_on and told_on <= days[1] else goal if final else None
    group = _group(prediction["group"])
    untouched = tuple(_group(one) for one in prediction["untouched"])
    sign = 1.0 if prediction["direction"] == "up" else -1.0
    question = Question(
        indicator=indicator, start=prediction["starts_on"], treated=(group,), untouched=untouched,
        expected=sign * prediction["amount"], until=until, planned=METHODS.get(prediction["method"]),
    )  # fmt: skip
    others = prediction["method"] == "did" and bool(group) and not untouched
    return Asked(question, standard, prediction["baseline_from"], others, final, days[1])


def answer(lake: Lake, asked: Asked, progress: Progress | None = None) -> dict[str, Any]:
    """The effect by the rows of a lake, ready to be kept: the answer, its figures in words and its picture."""
    with open_engine(memory_limit=MEMORY_LIMIT) as engine:
        found = effect_of_lake(
            lake, asked.standard, asked.question, engine=engine, grain=GRAIN, since=asked.since, others=asked.others,
            cache=cache_path() / "values", progress=progress,
        )  # fmt: skip
    return plain_answer(found)


def plain_answer(found: Effect) -> dict[str, Any]:
    """An effect as it is kept."""
    whole = {
        **found.to_json(),
        "name": both(found.question.indicator.name),
        "figures": [[both(name), both(words)] for name, words in figures(found)],
        "pictures": {language: payloads.effect(found, language) for language in LANGUAGES},
    }
    kept: dict[str, Any] = json.loads(json.dumps(whole))
    return kept


def cannot(asked_indicator: str, error: AnalysisError) -> dict[str, Any]:
    """The answer where nothing could be computed, with the reason."""
    why = both(message("Cannot be told yet: {reason}.", reason=error.text))
    name = dict.fromkeys(LANGUAGES, asked_indicator)
    return {
        "verdict": "cannot_tell_yet", "sentence": why, "method": "none", "method_name": why, "points": [], "name": name,
        "figures": [], "warnings": [], "placebos": [], "estimate": None, "reached": None, "until_told": None,
        "expected_change": None, "unit": "number",
    }  # fmt: skip


def standard_at(indicator: str, instant: datetime, preferred: str = "") -> Standard:
    """The standard that knows an indicator, as it was in force at an instant; AnalysisError where none does."""
    known = courses(settings.QUALITYLOOP_HOME)
    first = [key for key in (preferred, settings.QUALITYLOOP_STANDARD) if key in known]
    for key in dict.fromkeys([*first, *known]):
        standard = known[key].at(instant).standard
        if any(one.key == indicator for one in standard.indicators):
            return standard
    raise AnalysisError(message("no standard knows the indicator “{key}”", key=indicator))


def _group(pairs: list[list[str]]) -> Group:
    return tuple((column, value) for column, value in pairs)
