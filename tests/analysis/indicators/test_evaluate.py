"""Values against pandas, period by period and group by group, written without our code."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint
from tests.analysis.indicators import records

from qualityloop.analysis.engine import open_engine
from qualityloop.analysis.engine.duckdb import DuckDBEngine
from qualityloop.analysis.indicators.evaluate import evaluate, status_of
from qualityloop.analysis.indicators.values import Grain, Group, Grouping, Value, Values
from qualityloop.analysis.lake import Lake
from qualityloop.analysis.messages import AnalysisError

FREQUENCY = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}
GROUPINGS: list[Grouping] = [("team",), ("channel",), ("team", "channel"), ("escalated",)]
Frame = pd.DataFrame
Answer = dict[str, Any]


@pytest.fixture(scope="module")
def frames() -> dict[str, Frame]:
    return {
        "tickets": records.tickets(),
        "complaints": records.complaints(),
        "survey_responses": records.survey_responses(),
    }


@pytest.fixture(scope="module")
def lake(frames: dict[str, Frame], tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return records.write(tmp_path_factory.mktemp("lake"), frames)


def _numbers(values: pd.Series) -> np.ndarray:
    return pd.to_numeric(values, errors="coerce").dropna().to_numpy(dtype=float)


# Kept, because scipy's distributions are slow one number at a time.
_student = cache(lambda df: float(stats.t.ppf(0.975, df)))
_wilson = cache(lambda hits, n: proportion_confint(hits, n, method="wilson"))
_chi2 = cache(lambda p, df: float(stats.chi2.ppf(p, df)))


@cache
def _ranks(n: int, q: float) -> tuple[int, int]:
    """The ranks that leave at most 2.5 % outside on each side, as near to each other as that allows."""
    below = stats.binom.cdf(np.arange(-1, n + 1), n, q)  # below[r] = P(fewer than r values are under the quantile)
    return int(np.flatnonzero(below < 0.025).max()), int(np.flatnonzero(below[:-1] >= 0.975).min(initial=n + 1))


def _t(x: np.ndarray, scale: float = 1.0) -> tuple[float | None, float | None]:
    if len(x) < 2:
        return None, None
    if x.std() == 0:
        return x.mean() * scale, x.mean() * scale
    half = _student(len(x) - 1) * x.std(ddof=1) / math.sqrt(len(x))
    return (x.mean() - half) * scale, (x.mean() + half) * scale


def _share(hits: int, n: int) -> Answer:
    low, high = _wilson(hits, n) if n else (None, None)
    return {"value": hits / n if n else None, "n": n, "numerator": hits, "denominator": n, "low": low, "high": high}


def _mean(x: np.ndarray) -> Answer:
    low, high = _t(x)
    return {
        "value": x.mean() if len(x) else None,
        "n": len(x),
        "numerator": x.sum(),
        "denominator": len(x),
        "low": low,
        "high": high,
    }


def _sum(x: np.ndarray) -> Answer:
    low, high = _t(x, len(x))
    total = x.sum() if len(x) else None
    return {"value": total, "n": len(x), "numerator": total, "denominator": None, "low": low, "high": high}


def _quantile(x: np.ndarray, q: float) -> Answer:
    ordered = [-np.inf, *sorted(x), np.inf]
    n = len(x)
    low, high = _ranks(n, q)
    ends = [None if math.isinf(ordered[r]) else ordered[r] for r in (low, high)]
    value = float(pd.Series(x).quantile(q)) if n else None
    return {"value": value, "n": n, "numerator": None, "denominator": None, "low": ends[0], "high": ends[1]}


def _garwood(count: float, exposure: float) -> tuple[float, float]:
    low = _chi2(0.025, 2 * count) / 2 if count else 0.0
    return low / exposure, _chi2(0.975, 2 * count + 2) / 2 / exposure


def _rate(count: float, exposure: float) -> Answer:
    low, high = _garwood(count, exposure) if exposure else (None, None)
    value = count / exposure if exposure else None
    return {"value": value, "n": int(exposure), "numerator": count, "denominator": exposure, "low": low, "high": high}


def _nps(answers: np.ndarray) -> Answer:
    x = np.where(answers >= 9, 1.0, np.where(answers <= 6, -1.0, 0.0))
    n = len(x)
    if not n:
        return {"value": None, "n": 0}
    half = 1.959963984540054 * math.sqrt(x.var() / n)
    made = {"value": 100 * x.mean(), "n": n, "numerator": x.sum(), "denominator": n}
    return made | ({} if half == 0 else {"low": 100 * max(x.mean() - half, -1), "high": 100 * min(x.mean() + half, 1)})


def _per_ticket(f: Frame) -> Answer:
    x = _numbers(f["contacts"])
    low, high = _t(x, len(x) / len(f)) if len(f) else (None, None)
    value = x.sum() / len(f) if len(x) else None
    return {"value": value, "n": len(f), "denominator": len(f), "low": low, "high": high}


def _expression(f: Frame) -> Answer:
    known, contacts = f["escalated"].dropna().astype(bool), _numbers(f["contacts"])
    n = min(len(known), len(contacts))
    return {"value": 100 * known.mean() - contacts.mean() / 2 if n else None, "n": n, "low": None, "high": None}


def _minutes_per_contact(f: Frame) -> Answer:
    minutes, contacts = _numbers(f["handling_minutes"]), _numbers(f["contacts"])
    value = minutes.sum() / contacts.sum() if len(minutes) and len(contacts) else None
    return {"value": value, "n": len(contacts), "low": None, "high": None}


def _minutes(f: Frame, end: str) -> pd.Series:
    return (f[end] - f["created_at"]).dt.total_seconds() / 60


def _among(f: Frame) -> Answer:
    chosen = f[pd.to_numeric(f["reopened"], errors="coerce") > 0]["escalated"].dropna()
    return _share(int(chosen.astype(bool).sum()), len(chosen))


def _fast(f: Frame) -> Answer:
    minutes = _minutes(f[f["channel"] == "online"], "first_response_at").dropna()
    return _share(int((minutes <= 5).sum()), len(minutes))


def _extreme(f: Frame, which: Callable[[np.ndarray], float]) -> Answer:
    x = _numbers(f["handling_minutes"])
    return {"value": which(x) if len(x) else None, "n": len(x), "low": None, "high": None}


def _counted(n: int) -> Answer:
    return {"value": n, "n": n, "numerator": n, "denominator": None, "low": None, "high": None}


ORACLE: dict[str, Callable[[Frame], Answer]] = {
    "share": _fast,
    "share_among": _among,
    "mean": lambda f: _mean(_numbers(_minutes(f, "resolved_at") / 60)),
    "sum": lambda f: _sum(_numbers(f["contacts"])),
    "count": lambda f: _counted(len(f)),
    "count_solved": lambda f: _counted(int((f["channel"] != "phone").sum())),
    "min": lambda f: _extreme(f, np.min),
    "max": lambda f: _extreme(f, np.max),
    "median": lambda f: _quantile(_numbers(_minutes(f, "resolved_at") / 60), 0.5),
    "p90": lambda f: _quantile(
        _numbers(_minutes(f[pd.to_numeric(f["contacts"], errors="coerce") > 1], "first_response_at")), 0.9
    ),
    "nps": lambda f: _nps(_numbers(f["nps"])),
    "per_ticket": _per_ticket,
    "solved_per_ticket": lambda f: _rate(int(f["resolved_at"].notna().sum()), len(f)),
    "minutes_per_contact": _minutes_per_contact,
    "expression": _expression,
}
INSTANT = {"count_solved": "resolved_at", "nps": "answered_at"}


def _local(instants: pd.Series) -> pd.Series:
    return instants.dt.tz_localize("UTC").dt.tz_convert(records.ZONE).dt.tz_localize(None)


def _cut(frame: Frame, instant: str, grain: str, end: date, start: date | None = None) -> Frame:
    """Rows up to the end, with their period; of those before `start` only the period before and last year's."""
    local = _local(frame[instant])
    kept = frame[local.notna() & (local < pd.Timestamp(end) + pd.Timedelta(days=1))].copy()
    kept["period"] = local[kept.index].dt.to_period(FREQUENCY[grain])
    if start is None:
        return kept
    first, last = pd.Timestamp(start) - pd.DateOffset(years=1, days=7), pd.Timestamp(end) - pd.DateOffset(days=350)
    begins = kept["period"].dt.start_time
    return kept[(begins >= (pd.Period(start, FREQUENCY[grain]) - 1).start_time) | begins.between(first, last)]


