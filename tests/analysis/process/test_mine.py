"""The process map, counted by hand and counted again by brute force."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import get_args

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qualityloop.analysis.engine import Engine, open_engine
from qualityloop.analysis.lake import Lake, LakeWriter
from qualityloop.analysis.messages import AnalysisError
from qualityloop.analysis.process import DeviationKind, ProcessMap, Subject, cases_behind, mine
from qualityloop.analysis.process.events import STATES
from tests.analysis.process import brute
from tests.analysis.process.brute import EPOCH, Event, table
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with open_engine("duckdb") as opened:
        yield opened


# Three tickets. c1: 创建 → 接单 (10 s) → 解决 (30 s). c2: 创建 → 接单 (0 s) → 接单 (20 s) → 关闭 (5 s). c3: 创建.
BY_HAND = [
    Event("c1", "创建", 0),
    Event("c2", "创建", 5),
    Event("c1", "接单", 10),
    Event("c2", "接单", 5),
    Event("c1", "解决", 40),
    Event("c2", "接单", 25),
    Event("c3", "创建", 7),
    Event("c2", "关闭", 30),
]


def test_counted_by_hand(engine: Engine) -> None:
    found = mine(table(BY_HAND), engine=engine)
    assert (found.cases, found.events, found.variant_count) == (3, 8, 3)
    assert found.start == {"创建": 3}
    assert found.end == {"关闭": 1, "创建": 1, "解决": 1}
    edges = {(e.source, e.target): e for e in found.edges}
    assert {key: e.count for key, e in edges.items()} == {
        ("创建", "接单"): 2,
        ("接单", "接单"): 1,
        ("接单", "解决"): 1,
        ("接单", "关闭"): 1,
    }
    first = edges["创建", "接单"].waiting  # 10 s and 0 s
    assert (first.median_seconds, first.p90_seconds, first.total_seconds) == (5.0, 9.0, 10.0)
    assert {v.path for v in found.variants} == {("创建", "接单", "解决"), ("创建", "接单", "接单", "关闭"), ("创建",)}
    assert [(r.activity, r.cases, r.extra) for r in found.rework] == [("接单", 1, 1)]
    steps = {s.activity: s for s in found.steps}
    assert (steps["接单"].events, steps["接单"].cases) == (3, 2)
    assert steps["接单"].waiting.total_seconds == 55.0  # 30 + 20 + 5
    assert steps["接单"].waiting.median_seconds == 20.0
    assert steps["关闭"].waiting.count == 0
    assert steps["创建"].handling.count == 0
    assert [(b.source, b.target, b.total_seconds) for b in found.bottlenecks] == [
        ("接单", "解决", 30.0),
        ("接单", "接单", 20.0),
        ("创建", "接单", 10.0),
        ("接单", "关闭", 5.0),
    ]
    assert found.bottlenecks[0].share == pytest.approx(30 / 65)


def test_json_is_the_documented_interface(engine: Engine) -> None:
    data = mine(table(BY_HAND), engine=engine, order=["创建", "接单", "解决", "关闭"]).to_json()
    assert {"source": "创建", "target": "接单", "count": 2, "median_seconds": 5.0, "p90_seconds": 9.0} in data["edges"]
    assert {"path": ["创建"], "cases": 1} in data["variants"]
    assert data["rework"] == [{"activity": "接单", "cases": 1, "extra": 1}]
    assert {"kind": "skipped", "activity": "解决", "cases": 1, "share": pytest.approx(1 / 3)} in data["deviations"]
    assert {"cases", "events", "start", "end", "steps", "bottlenecks", "conforming", "left_out"} <= set(data)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("ABC", set()),
        ("A", {("not_reached", "B"), ("not_reached", "C")}),
        ("AC", {("skipped", "B")}),
        ("ACB", {("out_of_order", "B")}),
        ("CAB", {("out_of_order", "A"), ("out_of_order", "B")}),
        ("ABBC", {("repeated", "B")}),
        ("ABCB", {("repeated", "B")}),
        ("AXBC", {("unexpected", "X")}),
        ("XA", {("not_reached", "B"), ("not_reached", "C"), ("unexpected", "X")}),
        ("BC", {("skipped", "A")}),
    ],
)
def test_deviation_of_one_case(engine: Engine, path: str, expected: set[tuple[str, str]]) -> None:
    events = [Event("t", activity, i) for i, activity in enumerate(path)]
    found = mine(table(events), engine=engine, order=["A", "B", "C"])
    assert {(d.kind, d.activity) for d in found.deviations} == expected
    assert all((d.cases, d.share) == (1, 1.0) for d in found.deviations)
    assert found.conforming == int(path in {"ABC", "A"})


def test_step_that_never_occurs_is_skipped_by_all(engine: Engine) -> None:
    found = mine(table(BY_HAND), engine=engine, order=["创建", "派单", "接单"])
    assert ("skipped", "派单", 2) in [(d.kind, d.activity, d.cases) for d in found.deviations]


def test_ties_go_by_sequence_then_file_order(engine: Engine) -> None:
    by_sequence = [Event("t", "B", 0, 2), Event("t", "A", 0, 1), Event("t", "C", 0, None)]
    assert mine(table(by_sequence), engine=engine).variants[0].path == ("A", "B", "C")
    by_file = [Event("t", "B", 0), Event("t", "A", 0), Event("t", "C", -1)]
    assert mine(table(by_file), engine=engine).variants[0].path == ("C", "B", "A")


def test_odd_names_are_text_and_missing_ones_are_left_out(engine: Engine) -> None:
    names = ["", "NA", "?", "NULL", "it's; DROP TABLE x --", "a\\b", "emoji 🎧", "new\nline", '"quoted"', " "]
    events = [Event("NA", name, i) for i, name in enumerate(names)]
    events += [Event(None, "x", 1), Event("c", None, 1), Event("c", "x", None), Event("", "", 3)]
    found = mine(table(events), engine=engine, order=["NA", "?"])
    assert found.cases == 2
    assert {v.path for v in found.variants} == {tuple(names), ("",)}
    assert found.left_out["incomplete"] == 3
    behind = cases_behind(table(events), Subject("step", ("it's; DROP TABLE x --",)), engine=engine)
    assert behind.column("case").to_pylist() == ["NA"]
    assert behind.column("path").to_pylist() == [names]


def test_empty_log(engine: Engine) -> None:
    found = mine(table([]), engine=engine, order=["A"])
    assert (found.cases, found.events, found.edges, found.deviations) == (0, 0, (), ())
    assert cases_behind(table([]), Subject("step", ("A",)), engine=engine).num_rows == 0


def test_days_choose_cases_by_their_first_event(engine: Engine) -> None:
    # 15:59 UTC is 23:59 in Shanghai; one minute later it is the next day there.
    late = datetime(2026, 3, 1, 15, 59)
    events = [
        Event("old", "A", (late - EPOCH).total_seconds()),
        Event("old", "B", (late - EPOCH).total_seconds() + 86400),
        Event("new", "A", (late - EPOCH).total_seconds() + 60),
    ]
    second = mine(table(events), engine=engine, start=date(2026, 3, 2), end=date(2026, 3, 2))
    assert (second.cases, second.events) == (1, 1)
    first = mine(table(events), engine=engine, end=date(2026, 3, 1))
    assert (first.cases, first.events) == (1, 2)
    assert mine(table(events), engine=engine, end=date(2026, 3, 1), zone="UTC").cases == 2


def test_only_the_most_frequent_variants(engine: Engine) -> None:
    events = [Event(f"a{i}", "A", i) for i in range(3)] + [Event("b", "B", 0), Event("c", "C", 0)]
    found = mine(table(events), engine=engine, variants=1)
    assert [(v.path, v.cases) for v in found.variants] == [(("A",), 3)]
    assert (found.variant_count, found.cases) == (3, 5)


def _with_phases(rows: list[tuple[str, str, float]]) -> pa.Table:
    events = table([Event("t", activity, at) for activity, _, at in rows])
    return events.append_column("lifecycle", pa.array([phase for _, phase, _ in rows]))


def test_start_and_complete_measure_handling(engine: Engine) -> None:
    found = mine(
        _with_phases(
            [
                ("A", "schedule", 0),
                ("A", "start", 10),
                ("A", "complete", 40),
                ("B", "Start", 100),
                ("B", "COMPLETE", 101),
            ]
        ),
        engine=engine,
    )
    assert found.variants[0].path == ("A", "B")
    steps = {s.activity: s for s in found.steps}
    assert (steps["A"].handling.median_seconds, steps["B"].handling.total_seconds) == (30.0, 1.0)
    assert found.edges[0].waiting.median_seconds == 60.0  # from A's completion to B's start
    assert found.left_out["lifecycle"] == 1


def test_unpaired_phases_stay_events_without_handling(engine: Engine) -> None:
    rows = [("A", "start", 0), ("A", "start", 10), ("A", "complete", 15), ("A", "complete", 30), ("B", "complete", 40)]
    found = mine(_with_phases(rows), engine=engine)
    assert found.variants[0].path == ("A", "A", "A", "B")
    steps = {s.activity: s for s in found.steps}
    assert (steps["A"].handling.count, steps["A"].handling.total_seconds) == (1, 5.0)
    assert steps["B"].handling.count == 0


def test_sub_states_are_no_phases(engine: Engine) -> None:
    found = mine(_with_phases([("A", "In Progress", 0), ("A", "complete", 10)]), engine=engine)
    assert found.variants[0].path == ("A", "A")
    assert found.steps[0].handling.count == 0


def test_an_end_instant_says_the_same_as_two_rows(engine: Engine) -> None:
    rows = [("A", 0, 30), ("B", 20, 50), ("C", 100, 90), ("D", 120, None)]
    events = table([Event("t", activity, begin) for activity, begin, _ in rows])
    ends = [None if until is None else EPOCH + timedelta(seconds=until) for _, _, until in rows]
    found = mine(events.append_column("ended_at", pa.array(ends, pa.timestamp("us"))), engine=engine)
    edges = {(e.source, e.target): e.waiting.total_seconds for e in found.edges}
    assert edges == {("A", "B"): 0.0, ("B", "C"): 50.0, ("C", "D"): 20.0}  # an overlap is no waiting
    handling = {s.activity: s.handling.count for s in found.steps}
    assert handling == {"A": 1, "B": 1, "C": 0, "D": 0}  # C ends before it begins: not measured


@pytest.mark.parametrize("order", [["A", "A"], ["nothing", "of this"]])
def test_an_order_that_cannot_be_meant(engine: Engine, order: list[str]) -> None:
    with pytest.raises(AnalysisError):
        mine(table([Event("t", "A", 0)]), engine=engine, order=order)


class _Where:
    def __init__(self, condition: str) -> None:
        self.condition = condition

    def sql(self, dialect: str) -> str:
        return self.condition


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """BY_HAND as a lake over two months, c1 and c3 from the web, c2 by telephone."""
    folder = tmp_path_factory.mktemp("lake")
    seconds = [(e, i) for i, e in enumerate(BY_HAND)]
    at = [EPOCH + timedelta(seconds=e.at, days=40 if e.activity in {"解决", "关闭"} else 0) for e, _ in seconds]
    with LakeWriter(folder) as writer:
        writer.write(
            "ticket_events",
            pa.table(
                {
                    "ticket_id": [e.case for e, _ in seconds],
                    "seq": pa.array([i for _, i in seconds], pa.int64()),
                    "at": pa.array(at, pa.timestamp("us")),
                    "activity": [e.activity for e, _ in seconds],
                }
            ),
        )
        writer.write(
            "tickets",
            pa.table(
                {
                    "ticket_id": ["c1", "c2", "c3"],
                    "created_at": pa.array([EPOCH] * 3, pa.timestamp("us")),
                    "channel": ["web", "phone", "web"],
                }
            ),
        )
        return writer.commit()


def test_lake_whole_and_by_ticket(engine: Engine, lake: Lake) -> None:
    assert len(lake.datasets["ticket_events"].files) == 2
    whole = mine(lake, engine=engine)
    assert (whole.cases, whole.events, whole.snapshot) == (3, 8, lake.snapshot)
    web = mine(lake, engine=engine, where=_Where("(\"channel\" = 'web')"))
    assert {v.path for v in web.variants} == {("创建", "接单", "解决"), ("创建",)}
    with pytest.raises(AnalysisError):
        mine(table(BY_HAND), engine=engine, where=_Where("1 = 1"))


def test_cases_behind_pages(engine: Engine, lake: Lake) -> None:
    pages = [
        cases_behind(lake, Subject("start", ("创建",)), engine=engine, limit=2, offset=offset) for offset in (0, 2, 4)
    ]
    assert [page.num_rows for page in pages] == [2, 1, 0]
    rows = pa.concat_tables(pages).to_pylist()
    assert [row["case"] for row in rows] == ["c1", "c2", "c3"]  # longest first
    assert rows[0]["duration_seconds"] == 40 * 86400 + 40
    assert rows[2] == {
        "case": "c3",
        "started_at": EPOCH + timedelta(seconds=7),
        "ended_at": EPOCH + timedelta(seconds=7),
        "duration_seconds": 0.0,
        "events": 1,
        "path": ["创建"],
    }


def _logs(clock: st.SearchStrategy[float]) -> st.SearchStrategy[list[Event]]:
    event = st.builds(
        Event,
        st.sampled_from(["1", "2", "3", "4"]),
        st.sampled_from(["A", "B", "C", "D", ""]),
        clock,
        st.one_of(st.none(), st.integers(-3, 3)),
    )
    return st.lists(event, min_size=1, max_size=30)


ORDER = ["A", "C", "B"]
COARSE = st.integers(-5, 5).map(float)
FINE = st.integers(-(10**12), 10**12).map(lambda n: n / 1e6)
HUGE = st.sampled_from([-2.4e9, 0.000001, 5.4e9])  # 1950 to 2197 by microseconds: too wide for one BIGINT


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.one_of(_logs(COARSE), _logs(FINE), _logs(HUGE)))
def test_agrees_with_brute_force(engine: Engine, events: list[Event]) -> None:
    found = mine(table(events), engine=engine, order=ORDER if {e.activity for e in events} & set(ORDER) else None)
    cases = brute.traces(events)
    assert Counter({v.path: v.cases for v in found.variants}) == Counter(brute.paths(cases))
    assert found.start == Counter(path[0] for path in brute.paths(cases))
    assert found.end == Counter(path[-1] for path in brute.paths(cases))
    waits = brute.waits(cases)
    assert {(e.source, e.target) for e in found.edges} == set(waits)
    for edge in found.edges:
        expected = waits[edge.source, edge.target]
        assert edge.count == len(expected)
        assert edge.waiting.median_seconds == pytest.approx(brute.percentile(expected, 0.5), abs=1e-5)
        assert edge.waiting.p90_seconds == pytest.approx(brute.percentile(expected, 0.9), abs=1e-5)
    assert {r.activity: (r.cases, r.extra) for r in found.rework} == brute.rework(cases)
    if found.order:
        assert {(d.kind, d.activity): d.cases for d in found.deviations} == brute.deviations(cases, ORDER)
    _check_steps(found, cases)


def _check_steps(found: ProcessMap, cases: dict[str, list[Event]]) -> None:
    for step in found.steps:
        after = [w for (source, _), ws in brute.waits(cases).items() if source == step.activity for w in ws]
        assert step.events == sum(path.count(step.activity) for path in brute.paths(cases))
        assert step.cases == sum(step.activity in path for path in brute.paths(cases))
        assert step.waiting.count == len(after)
        if after:
            assert step.waiting.p90_seconds == pytest.approx(brute.percentile(after, 0.9), abs=1e-5)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=_logs(COARSE))
def test_the_cases_behind_make_up_every_number(engine: Engine, events: list[Event]) -> None:
    log = table([*events, Event("0", "A", 0), Event("0", "D", 1)])
    found = mine(log, engine=engine, order=ORDER)

    def behind(kind: str, *activities: str) -> list[dict[str, object]]:
        return cases_behind(log, Subject(kind, activities), engine=engine, order=ORDER).to_pylist()

    for edge in found.edges[:3]:
        waits = [row["waiting_seconds"] for row in behind("edge", edge.source, edge.target)]
        assert len(waits) == edge.count
        assert brute.percentile(waits, 0.9) == pytest.approx(edge.waiting.p90_seconds)
    for variant in found.variants[:2]:
        assert [tuple(row["path"]) for row in behind("variant", *variant.path)] == [variant.path] * variant.cases
    for rework in found.rework[:2]:
        rows = behind("rework", rework.activity)
        assert (len(rows), sum(r["path"].count(rework.activity) - 1 for r in rows)) == (rework.cases, rework.extra)
    for deviation in found.deviations[:6]:
        assert len(behind(deviation.kind, deviation.activity)) == deviation.cases
    for activity, count in found.end.items():
        assert len(behind("end", activity)) == count


def test_nothing_is_left_behind(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    mine(table(BY_HAND), engine=engine)
    assert not [path for path in tmp_path.iterdir() if "events" in path.name]


def test_the_document_names_every_part(engine: Engine) -> None:
    words = (ROOT / "docs" / "PROCESS.md").read_text(encoding="utf-8")
    interface = words.partition("## JSON")[2].partition("## ")[0]
    data = mine(table(BY_HAND), engine=engine, order=["创建", "解决"]).to_json()
    keys = set(data)
    for part in ("edges", "variants", "rework", "steps", "bottlenecks", "deviations"):
        keys |= set(data[part][0])
    keys |= set(data["steps"][0]["handling"]) | set(data["left_out"])
    assert {key for key in keys if f'"{key}"' not in interface} == set()
    assert [kind for kind in get_args(DeviationKind) if f"| `{kind}` |" not in words] == []
    assert [state for state in STATES if f"`{state}`" not in words] == []
