"""The rows behind a number: exported and computed again they give the same number."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from tests.analysis.indicators import records

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.engine import Engine, open_engine
from qualityloop.analysis.indicators.evaluate import evaluate
from qualityloop.analysis.indicators.rows import count_behind, rows_behind
from qualityloop.analysis.indicators.standard import Indicator
from qualityloop.analysis.indicators.values import Group, Value
from qualityloop.analysis.lake import Lake, LakeWriter
from qualityloop.analysis.messages import AnalysisError

START, END = date(2026, 3, 1), date(2026, 3, 31)
GROUPS: list[Group] = [
    (),
    (("team", "x\\y"),),
    (("team", None),),
    (("channel", "it's"), ("team", "夜班")),
    (("escalated", "true"),),
]
BY_KEY = {i.key: i for i in records.INDICATORS}


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    frames = {"tickets": records.tickets(), "complaints": records.complaints()}
    return records.write(tmp_path_factory.mktemp("lake"), frames)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return open_engine("duckdb")


def _value(lake: Lake, indicator: Indicator, engine: Engine, group: Group) -> Value | None:
    answer = evaluate(
        lake,
        records.standard(indicator),
        engine=engine,
        start=START,
        end=END,
        grain="month",
        groupings=[tuple(c for c, _ in group)],
    )
    found = answer.series(indicator.key, group)
    return found[0] if found else None


@pytest.mark.parametrize("group", GROUPS, ids=str)
def test_exported_rows_give_the_same_number(lake: Lake, engine: Engine, group: Group, tmp_path: Path) -> None:
    checked = 0
    for key in ("share", "share_among", "mean", "sum", "count_solved", "median", "p90", "per_ticket", "max"):
        indicator = BY_KEY[key]
        value = _value(lake, indicator, engine, group)
        rows = rows_behind(lake, indicator, engine=engine, start=START, end=END, group=group)
        if value is None or not value.n:
            assert rows.num_rows == 0
            continue
        declared = [c.name for c in DATASETS["tickets"].columns if c.name in rows.schema.names]
        with LakeWriter(tmp_path / key, zone=records.ZONE) as writer:
            writer.write("tickets", rows.select(declared))
            again = _value(writer.commit(), indicator, engine, ())
        assert again is not None
        assert (again.value, again.n) == (pytest.approx(value.value), value.n), key
        assert rows.num_rows >= value.n
        checked += 1
    assert checked >= 5 or group == (("channel", "it's"), ("team", "夜班"))


def test_numerator_and_the_rest_are_all(lake: Lake, engine: Engine) -> None:
    share = BY_KEY["share"]
    value = _value(lake, share, engine, ())
    ids = {
        side: set(
            rows_behind(lake, share, engine=engine, start=START, end=END, side=side).column("ticket_id").to_pylist()  # type: ignore[arg-type]
        )
        for side in ("all", "numerator", "not_numerator")
    }
    assert value is not None
    assert (len(ids["numerator"]), len(ids["all"])) == (value.numerator, value.denominator)
    assert ids["numerator"] | ids["not_numerator"] == ids["all"]
    assert not ids["numerator"] & ids["not_numerator"]
    assert count_behind(lake, share, engine=engine, start=START, end=END, side="numerator") == value.numerator


def test_pages_follow_each_other_newest_first(lake: Lake, engine: Engine) -> None:
    count = BY_KEY["count"]
    whole = rows_behind(lake, count, engine=engine, start=START, end=END)
    pages = [
        rows_behind(lake, count, engine=engine, start=START, end=END, limit=40, offset=offset)
        for offset in range(0, whole.num_rows + 40, 40)
    ]
    assert pages[0].num_rows == 40
    assert pages[-1].num_rows < 40
    assert pa.concat_tables(pages).column("ticket_id").to_pylist() == whole.column("ticket_id").to_pylist()
    created = whole.column("created_at").to_pylist()
    assert created == sorted(created, reverse=True)
    assert count_behind(lake, count, engine=engine, start=START, end=END) == whole.num_rows
    slowest = rows_behind(lake, count, engine=engine, start=START, end=END, order="resolution_hours", limit=1)
    assert slowest.column("resolution_hours")[0] == pc.max(whole.column("resolution_hours"))


def test_both_sides_of_a_rate(lake: Lake, engine: Engine) -> None:
    rate = BY_KEY["complaint_rate"]
    value = _value(lake, rate, engine, (("team", "白班"),))
    assert value is not None
    found = {
        side: rows_behind(lake, rate, engine=engine, start=START, end=END, group=(("team", "白班"),), side=side)  # type: ignore[arg-type]
        for side in ("numerator", "denominator")
    }
    assert found["numerator"].num_rows == value.numerator
    assert "complaint_id" in found["numerator"].schema.names
    assert found["denominator"].num_rows == value.denominator == value.n


def test_questions_that_have_no_rows(lake: Lake, engine: Engine) -> None:
    assert rows_behind(lake, BY_KEY["count"], engine=engine, start=date(1990, 1, 1), end=date(1990, 1, 2)).num_rows == 0
    assert count_behind(lake, BY_KEY["count"], engine=engine, start=date(1990, 1, 1), end=date(1990, 1, 2)) == 0
    with pytest.raises(AnalysisError, match="no data of this kind"):
        rows_behind(lake, BY_KEY["nps"], engine=engine, start=START, end=END)
    with pytest.raises(AnalysisError, match="cannot be split by"):
        rows_behind(lake, BY_KEY["count"], engine=engine, start=START, end=END, group=(("product", "A"),))
    with pytest.raises(AnalysisError, match="no column"):
        rows_behind(lake, BY_KEY["count"], engine=engine, start=START, end=END, order="1; DROP TABLE x")
    with pytest.raises(AnalysisError, match="denominator"):
        rows_behind(lake, BY_KEY["count"], engine=engine, start=START, end=END, side="denominator")