def _group(values: tuple[object, ...], grouping: Grouping) -> Group:
    names = [None if pd.isna(v) else {True: "true", False: "false"}.get(v, v) for v in values]  # type: ignore[call-overload]
    return tuple(zip(grouping, names, strict=True))


def _split(frame: Frame, grouping: Grouping) -> dict[tuple[Group, pd.Period], Frame]:
    keys = [*grouping, "period"]
    return {
        (_group(values[:-1], grouping), values[-1]): part
        for values, part in frame.groupby(keys, dropna=False, observed=True)
    }


def _expected(
    frames: dict[str, Frame], key: str, grouping: Grouping, grain: str, end: date, start: date | None = None
) -> dict[Any, Answer]:
    """Answers of every group and period that has rows, from the first day of the data on."""
    if key == "complaint_rate":
        made = _split(_cut(frames["complaints"], "received_at", grain, end, start), grouping)
        base = _split(_cut(frames["tickets"], "created_at", grain, end, start), grouping)
        return {place: _rate(len(made.get(place, ())), len(part)) for place, part in base.items()}
    dataset = "survey_responses" if key == "nps" else "tickets"
    parts = _split(_cut(frames[dataset], INSTANT.get(key, "created_at"), grain, end, start), grouping)
    return {place: ORACLE[key](part) for place, part in parts.items()}


