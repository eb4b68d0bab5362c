"""The diagnosis finds what is hidden in the demo organisation: the stories of demo/stories.py."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from pyarrow import parquet

from qualityloop.analysis.diagnose import Diagnosis, diagnose
from qualityloop.analysis.effect import Effect, Question, effect_of_lake
from qualityloop.analysis.engine import Engine, open_engine
from qualityloop.analysis.indicators.evaluate import evaluate
from qualityloop.analysis.indicators.loading import load_standard
from qualityloop.analysis.indicators.values import Grain, Value
from qualityloop.analysis.lake import Lake
from qualityloop.analysis.problems.problem import Problem
from qualityloop.demo import organisation as org
from qualityloop.demo import stories
from qualityloop.demo.generation import generate

STANDARD = load_standard("after-sales")
NEWEST = date(2026, 10, 1)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return generate(tmp_path_factory.mktemp("demo") / "lake")


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with open_engine() as opened:
        yield opened


@pytest.fixture(scope="module")
def diagnosis(lake: Lake, engine: Engine) -> Diagnosis:
    return diagnose(lake, STANDARD, engine=engine)


def problem(diagnosis: Diagnosis, key: str) -> Problem:
    return next(p for p in diagnosis.problems if p.indicator == key)


def test_the_first_three_are_the_three_that_were_planted(diagnosis: Diagnosis) -> None:
    assert diagnosis.period == NEWEST
    assert {p.indicator for p in diagnosis.top()} == {"complaint_rate", "first_response_online", "repeat_repair_rate"}
    assert [p.rank for p in diagnosis.problems] == list(range(1, len(diagnosis.problems) + 1))
    assert all(p.sibling_of is None for p in diagnosis.top())


def test_the_night_shift(diagnosis: Diagnosis) -> None:
    found = problem(diagnosis, "first_response_online")
    assert found.grade == "important"
    assert found.months_missed == 2  # from the first day of September on
    assert found.signal == -1
    assert [d.group for d in found.drivers] == [(("shift", stories.NIGHT_SHIFT.where["shift"]),)]
    assert "夜班" in found.sentence.zh
    assert "夜班" in found.sentence.en


def test_the_complaints_about_logistics(diagnosis: Diagnosis) -> None:
    found = problem(diagnosis, "complaint_rate")
    assert found.rank == 1
    assert found.grade == "urgent"
    assert found.months_missed == 3
    assert found.drivers[0].group == (("category", stories.LOGISTICS.where["category"]),)


def test_the_washer_that_comes_back(diagnosis: Diagnosis) -> None:
    found = problem(diagnosis, "repeat_repair_rate")
    assert found.grade == "important"
    assert found.months_missed == 5
    assert [d.group for d in found.drivers] == [(("product", stories.REPEAT_REPAIRS.where["product"]),)]


def test_what_has_no_time_to_be_finished_is_no_problem(diagnosis: Diagnosis) -> None:
    """Tickets of the last days are still open; the share of finished ones is judged a month later."""
    assert "completion_rate" not in {p.indicator for p in diagnosis.problems}


def test_numbers_agree_with_counting_rows(lake: Lake, diagnosis: Diagnosis) -> None:
    """Second computation from the Parquet files, with pandas."""
    frames = [parquet.read_table(p.files[0]).to_pandas() for p in lake.datasets["tickets"].partitions]
    before, tickets = frames[-2:]
    online, online_before = (t[(t.channel == "online") & t.first_response_minutes.notna()] for t in (tickets, before))
    found = problem(diagnosis, "first_response_online")
    late = online.first_response_minutes > 5
    assert (found.n, found.affected) == (len(online), late.sum())
    night = online[online["shift"] == "夜班"]
    driver = found.drivers[0]
    assert driver.n == len(night)
    assert driver.value == pytest.approx((night.first_response_minutes <= 5).mean())
    gap = (1 - late.mean()) - 0.9
    assert driver.share_of_gap == pytest.approx(((night.first_response_minutes <= 5) - 0.9).sum() / len(online) / gap)
    night_before = online_before[online_before["shift"] == "夜班"]
    weights = len(night) / len(online), len(night_before) / len(online_before)
    rate_before = (night_before.first_response_minutes <= 5).mean()
    assert driver.rate_effect == pytest.approx(sum(weights) / 2 * (driver.value - rate_before))

    complaints = parquet.read_table(lake.datasets["complaints"].partitions[-1].files[0]).to_pandas()
    rate = problem(diagnosis, "complaint_rate")
    assert rate.value == pytest.approx(len(complaints) / len(tickets))
    assert rate.affected == len(complaints)
    logistics = (complaints.category == "物流信息更新不及时").sum()
    assert rate.drivers[0].n == logistics
    assert rate.drivers[0].value == pytest.approx(logistics / len(tickets))


def by_team(lake: Lake, engine: Engine, key: str, team: str) -> list[Value]:
    days = date(2025, 10, 1), date(2026, 10, 31)
    values = evaluate(
        lake,
        STANDARD,
        engine=engine,
        start=days[0],
        end=days[1],
        grain="month",
        groupings=[("team",)],
        indicators=[key],
    )
    return values.series(key, (("team", team),))


def test_the_measure_that_worked(lake: Lake, engine: Engine) -> None:
    """Fewer escalations in technical support: below the control limits of the months before, never above."""
    begins = stories.WORKED.begins()
    series = by_team(lake, engine, "escalation_rate", stories.WORKED.where["team"])
    before = [v.value for v in series if v.period < begins.replace(day=1)]
    after = [v for v in series if v.period > begins]
    assert any(v.signal == -1 for v in after)
    assert not any(v.signal == 1 for v in after)
    assert max(v.value for v in after) < min(before)


def test_the_measure_that_failed(lake: Lake, engine: Engine) -> None:
    """Repairs of the southern station did not become faster: no signal for the better in any month since."""
    begins = stories.FAILED.begins()
    series = by_team(lake, engine, "resolution_hardware", stories.FAILED.where["team"])
    assert len([v for v in series if v.period > begins]) == 4
    assert not any(v.signal == -1 for v in series if v.period > begins)


def effect(lake: Lake, engine: Engine, story: stories.Story, key: str, expected: float, grain: Grain) -> Effect:
    """The measure of a story, beside the teams of the same kind that did not take it."""
    station = story.where["team"] in org.STATIONS.values()
    others = [t for t in org.STATIONS.values() if t != story.where["team"]] if station else []
    question = Question(
        STANDARD.indicator(key),
        story.begins(),
        treated=((("team", story.where["team"]),),),
        untouched=tuple((("team", team),) for team in others),
        expected=expected,
    )
    return effect_of_lake(lake, STANDARD, question, engine=engine, grain=grain)


def test_the_measure_that_worked_is_called_effective(lake: Lake, engine: Engine) -> None:
    expected = stories.WORKED.after - stories.WORKED.before
    found = effect(lake, engine, stories.WORKED, "escalation_rate", expected, "week")
    assert (found.method, found.verdict) == ("interrupted_series", "effective")
    assert found.estimate is not None
    assert found.estimate.low <= expected <= found.estimate.high
    assert found.placebos[0].effective <= 0.2 * found.placebos[0].tried


def test_the_measure_that_failed_is_called_not_effective(lake: Lake, engine: Engine) -> None:
    """Eight of the 52 hours were to be saved: the interval holds nothing at all, and not the eight."""
    found = effect(lake, engine, stories.FAILED, "resolution_hardware", -8.0, "week")
    assert (found.method, found.verdict, found.reached) == ("interrupted_series", "not_effective", "no")
    assert found.estimate is not None
    assert found.estimate.low <= 0 <= found.estimate.high
    months = effect(lake, engine, stories.FAILED, "resolution_hardware", -8.0, "month")
    assert (months.method, months.verdict) == ("difference_in_differences", "not_effective")
