"""docs/DIAGNOSIS.md is true: its JSON has the keys of a real answer, its numbers are those of the code."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from qualityloop.analysis.problems import candidates, drivers, grading, periods, ranking, scan
from tests.analysis.problems.small_lake import BAD, GOOD, IN_TIME, MONTHS, indicator, judged, make_lake, rows

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "DIAGNOSIS.md").read_text(encoding="utf-8")


def shape(thing: Any, free: bool = False) -> Any:
    """Keys and types of JSON; the keys of a group and of `rejected` belong to the data."""
    if isinstance(thing, dict):
        return "object" if free else {k: shape(v, k in ("group", "rejected")) for k, v in thing.items()}
    if isinstance(thing, list):
        return [shape(thing[0])]
    return "number or null" if isinstance(thing, int | float) or thing is None else type(thing).__name__


def test_the_json_of_the_page_is_the_json_of_the_program(tmp_path: Path) -> None:
    (block,) = re.findall(r"```json\n(.*?)```", PAGE, re.S)
    tickets = rows(MONTHS[0], 300, GOOD, shift="早班") + rows(MONTHS[0], 100, BAD, shift="夜班")
    missing = indicator("csat", "mean(csat)", 4, 3, dataset="survey_responses", period="answered_at")
    answer = judged(make_lake(tmp_path, tickets), IN_TIME, missing, by=("shift",)).to_json()
    assert shape(json.loads(block)) == shape(json.loads(json.dumps(answer)))
    assert all(list(entry) == list(answer["indicators"][0]) for entry in json.loads(block)["indicators"])


@pytest.mark.parametrize(
    "said",
    [
        f"at least {candidates.LEAST_ROWS} rows and {candidates.LEAST_SHARE:.0%} of all".replace("%", " %"),
        f"what stays above {ranking.FALSE_DISCOVERY} is dropped",
        f"{ranking.SIGNAL_FACTOR} with a control-limit signal in the bad direction",
        f"{ranking.TREND_FACTOR} after {ranking.TREND_STEPS} changes for the worse",
        f"at least {grading.URGENT_DISTANCE:.0f} times as far from the target",
        f"at least {drivers.LEAST_ROWS} rows, at least {drivers.LEAST_SHARE:.0%} of the gap".replace("%", " %"),
        f"at least {drivers.LIFT} times the share of the gap",
        f"a pair only if its excess is {drivers.PAIR_GAIN} times",
        f"among singles within {1 - drivers.ALIKE:.0%} of the best".replace("%", " %"),
        f"The {scan.BREADTH} dimensions with the worst single segments are searched",
        f"and the pairs of the worst {drivers.PAIRED} of them",
        f"a month is complete when the data reach within {periods.QUIET['month']} days",
    ],
)
def test_the_numbers_of_the_page_are_those_of_the_code(said: str) -> None:
    assert said in " ".join(PAGE.split())