def _evaluate(lake: Lake, start: date, end: date, grain: Grain, groupings: list[Grouping], **more: Any) -> Values:
    with open_engine("duckdb") as engine:
        return evaluate(
            lake,
            records.standard(*records.INDICATORS),
            engine=engine,
            start=start,
            end=end,
            grain=grain,
            groupings=groupings,
            **more,
        )


SPANS: list[tuple[Grain, date, date]] = [
    ("day", date(2026, 3, 22), date(2026, 3, 31)),  # summer time begins on the 29th
    ("week", date(2025, 12, 22), date(2026, 2, 8)),  # the ISO year begins on 29 December
    ("month", date(2026, 3, 1), date(2026, 8, 9)),  # the last month is cut
    ("quarter", date(2025, 4, 1), date(2026, 6, 30)),
    ("year", date(2025, 1, 1), date(2026, 8, 31)),
]


def _same(found: float | None, expected: float | None, what: object) -> None:
    if expected is None or (isinstance(expected, float) and math.isnan(expected)):
        assert found is None, what
    else:
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-9), what


@pytest.mark.parametrize(("grain", "start", "end"), SPANS)
def test_every_kind_of_formula_by_every_grouping_agrees_with_pandas(
    lake: Lake, frames: dict[str, Frame], grain: Grain, start: date, end: date
) -> None:
    groupings = GROUPINGS if grain == "month" else GROUPINGS[2:]
    answer = _evaluate(lake, start, end, grain, groupings)
    values = {(v.key, v.group, v.period): v for v in answer.values}
    assert len(values) == len(answer.values)
    refused = {(n.key, n.grouping) for n in answer.not_computed}
    seen = 0
    for indicator in records.INDICATORS:
        for grouping in [(), *groupings]:
            if (indicator.key, grouping) in refused:
                continue
            expected = _expected(frames, indicator.key, grouping, grain, end, start)
            for (group, period), wanted in expected.items():
                first = period.start_time.date()
                if first < start or (wanted["n"] == 0 and indicator.key != "count_solved"):
                    continue
                if wanted["n"] == 0 and (indicator.key, group, first) not in values:
                    continue
                found = values.pop((indicator.key, group, first))
                seen += 1
                for name, number in wanted.items():
                    _same(getattr(found, name), number, (indicator.key, group, first, name))
                before, last_year = expected.get((group, period - 1)), _year_ago(expected, group, period, grain)
                _compare_history(found, before, found.previous)
                _compare_history(found, last_year, found.year_ago)
    assert seen > 150
    # what is left has no rows: a count of nothing, a rate without events, or altogether without data
    for value in values.values():
        assert value.n == 0, value
        assert value.value in (None, 0), value


def _year_ago(expected: dict[Any, Answer], group: Group, period: pd.Period, grain: str) -> Answer | None:
    if grain == "week":
        year, week, _ = period.start_time.isocalendar()
        then = pd.Period(date.fromisocalendar(year - 1, min(week, 52), 1), freq="W-SUN")
    else:
        then = pd.Period(period.start_time - pd.DateOffset(years=1), freq=FREQUENCY[grain])
    return expected.get((group, then))


