"""Whatever the rows are like, the answer is whole: no crash, no NaN, no indicator twice."""

from __future__ import annotations

import json
import math
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from qualityloop.analysis.indicators.standard import Per
from tests.analysis.problems.small_lake import IN_TIME, indicator, judged, make_lake

LOWER: dict[str, Any] = {"unit": "number", "better": "lower"}
INDICATORS = (
    IN_TIME,
    indicator("mean", "mean(first_response_minutes)", 2.0, 2.0, **LOWER),
    indicator("quantile", "quantile(first_response_minutes, 0.9)", 0.0, None, **LOWER),
    indicator("largest", "max(first_response_minutes)", 1, None, **LOWER),
    indicator("count", "count()", 5, None, **LOWER),
    indicator("expression", "mean(first_response_minutes) + count()", 5, 7, **LOWER),
    indicator("ratio", "ratio(sum(first_response_minutes), count())", 1, 2, **LOWER),
    indicator(
        "complaints",
        "count()",
        0.0,
        0.0,
        dataset="complaints",
        period="received_at",
        kind="complaint",
        per=Per("tickets", "created_at", "count()"),
        **LOWER,
    ),
)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("count", "grain"), [(1, "month"), (60, "week"), (300, "month")])
def test_odd_rows(tmp_path: Path, count: int, grain: str) -> None:
    draw = random.Random(count)
    tickets = []
    for _ in range(count):
        at = datetime(2026, draw.randint(1, 4), draw.randint(1, 28), draw.randint(0, 23))
        answered = None if draw.random() < 0.3 else at + timedelta(minutes=draw.choice([0, 1, 9, 1e5]))
        team, channel = draw.choice([None, "甲", "", "{x}"]), draw.choice(["online", "it's", 'a"b'])
        tickets.append(
            {"created_at": at, "first_response_at": answered, "team": team, "channel": channel, "region": None}
        )
    complaints = [
        {"received_at": datetime(2026, 4, 3), "category": draw.choice([None, "物流", "%"]), "team": "乙"}
        for _ in range(count // 4)
    ]
    lake = make_lake(tmp_path, tickets, complaints)
    diagnosis = judged(lake, *INDICATORS, grain=grain, by=("team", "channel"))
    json.dumps(diagnosis.to_json(), allow_nan=False)
    problems = diagnosis.problems
    assert [p.rank for p in problems] == list(range(1, len(problems) + 1))
    assert len({p.indicator for p in problems}) == len(problems)
    for problem in problems:
        assert problem.value < problem.target if problem.indicator == "in_time" else problem.value > problem.target
        assert problem.score > 0
        assert problem.sentence.zh
        assert all(math.isfinite(d.share_of_gap) and d.n >= 20 for d in problem.drivers)
