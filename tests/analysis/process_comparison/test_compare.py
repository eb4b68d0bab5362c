"""Two sides beside each other, against the same numbers in plain Python over the rows."""

from __future__ import annotations

import csv
import gzip
import itertools
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from math import comb, sqrt
from pathlib import Path
from statistics import NormalDist, mean, variance
from typing import Any

import pyarrow as pa
import pytest

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.engine import Engine, open_engine
from qualityloop.analysis.files import read_events
from qualityloop.analysis.indicators.language import parse_condition
from qualityloop.analysis.lake import Lake, LakeWriter
from qualityloop.analysis.process_comparison import Compared, Comparison, Question, compare
from tests.analysis.process.brute import percentile

START = datetime(2026, 3, 1, 0)  # UTC: 8 o'clock in Shanghai
Z = NormalDist().inv_cdf(0.975)
Row = tuple[str, int, datetime, str, str, str]  # case, seq, at, activity, actor, team


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with open_engine("duckdb") as opened:
        yield opened


def made_up(chance: random.Random, cases: int = 400) -> tuple[list[Row], dict[str, dict[str, Any]]]:
    """Cases of two teams: the team 夜 waits longer, leaves the diagnosis out more often and hands over more."""
    rows: list[Row] = []
    tickets: dict[str, dict[str, Any]] = {}
    for number in range(cases):
        case, night = f"c{number:04}", number % 2 == 1
        at = START + timedelta(hours=number)
        path = ["登记", "接单", "诊断", "维修", "关闭"]
        if chance.random() < (0.4 if night else 0.15):
            path.remove("诊断")
        while chance.random() < 0.25:
            path.insert(-1, "维修")
        if chance.random() < 0.1:
            path.pop()
        team, who = ("夜", "a"), 0
        for seq, step in enumerate(path):
            if seq:
                at += timedelta(seconds=round(chance.expovariate(1 / (3600 * (1.6 if night else 1)))))
            if chance.random() < (0.5 if night else 0.2):
                who += 1
            rows.append((case, seq, at, step, f"p{who}", team[who % 2]))
        tickets[case] = {
            "created_at": START + timedelta(hours=number),
            "team": "夜班组" if night else "白班组",
            "closed_at": at if path[-1] == "关闭" else None,
        }
    return rows, tickets


def lake_of(folder: Path, rows: list[Row], tickets: dict[str, dict[str, Any]]) -> Lake:
    cases, seqs, at, steps, actors, teams = zip(*rows, strict=True)
    events = {"ticket_id": cases, "seq": seqs, "at": pa.array(at, pa.timestamp("us")), "activity": steps,
              "actor": actors, "team": teams}  # fmt: skip
    columns: dict[str, Any] = {"ticket_id": list(tickets)}
    for name, kind in (("created_at", pa.timestamp("us")), ("team", pa.string()), ("closed_at", pa.timestamp("us"))):
        columns[name] = pa.array([ticket[name] for ticket in tickets.values()], kind)
    with LakeWriter(folder, zone="Asia/Shanghai") as writer:
        writer.write("tickets", pa.table(columns))
        writer.write("ticket_events", pa.table(events))
        return writer.commit()