def _compare_history(value: Value, earlier: Answer | None, found: float | None) -> None:
    if earlier is None:
        assert found in (None, 0), value
    else:
        _same(found, earlier["value"], (value, "history"))


def test_what_cannot_be_split_says_why(lake: Lake) -> None:
    answer = _evaluate(lake, date(2026, 1, 1), date(2026, 1, 31), "month", [("channel",), ("product",)])
    reasons = {(n.key, n.grouping): n.reason for n in answer.not_computed}
    assert ("nps", ("channel",)) in reasons
    assert ("share", ("channel",)) not in reasons
    assert ("share", ("product",)) in reasons
    text = reasons["nps", ("channel",)]
    assert text.in_language("en") == "It cannot be split by Channel (channel): Survey responses lack that."
    assert not [v for v in answer.values if v.group and v.group[0][0] == "product"]
    assert {v.key for v in answer.values if v.group == ()} == {i.key for i in records.INDICATORS}


def test_missing_data_are_a_reason_and_never_a_zero(tmp_path: Path) -> None:
    frame = records.tickets(60).drop(columns=["resolved_at", "contacts"])
    lake = records.write(tmp_path, {"tickets": frame})
    answer = _evaluate(lake, date(2025, 3, 1), date(2025, 3, 31), "month", [])
    refused = {n.key: str(n.reason) for n in answer.not_computed}
    missing_contacts = {"sum", "p90", "per_ticket", "minutes_per_contact", "expression"}
    missing_resolved = {"mean", "count_solved", "median", "solved_per_ticket"}
    assert refused.keys() == missing_contacts | missing_resolved | {"nps", "complaint_rate"}
    assert refused["nps"] == "There are no data of this kind: Survey responses."
    assert refused["sum"] == "Tickets: the data lack Contacts until solved (contacts)."
    assert not {v.key for v in answer.values} & refused.keys()


def test_a_period_without_rows_is_insufficient_and_not_zero(lake: Lake) -> None:
    answer = _evaluate(lake, date(2030, 1, 1), date(2030, 1, 31), "month", [("team",)])
    assert {v.key for v in answer.values} == {i.key for i in records.INDICATORS}
    for value in answer.values:
        assert (value.value, value.n, value.group) == (None, 0, ())
        assert value.status in (None, "insufficient")


def test_a_query_without_rows(tmp_path: Path) -> None:
    frame = records.tickets(2)
    frame["resolved_at"] = [pd.Timestamp("2026-01-05"), pd.Timestamp("2029-01-05")]
    frame["created_at"] = pd.Timestamp("2026-01-01")
    lake = records.write(tmp_path, {"tickets": frame})
    solved = [replace(i, period="resolved_at") for i in records.INDICATORS if i.key in ("mean", "p90", "max", "count")]
    with Counting() as engine:
        answer = evaluate(
            lake,
            records.standard(*solved),
            engine=engine,
            start=date(2028, 6, 1),
            end=date(2028, 6, 30),
            grain="month",
            groupings=[("team",)],
        )
        assert len(engine.queries) == 1
    found = {v.key: (v.value, v.n, v.status) for v in answer.values}
    # the data reach from 2026 to 2029, so that nobody solved anything in between is known
    assert found["count"] == (0, 0, "met")
    assert found["mean"] == (None, 0, "insufficient")
    assert found["max"] == found["p90"] == (None, 0, None)


def test_wrong_questions_are_answered_in_words(lake: Lake) -> None:
    with pytest.raises(AnalysisError, match="Did you mean “team”"):
        _evaluate(lake, date(2026, 1, 1), date(2026, 1, 31), "month", [("teem",)])
    with pytest.raises(AnalysisError, match="before it begins"):
        _evaluate(lake, date(2026, 2, 1), date(2026, 1, 31), "month", [])
    with pytest.raises(AnalysisError, match="too many periods"):
        _evaluate(lake, date(1948, 1, 1), date(2199, 12, 31), "day", [])


