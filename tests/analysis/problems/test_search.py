"""From rows to problems, on small lakes whose answers can be counted on paper."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from qualityloop.analysis.indicators.standard import Per
from qualityloop.analysis.messages import AnalysisError
from tests.analysis.problems.small_lake import BAD, GOOD, IN_TIME, MONTHS, indicator, judged, make_lake, rows


def test_a_region_that_fails_while_the_whole_is_fine(tmp_path: Path) -> None:
    tickets = rows(MONTHS[0], 450, GOOD, region="华东") + rows(MONTHS[0], 50, BAD, region="西部")
    found = judged(make_lake(tmp_path, tickets), IN_TIME).problems
    assert [(p.indicator, p.group, p.grade) for p in found] == [("in_time", (("region", "西部"),), "ordinary")]
    assert (found[0].n, found[0].affected, found[0].value) == (50, 45, pytest.approx(0.1))
    assert found[0].ranking.distance == pytest.approx((0.8 - 0.1) / 0.05)
    assert found[0].score == pytest.approx(45 * 14, rel=1e-6)
    assert "overall it is 82%" in found[0].sentence.en


def test_a_day_of_the_week_that_fails(tmp_path: Path) -> None:
    """Groups of derived columns carry the same text as everywhere: Saturday is weekday 6."""
    tickets = rows(MONTHS[0], 560, GOOD)
    for i, ticket in enumerate(t for t in tickets if t["created_at"].isoweekday() == 6):
        ticket["first_response_at"] = ticket["created_at"] + timedelta(minutes=9 if i % 2 else 1)
    (found,) = judged(make_lake(tmp_path, tickets), IN_TIME).problems
    assert (found.group, found.n, found.affected) == ((("weekday", "6"),), 80, 40)
    assert "Saturday" in found.sentence.en


def test_the_whole_before_its_parts(tmp_path: Path) -> None:
    """Everything misses: one problem, and the region is its driver, whatever one groups by."""
    tickets = rows(MONTHS[0], 400, GOOD, region="华东", team="甲") + rows(MONTHS[0], 100, BAD, region="西部", team="乙")
    lake = make_lake(tmp_path, tickets)
    for by in ((), ("region", "team")):
        found = judged(lake, IN_TIME, by=by).problems
        assert [(p.group, [d.group for d in p.drivers]) for p in found] == [((), [(("team", "乙"),)])]


def test_chance_is_no_problem(tmp_path: Path) -> None:
    """Forty teams of 50 tickets, each drawn with exactly the target rate."""
    rng = np.random.default_rng(11)
    tickets = [
        t
        for i in range(40)
        for t in rows(MONTHS[0], 50, [9.0 if x else 1.0 for x in rng.random(50) < 0.2], team=f"{i}组")
    ]
    assert judged(make_lake(tmp_path, tickets), IN_TIME, by=("team",)).problems == ()


def test_the_same_root_does_not_fill_the_list(tmp_path: Path) -> None:
    tickets = rows(MONTHS[0], 300, GOOD, shift="早班", channel="phone", priority="高")
    tickets += rows(MONTHS[0], 100, BAD, shift="夜班", channel="phone", priority="高")
    mean = indicator("mean_minutes", "mean(first_response_minutes)", 2.0, 2.2, unit="minutes", better="lower")
    median = indicator("p90", "quantile(first_response_minutes, 0.9)", 5.0, 6.0, unit="minutes", better="lower")
    phone = indicator("phone", "share(channel = 'online')", 0.1, 0.05)
    lake = make_lake(tmp_path, tickets)
    found = judged(lake, IN_TIME, mean, median, phone).problems
    assert {p.indicator for p in found} == {"in_time", "mean_minutes", "p90", "phone"}
    twins = [p for p in found if p.sibling_of is not None]
    assert len(twins) == 2
    first = next(p for p in found if p.drivers and p.sibling_of is None)
    assert {p.sibling_of for p in twins} == {first.rank}
    assert {p.rank for p in twins} == {3, 4}
    assert {p.indicator for p in found[:2]} == {"phone", first.indicator}


def test_a_percentile_is_explained_by_rows_beyond_its_target(tmp_path: Path) -> None:
    slow, quick = [2.0, 30.0], [1.0, 2.0, 3.0, 4.0]
    tickets = rows(MONTHS[0], 200, quick, shift="早班") + rows(MONTHS[0], 100, slow, shift="夜班")
    p90 = indicator("p90", "quantile(first_response_minutes, 0.9)", 5.0, 6.0, unit="minutes", better="lower")
    (found,) = judged(make_lake(tmp_path, tickets), p90).problems
    assert found.value == pytest.approx(float(np.quantile([*quick * 50, *slow * 50], 0.9)))
    assert found.affected == 50
    (night,) = found.drivers
    assert night.group == (("shift", "夜班"),)
    assert night.value == pytest.approx(30.0)
    # 50 of 300 rows are beyond 5 minutes where 10 % may be; in the night 50 of 100
    assert night.share_of_gap == pytest.approx((50 - 10) / 300 / (50 / 300 - 0.1))


def test_complaints_without_target_that_jump(tmp_path: Path) -> None:
    tickets = [t for month in MONTHS for t in rows(month, 500, GOOD, team="甲")]
    usual = [6, 5, 7, 6, 5, 6, 7, 5, 6]
    complaints = [
        {"received_at": t["created_at"], "category": "态度" if i % 2 else "质量"}
        for month, count in zip(MONTHS, [*usual, 6], strict=True)
        for i, t in enumerate(rows(month, count, [1.0]))
    ]
    complaints += [{"received_at": t["created_at"], "category": "物流"} for t in rows(MONTHS[-1], 40, [1.0])]
    rate = indicator(
        "complaints",
        "count()",
        None,
        None,
        dataset="complaints",
        period="received_at",
        better="lower",
        kind="complaint",
        per=Per("tickets", "created_at", "count()"),
    )
    (found,) = judged(make_lake(tmp_path, tickets, complaints), rate).problems
    assert (found.grade, found.signal, found.value) == ("urgent", 1, pytest.approx(46 / 500))
    assert [d.group for d in found.drivers] == [(("category", "物流"),)]
    assert "usually" in found.sentence.en


def test_a_miss_that_only_the_range_proves(tmp_path: Path) -> None:
    """50 tickets a month at 70 %: no month is sure for itself, ten months are."""
    tickets = [t for month in MONTHS for t in rows(month, 30, [1.0] * 7 + [9.0] * 3, team="甲")]
    (found,) = judged(make_lake(tmp_path, tickets), IN_TIME).problems
    assert (found.scope, found.n, found.value) == ("range", 300, pytest.approx(0.7))
    assert found.affected == pytest.approx(9)  # a month
    assert "the mean of January 2026 to October 2026" in found.sentence.en


def test_nothing_to_count_is_said(tmp_path: Path) -> None:
    lake = make_lake(tmp_path, rows(MONTHS[0], 3, GOOD))
    survey = indicator("csat", "mean(csat)", 4, 3, dataset="survey_responses", period="answered_at")
    with pytest.raises(AnalysisError, match="no rows"):
        judged(lake, survey)


def test_an_incomplete_month_is_not_judged(tmp_path: Path) -> None:
    start = rows(MONTHS[0], 400, BAD, team="甲")
    begun = [t for t in rows(MONTHS[1], 300, GOOD, team="甲") if t["created_at"] < datetime(2026, 2, 12)]
    diagnosis = judged(make_lake(tmp_path, start + begun), IN_TIME)
    assert diagnosis.period == MONTHS[0]
    assert [p.value for p in diagnosis.problems] == [pytest.approx(0.1)]


def test_days_that_were_not_asked_for_do_not_count(tmp_path: Path) -> None:
    """From the 11th to the 20th: rows of the other days are neither affected nor drivers nor what one compares with."""
    tickets = [
        *rows(MONTHS[0], 560, GOOD, team="甲"),
        *(t | {"team": "甲" if i % 28 < 14 else "乙"} for i, t in enumerate(rows(MONTHS[0], 560, BAD))),
    ]
    (found,) = judged(make_lake(tmp_path, tickets), IN_TIME, start=date(2026, 1, 11), end=date(2026, 1, 20)).problems
    # 20 + 20 rows a day over 10 days; of the bad half 甲 has days 11 to 14, 乙 days 15 to 20
    assert (found.n, found.affected) == (400, 200)
    assert (found.drivers[0].group, found.drivers[0].n) == ((("team", "乙"),), 120)
    assert sum(driver.n for driver in found.drivers) <= 400


def test_a_month_that_was_asked_for_in_part_is_compared_in_part(tmp_path: Path) -> None:
    """The change splits the numbers that are shown: February against the days of January from the 15th on."""
    early = [t for t in rows(MONTHS[0], 560, BAD, team="甲") if t["created_at"].day < 15]
    late = [t for t in rows(MONTHS[0], 560, GOOD, team="甲") if t["created_at"].day >= 15]
    steady = [t for month in MONTHS[:2] for t in rows(month, 560, GOOD, team="乙")]
    lake = make_lake(tmp_path, [*early, *late, *steady, *rows(MONTHS[1], 560, BAD, team="甲")])
    (found,) = judged(lake, IN_TIME, start=date(2026, 1, 15), end=date(2026, 2, 28)).problems
    assert found.previous == pytest.approx(0.9, abs=0.02)
    (team,) = found.drivers
    assert (team.group, team.rate_effect) == ((("team", "甲"),), pytest.approx(found.value - found.previous, abs=0.02))


def test_rows_affected_over_the_range_are_those_of_the_range(tmp_path: Path) -> None:
    """The newest month is all bad, but has four rows; of 301 rows in ten months 94 miss, 9.4 a month."""
    tickets = [t for month in MONTHS[:-1] for t in rows(month, 33, [1.0] * 23 + [9.0] * 10, team="甲")]
    tickets += rows(MONTHS[-1], 28, [9.0], team="甲")[6::7]
    (found,) = judged(make_lake(tmp_path, tickets), IN_TIME).problems
    assert (found.scope, found.n, found.value) == ("range", 301, pytest.approx(207 / 301))
    assert found.affected == pytest.approx(9.4)


def test_complaints_affected_over_the_range_are_complaints(tmp_path: Path) -> None:
    """Three of 200 tickets a month lead to a complaint: no month proves it, ten do; tickets are not what is counted."""
    tickets = [t for month in MONTHS for t in rows(month, 200, GOOD, team="甲")]
    complaints = [{"received_at": t["created_at"]} for month in MONTHS for t in rows(month, 28, [1.0])[9::9]]
    per = Per("tickets", "created_at", "count()")
    lines = {"dataset": "complaints", "period": "received_at", "better": "lower", "per": per}
    rate = indicator("complaints", "count()", 0.008, 0.009, **lines)
    (found,) = judged(make_lake(tmp_path, tickets, complaints), rate).problems
    assert (found.scope, found.value, found.affected) == ("range", pytest.approx(0.015), 3)


def test_rows_without_a_value_are_no_weak_point(tmp_path: Path) -> None:
    """Nobody can work on "no region": neither found by search nor asked for with --by."""
    tickets = rows(MONTHS[0], 450, GOOD, region="华东") + rows(MONTHS[0], 50, BAD)
    lake = make_lake(tmp_path, tickets)
    assert judged(lake, IN_TIME).problems == ()
    assert judged(lake, IN_TIME, by=("region",)).problems == ()


def test_a_single_month_is_too_young_to_tell_what_is_finished(tmp_path: Path) -> None:
    """A third is still open at its end, as always; no earlier month says whether that is many."""
    tickets = [
        t | {"resolved_at": None if i % 3 == 0 else t["created_at"]} for i, t in enumerate(rows(MONTHS[0], 300, GOOD))
    ]
    finished = indicator("finished", "share(resolved_at IS NOT NULL)", 0.95, 0.9)
    assert judged(make_lake(tmp_path, tickets), finished).problems == ()