def traces(rows: list[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda r: (r[2], r[1])):
        found[row[0]].append(row)
    return dict(found)


def wilson(hits: int, n: int) -> tuple[float, float]:
    p = hits / n
    middle, half = p + Z * Z / (2 * n), Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    return (middle - half) / (1 + Z * Z / n), (middle + half) / (1 + Z * Z / n)


def newcombe(hits: int, n: int, other: int, m: int) -> tuple[float, float]:
    """Of the second share less the first, as printed in Newcombe 1998, method 10."""
    (low, high), (floor, ceiling), p, q = wilson(hits, n), wilson(other, m), hits / n, other / m
    return q - p - sqrt((q - floor) ** 2 + (high - p) ** 2), q - p + sqrt((ceiling - q) ** 2 + (p - low) ** 2)


def order_interval(values: list[float], q: float) -> tuple[float, float]:
    """x(l), x(u) with P(B < l) ≤ 2.5 % and P(B ≥ u) ≤ 2.5 %, the narrowest of these."""
    ordered, n = sorted(values), len(values)
    below = [0.0]
    for k in range(n + 1):
        below.append(below[-1] + comb(n, k) * q**k * (1 - q) ** (n - k))  # P(B ≤ k)
    low = max(rank for rank in range(n + 1) if rank == 0 or below[rank] <= 0.025)
    high = min(rank for rank in range(1, n + 2) if 1 - below[rank] <= 0.025 or rank == n + 1)
    return (ordered[low - 1] if low else -float("inf"), ordered[high - 1] if high <= n else float("inf"))


def row(found: Comparison, measure: str, *of: str) -> Compared:
    return next(r for r in found.rows if (r.measure, r.of) == (measure, of))


def team(name: str) -> Question:
    return Question(where=parse_condition(f"team = '{name}'", DATASETS["tickets"]))


@pytest.fixture(scope="module")
def two_teams(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> tuple[Comparison, list[dict[str, Any]]]:
    """The comparison of day and night, and per side what plain Python finds."""
    rows, tickets = made_up(random.Random(7))
    lake = lake_of(tmp_path_factory.mktemp("two") / "lake", rows, tickets)
    found = compare(lake, team("白班组"), team("夜班组"), engine=engine)
    sides = []
    for name in ("白班组", "夜班组"):
        cases = {case: own for case, own in traces(rows).items() if tickets[case]["team"] == name}
        sides.append({"cases": cases, "tickets": tickets})
    return found, sides


def test_shares_of_cases(two_teams: tuple[Comparison, list[dict[str, Any]]]) -> None:
    found, sides = two_teams
    n = [len(side["cases"]) for side in sides]
    assert (found.one.cases, found.other.cases) == tuple(n) == (200, 200)
    for measure, step, holds in (
        ("reached", "诊断", lambda path: "诊断" in path),
        ("repeated", "维修", lambda path: path.count("维修") > 1),
    ):
        hits = [sum(holds([e[3] for e in own]) for own in side["cases"].values()) for side in sides]
        one = row(found, measure, step)
        assert one.one.value == pytest.approx(hits[0] / n[0])
        assert one.other.value == pytest.approx(hits[1] / n[1])
        assert (one.one.low, one.one.high) == pytest.approx(wilson(hits[0], n[0]))
        assert (one.low, one.high) == pytest.approx(newcombe(hits[0], n[0], hits[1], n[1]))
    passed = [
        sum(
            ("接单", "维修") in list(zip(p := [e[3] for e in own], p[1:], strict=False))
            for own in side["cases"].values()
        )
        for side in sides
    ]
    one = row(found, "passed", "接单", "维修")
    assert (one.low, one.high) == pytest.approx(newcombe(passed[0], n[0], passed[1], n[1]))
    assert one.verdict == "difference"


def test_waiting_of_a_step_that_each_case_passes_once(two_teams: tuple[Comparison, list[dict[str, Any]]]) -> None:
    found, sides = two_teams
    waits = [
        [(b[2] - a[2]).total_seconds() for own in side["cases"].values() for a, b in itertools.pairwise(own)
         if a[3] == "登记"]
        for side in sides
    ]  # fmt: skip
    for measure, q in (("waiting_median", 0.5), ("waiting_p90", 0.9)):
        one = row(found, measure, "登记")
        ends = [order_interval(values, q) for values in waits]
        values = [percentile(values, q) for values in waits]
        for estimate, value, interval in zip((one.one, one.other), values, ends, strict=True):
            assert estimate.value == pytest.approx(value)
            assert (estimate.low, estimate.high) == pytest.approx(interval)
        d = values[1] - values[0]
        assert one.difference == pytest.approx(d)
        assert one.low == pytest.approx(d - sqrt((values[1] - ends[1][0]) ** 2 + (ends[0][1] - values[0]) ** 2))
        assert one.high == pytest.approx(d + sqrt((ends[1][1] - values[1]) ** 2 + (values[0] - ends[0][0]) ** 2))
    assert row(found, "waiting_median", "登记").verdict == "difference"
    assert row(found, "waiting_median", "登记").better is False


def test_passages_of_one_case_are_not_counted_as_so_much_evidence(
    two_teams: tuple[Comparison, list[dict[str, Any]]],
) -> None:
    found, sides = two_teams
    one = row(found, "waiting_median", "维修").one
    waits: dict[str, list[float]] = defaultdict(list)
    for case, own in sides[0]["cases"].items():
        for a, b in itertools.pairwise(own):
            if a[3] == "维修":
                waits[case].append((b[2] - a[2]).total_seconds())
    values = [value for own in waits.values() for value in own]
    assert one.cases == len(waits) < len(values)
    assert one.value == pytest.approx(percentile(values, 0.5))
    low, high = order_interval(values, 0.5)
    assert one.low is not None
    assert one.high is not None
    assert one.low <= low  # wider than if passages were cases
    assert one.high >= high


def test_throughput_is_that_of_cases_that_ended(two_teams: tuple[Comparison, list[dict[str, Any]]]) -> None:
    found, sides = two_teams
    for side, counted, estimate in zip(
        sides, (found.one, found.other), (row(found, "took_median").one, row(found, "took_median").other), strict=True
    ):
        ended = {case: own for case, own in side["cases"].items() if side["tickets"][case]["closed_at"]}
        took = [(own[-1][2] - own[0][2]).total_seconds() for own in ended.values()]
        assert counted.open == len(side["cases"]) - len(ended) > 0
        assert estimate.value == pytest.approx(percentile(took, 0.5))
        assert (estimate.low, estimate.high) == pytest.approx(order_interval(took, 0.5))
    assert row(found, "took_median").verdict == "difference"


@pytest.mark.parametrize(("by", "place"), [("actor", 4), ("team", 5)])
def test_hand_overs(two_teams: tuple[Comparison, list[dict[str, Any]]], by: str, place: int) -> None:
    found, sides = two_teams
    counts = [
        [sum(a[place] != b[place] for a, b in itertools.pairwise(own)) for own in side["cases"].values()]
        for side in sides
    ]
    one = row(found, "handed", by)
    t = 1.971956544  # 97.5 % point of Student's t, 199 degrees of freedom
    for estimate, values in zip((one.one, one.other), counts, strict=True):
        assert estimate.value == pytest.approx(mean(values))
        assert estimate.high == pytest.approx(mean(values) + t * sqrt(variance(values) / len(values)))
    assert one.verdict == "difference"
    assert one.better is False
    pairs = [
        Counter(pair for own in side["cases"].values()
                for pair in {(a[place], b[place]) for a, b in itertools.pairwise(own) if a[place] != b[place]})
        for side in sides
    ]  # fmt: skip
    of = next(r for r in found.rows if r.measure == "handed_over" and r.of[0] == by)
    assert of.one.value == pytest.approx(pairs[0][of.of[1], of.of[2]] / 200)
    assert of.other.value == pytest.approx(pairs[1][of.of[1], of.of[2]] / 200)


def test_all_comparisons_are_judged_together(two_teams: tuple[Comparison, list[dict[str, Any]]]) -> None:
    found, _sides = two_teams
    judged = [r for r in found.rows if r.q is not None]
    assert len(judged) > 20
    for one in judged:
        assert one.low is not None
        assert one.high is not None
        if one.verdict == "difference":
            assert one.low > 0 or one.high < 0  # never without its interval
    assert sum(r.verdict == "difference" for r in judged) < sum(r.low > 0 or r.high < 0 for r in judged) + 1  # type: ignore[operator]


def test_two_halves_of_the_same_show_no_difference(engine: Engine, tmp_path: Path) -> None:
    """Chance alone: of 30 lakes whose sides are drawn alike, hardly any shows any difference at all."""
    alarms = 0
    for seed in range(30):
        rows, tickets = made_up(random.Random(seed), 240)
        day = {case for case in tickets if int(case[1:]) % 2 == 0}
        rows = [r for r in rows if r[0] in day]
        tickets = {case: {**tickets[case], "team": str(int(case[1:]) % 4)} for case in day}
        found = compare(lake_of(tmp_path / f"{seed}", rows, tickets), team("0"), team("2"), engine=engine)
        alarms += any(r.verdict == "difference" for r in found.rows)
    assert alarms <= 4  # 5 % of 30 is 1.5


def test_too_few_cases_are_said(engine: Engine, tmp_path: Path) -> None:
    rows, tickets = made_up(random.Random(3), 60)
    lake = lake_of(tmp_path / "lake", rows, tickets)
    few = Question(start=date(2026, 3, 1), end=date(2026, 3, 1))
    found = compare(lake, few, Question(), engine=engine)
    assert 0 < found.one.cases < 20
    assert {r.verdict for r in found.rows} == {"too_few"}
    nobody = compare(lake, Question(start=date(2030, 1, 1)), Question(), engine=engine)
    assert (nobody.one.cases, nobody.other.cases) == (0, 60)
    assert {r.verdict for r in nobody.rows} == {"too_few"}


def test_periods_cut_the_cases_by_their_first_local_day(engine: Engine, tmp_path: Path) -> None:
    rows, tickets = made_up(random.Random(5), 96)
    lake = lake_of(tmp_path / "lake", rows, tickets)
    found = compare(
        lake, Question(end=date(2026, 3, 2)), Question(start=date(2026, 3, 3), end=date(2026, 3, 4)), engine=engine
    )
    days = Counter((own[0][2] + timedelta(hours=8)).date() for own in traces(rows).values())
    assert found.one.cases == days[date(2026, 3, 1)] + days[date(2026, 3, 2)]
    assert found.other.cases == days[date(2026, 3, 3)] + days[date(2026, 3, 4)]


@pytest.mark.real_data
def test_a_real_help_desk_before_and_after_2012(engine: Engine, real_data: Path) -> None:
    file = real_data / "helpdesk_it" / "helpdesk.csv.gz"
    events = read_events(file, case="case_id", activity="activity", time="timestamp")
    found = compare(events, Question(end=date(2011, 12, 31)), Question(start=date(2012, 1, 1)), engine=engine)
    with gzip.open(file, "rt", encoding="utf-8", newline="") as content:
        raw = list(csv.DictReader(content))
    cases: dict[str, list[tuple[datetime, int, str]]] = defaultdict(list)
    for number, line in enumerate(raw):
        cases[line["case_id"]].append((datetime.fromisoformat(line["timestamp"]).replace(tzinfo=None), number,
                                       line["activity"]))  # fmt: skip
    sides: tuple[list[list[str]], list[list[str]]] = ([], [])
    for own in cases.values():
        sides[min(own)[0].year >= 2012].append([activity for _at, _n, activity in sorted(own)])
    assert abs(found.one.cases - len(sides[0])) <= 3  # the file's zone may move a case across midnight
    for step in ("Wait", "Take in charge ticket"):
        hits = [sum(path.count(step) > 1 for path in side) for side in sides]
        one = row(found, "repeated", step)
        assert one.one.value == pytest.approx(hits[0] / len(sides[0]), abs=0.002)
        assert (one.low, one.high) == pytest.approx(newcombe(hits[0], len(sides[0]), hits[1], len(sides[1])), abs=0.002)