@pytest.mark.parametrize("better", ["higher", "lower"])
def test_status_by_hand(better: str) -> None:
    sign = 1 if better == "higher" else -1

    def status(
        value: float | None, low: float | None, high: float | None, n: int | None, warning: float | None = 85
    ) -> object:
        flip = [None if x is None else sign * x for x in (value, low, high)]
        ends = flip[1:] if sign == 1 else flip[:0:-1]
        return status_of(flip[0], *ends, n, sign * 90, None if warning is None else sign * warning, better)  # type: ignore[misc,arg-type]

    assert status(91, 90.5, 92, 100) == "met"
    assert status(90, 88, 92, 100) == "met"  # on the line
    assert status(89.9, 88, 92, 100) == "warning"
    assert status(85, 80, 88, 100) == "warning"  # on the warning line
    assert status(84.9, 80, 88, 100) == "missed"
    assert status(91, 84, 96, 100) == "insufficient"  # the interval holds both lines
    assert status(91, 85, 90, 100) == "insufficient"
    assert status(91, None, 96, 100) == "insufficient"  # no lower bound at all
    assert status(91, 86, None, 100) == "met"
    assert status(91, 90.5, 92, 4) == "insufficient"
    assert status(91, None, None, None) == "met"  # a complete count
    assert status(None, None, None, 0) == "insufficient"
    assert status(89, 50, 99, 100, None) == "missed"  # no warning line
    assert status(95, 50, 99, 5, None) == "met"
    assert status_of(1, 0, 2, 10, None, None, "higher") is None


def test_statuses_and_intervals_of_values(lake: Lake) -> None:
    answer = _evaluate(lake, date(2025, 3, 1), date(2026, 8, 9), "month", GROUPINGS)
    kinds = {"share": "wilson", "mean": "t", "sum": "t", "count": None, "median": "order", "nps": "nps"}
    kinds |= {"complaint_rate": "poisson", "per_ticket": "t", "solved_per_ticket": "poisson", "max": None}
    targets = {i.key: i for i in records.INDICATORS}
    seen = set()
    for value in answer.values:
        if value.key in kinds:
            assert value.interval == kinds[value.key]
        i = targets[value.key]
        n = None if value.key == "count" else value.n
        expected = status_of(value.value, value.low, value.high, n, i.target, i.warning, i.better)
        if not (value.interval == "order" and value.low is None and value.high is None):
            assert value.status == expected, value
        seen.add(value.status)
    assert seen == {"met", "warning", "missed", "insufficient", None}


def _limits(key: str, points: list[Answer], judged: Answer) -> tuple[float, float, float] | None:
    """Centre and limits from the up to 24 points before, by the formulas of Laney and Shewhart, in plain Python."""
    known = [p for p in points if p["value"] is not None]
    if len(known) < 8:
        return None
    if key in ("share", "share_among", "complaint_rate", "solved_per_ticket"):
        total = sum(p["denominator"] for p in known)
        center = sum(p["numerator"] for p in known) / total
        spread = center * (1 - center) if key.startswith("share") else center
        if center == 0:  # no complaint so far: the rule of three, and no spread between months
            half = 3 * math.sqrt(3 / total / judged["denominator"])
            return 0.0, 0.0, half
        z = [(p["value"] - center) / math.sqrt(spread / p["denominator"]) for p in known]
        sigma_z = sum(abs(b - a) for a, b in itertools.pairwise(z)) / (len(z) - 1) / 1.128
        half = 3 * math.sqrt(spread / judged["denominator"]) * sigma_z
        top = 1.0 if key.startswith("share") else math.inf
        return center, max(center - half, 0), min(center + half, top)
    x = [p["value"] for p in known]
    center = sum(x) / len(x)
    half = 3 * sum(abs(b - a) for a, b in itertools.pairwise(x)) / (len(x) - 1) / 1.128
    return center, center - half, center + half


@pytest.mark.parametrize(
    "key", ["share", "share_among", "mean", "median", "nps", "complaint_rate", "solved_per_ticket", "count"]
)
def test_control_limits_come_from_earlier_periods_alone(lake: Lake, frames: dict[str, Frame], key: str) -> None:
    end = date(2026, 7, 31)
    answer = _evaluate(lake, date(2025, 9, 1), end, "month", [("team",)], indicators=[key])
    judged = 0
    for grouping in ((), ("team",)):
        expected = _expected(frames, key, grouping, "month", end)
        for group in {g for g, _ in expected}:
            for value in answer.series(key, group):
                period = pd.Period(value.period, freq="M")
                earlier = [period - back for back in range(24, 0, -1)]
                if key == "count":  # February 2025 begins on the third: half a month is no point of comparison
                    earlier = [p for p in earlier if p > pd.Period("2025-02", "M")]
                points = [expected[group, p] for p in earlier if (group, p) in expected]
                made = _limits(key, points, expected[group, period])
                if made is None:
                    assert (value.signal, value.center, value.upper_limit) == (None, None, None)
                    continue
                judged += 1
                _same(value.center, made[0], value)
                _same(value.lower_limit, made[1], value)
                _same(value.upper_limit, None if math.isinf(made[2]) else made[2], value)
                assert value.signal == int(value.value > made[2]) - int(value.value < made[1])  # type: ignore[operator]
    assert judged >= 10


