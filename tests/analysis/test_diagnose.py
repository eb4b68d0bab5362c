"""The diagnosis as a whole: its period, its JSON, what it does not know."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import pytest

from qualityloop.analysis.diagnose import Diagnosis
from qualityloop.analysis.messages import AnalysisError
from tests.analysis.problems.small_lake import BAD, GOOD, IN_TIME, MONTHS, indicator, judged, make_lake, rows

UNKNOWN = indicator("csat", "mean(csat)", 4, 3, dataset="survey_responses", period="answered_at")


@pytest.fixture(scope="module")
def diagnosis(tmp_path_factory: pytest.TempPathFactory) -> Diagnosis:
    """Three months; in the third the night shift (100 of 400 tickets) goes from 90 % to 10 % in time."""
    tickets = [t for m in MONTHS[:2] for t in rows(m, 300, GOOD, shift="早班") + rows(m, 100, GOOD, shift="夜班")]
    tickets += rows(MONTHS[2], 300, GOOD, shift="早班") + rows(MONTHS[2], 100, BAD, shift="夜班")
    lake = make_lake(tmp_path_factory.mktemp("lake"), tickets)
    return judged(lake, IN_TIME, UNKNOWN, by=("shift",), rejected={"export.csv": 7})


def test_the_whole_data_by_default(diagnosis: Diagnosis) -> None:
    assert (diagnosis.start, diagnosis.end, diagnosis.period) == (date(2026, 1, 1), date(2026, 3, 28), MONTHS[2])
    assert [n.key for n in diagnosis.not_computed] == ["csat"]


def test_json_is_the_documented_interface(diagnosis: Diagnosis) -> None:
    answer = json.loads(json.dumps(diagnosis.to_json(), allow_nan=False))
    assert list(answer) == ["standard", "period", "indicators", "problems", "not_computed", "rejected"]
    assert answer["standard"] == {"key": "own", "version": "1"}
    assert answer["period"] == {"from": "2026-01-01", "to": "2026-03-28", "grain": "month"}
    assert len(answer["indicators"]) == 3 * 3  # three months × everything and two shifts
    (night,) = [i for i in answer["indicators"] if i["group"] == {"shift": "夜班"} and i["period"] == "2026-03-01"]
    assert {k: v for k, v in night.items() if k not in ("low", "high")} == {
        "key": "in_time",
        "period": "2026-03-01",
        "group": {"shift": "夜班"},
        "value": 0.1,
        "n": 100,
        "numerator": 10,
        "denominator": 100,
        "status": "missed",
        "previous": 0.9,
        "year_ago": None,
        "signal": None,
    }
    (problem,) = answer["problems"]
    driver = problem.pop("drivers")[0]
    assert problem.pop("sentence")["en"].startswith("in_time was 70% in March 2026 (target 80%, 400 tickets)")
    assert problem == {
        "rank": 1,
        "indicator": "in_time",
        "group": {},
        "grade": "ordinary",
        "value": 0.7,
        "target": 0.8,
        "affected": 120,
    }
    assert driver == {
        "group": {"shift": "夜班"},
        "value": 0.1,
        "n": 100,
        "share_of_gap": pytest.approx((10 - 80) / (280 - 320)),
        "rate_effect": pytest.approx(-0.2),  # a quarter of the rows, 80 points worse
        "mix_effect": pytest.approx(0.0),
    }
    assert answer["not_computed"][0]["key"] == "csat"
    assert set(answer["not_computed"][0]["reason"]) == {"zh", "en"}
    assert answer["rejected"] == {"export.csv": 7}


def test_a_shorter_range(tmp_path: Path) -> None:
    tickets = [t for m in MONTHS[:3] for t in rows(m, 200, BAD if m == MONTHS[2] else GOOD, team="甲")]
    lake = make_lake(tmp_path, tickets)
    early = judged(lake, IN_TIME, start=date(2026, 1, 1), end=date(2026, 2, 28))
    assert (early.period, early.problems) == (MONTHS[1], ())
    assert {i["period"] for i in early.to_json()["indicators"]} == {"2026-01-01", "2026-02-01"}
    cut = judged(lake, IN_TIME, start=date(2026, 1, 1), end=date(2026, 3, 10))
    assert cut.period == MONTHS[1]
    weekly = judged(lake, IN_TIME, start=date(2026, 3, 2), end=date(2026, 3, 22), grain="week")
    assert weekly.period == date(2026, 3, 16)
    assert [p.months_missed for p in weekly.problems] == [3]
    with pytest.raises(AnalysisError):
        judged(lake, IN_TIME, start=date(2026, 3, 1), end=date(2026, 2, 1))
    with pytest.raises(AnalysisError, match="colour"):
        judged(lake, IN_TIME, by=("colour",))


def test_complaints_are_counted_by_category_and_period(tmp_path: Path) -> None:
    complaints = [
        {"received_at": datetime(2026, month, 10, 4), "category": category}
        for month, category, times in ((1, "late", 3), (2, "late", 2), (2, "rude", 4), (2, None, 1))
        for _ in range(times)
    ]
    tickets = rows(MONTHS[0], 40, GOOD) + rows(MONTHS[1], 40, GOOD)
    found = judged(make_lake(tmp_path, tickets, complaints), IN_TIME)
    counted = {(v.period, v.group[0][1]): v.n for v in found.causes}
    assert counted == {
        (date(2026, 1, 1), "late"): 3,
        (date(2026, 2, 1), "late"): 2,
        (date(2026, 2, 1), "rude"): 4,
        (date(2026, 2, 1), None): 1,
    }
    newest = judged(make_lake(tmp_path / "again", tickets, complaints), IN_TIME, start=date(2026, 2, 1))
    assert {v.period for v in newest.causes} == {date(2026, 2, 1)}
    assert "causes" not in found.to_json()


def test_without_complaints_there_are_no_causes(diagnosis: Diagnosis) -> None:
    assert diagnosis.causes == ()