def test_a_jump_is_a_signal_and_half_a_month_is_not(tmp_path: Path) -> None:
    days = [date(2025, 1, 1) + timedelta(days=i) for i in range(410)]  # to 14 February 2026
    late = [d for d in days for i in range(10) if i < (6 if (d.year, d.month) == (2026, 1) else 2)]
    frame = pd.DataFrame({"created_at": [pd.Timestamp(d) + pd.Timedelta(hours=12) for d in days for _ in range(10)]})
    frame["ticket_id"] = [str(i) for i in range(len(frame))]
    frame["escalated"] = [i < (6 if (d.year, d.month) == (2026, 1) else 2) for d in days for i in range(10)]
    assert frame["escalated"].sum() == len(late)
    lake = records.write(tmp_path, {"tickets": frame})
    rules = records.standard(records.indicator("share", "share(escalated)"), records.indicator("count", "count()"))
    with open_engine("duckdb") as engine:
        answer = evaluate(
            lake, rules, engine=engine, start=date(2025, 8, 1), end=date(2026, 2, 14), grain="month", groupings=[]
        )
    signals = {v.period: v.signal for v in answer.series("share")}
    assert signals[date(2025, 8, 1)] is None  # seven months before it
    assert signals[date(2025, 9, 1)] == 0
    assert signals[date(2026, 1, 1)] == 1
    assert {v.period: v.signal for v in answer.series("count")}[date(2026, 2, 1)] is None
    assert {v.period: v.signal for v in answer.series("count")}[date(2026, 1, 1)] == 0


class Counting(DuckDBEngine):
    """An engine that remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.queries: list[str] = []

    def query(self, sql: str) -> Any:
        self.queries.append(sql)
        return super().query(sql)


def test_one_scan_for_each_dataset_and_period_column(lake: Lake) -> None:
    pairs = {("tickets", "created_at"), ("tickets", "resolved_at"), ("complaints", ""), ("survey_responses", "")}
    with Counting() as engine:
        arguments = {"engine": engine, "start": date(2025, 3, 1), "end": date(2026, 8, 9), "grain": "month"}
        rules = records.standard(*records.INDICATORS)
        evaluate(lake, rules, groupings=[("team", "channel"), ("team",)], **arguments)  # type: ignore[arg-type]
        assert len(engine.queries) == len(pairs)
        engine.queries.clear()
        evaluate(lake, rules, groupings=[("team",), ("channel",)], **arguments)  # type: ignore[arg-type]
        # where groupings do not contain each other, one look at the largest month says how to join them
        assert sum("approx_count_distinct" not in sql for sql in engine.queries) <= 2 * len(pairs)
        assert sum("approx_count_distinct" in sql for sql in engine.queries) <= len(pairs)


def test_separate_queries_give_the_same_as_joint_ones(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    joint = _evaluate(lake, date(2026, 1, 1), date(2026, 6, 30), "month", GROUPINGS)
    monkeypatch.setattr("qualityloop.analysis.indicators.evaluate.scan._FINEST", 1e9)
    apart = _evaluate(lake, date(2026, 1, 1), date(2026, 6, 30), "month", GROUPINGS)
    assert len(joint.values) == len(apart.values) > 1000
    for one, other in zip(joint.values, apart.values, strict=True):
        assert (one.key, one.group, one.period, one.n, one.status, one.signal) == (
            *(other.key, other.group, other.period),
            *(other.n, other.status, other.signal),
        )
        _same(one.value, other.value, one)
        _same(one.low, other.low, one)


def test_progress_ends_at_its_end(lake: Lake) -> None:
    seen: list[tuple[int, int]] = []
    _evaluate(lake, date(2026, 1, 1), date(2026, 1, 31), "month", [], progress=lambda done, of: seen.append((done, of)))
    assert seen == [(i, 4) for i in range(5)]
