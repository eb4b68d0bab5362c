"""Process maps: what is shipped, every mistake with its place, and how cases are walked along them."""

from __future__ import annotations

from itertools import product

import pytest

from qualityloop.analysis.messages import AnalysisError
from qualityloop.analysis.process_map import conformance, load_map, map_data, map_to_yaml, read_map, shipped_map
from qualityloop.analysis.process_map import shipped_maps as shelf
from qualityloop.analysis.process_map.conformance import Walker
from qualityloop.demo import organisation as org
from qualityloop.demo.generation.events import LATE_CALL_BACK, NO_CALL_BACK, NO_DIAGNOSIS, path_of

SMALL = """key: small
name: 小流程
roles:
  - {key: agent, name: 客服}
  - {key: leader, name: 班组长}
stages:
  - key: one
    name: 一
    steps:
      - {key: a, name: 受理, activities: [A], raci: {agent: R, leader: A}}
      - {key: b, name: 诊断, activities: [B], raci: {agent: A/R}, next: [{to: c}, {to: a, when: 补充资料}]}
  - key: two
    name: 二
    steps:
      - {key: c, name: 解决, activities: "C, 解决", raci: {agent: R, leader: A}}
      - {key: d, name: 回访, activities: [D], raci: {agent: R, leader: A}, optional: yes}
      - {key: e, name: 关闭, activities: [E], raci: {agent: R, leader: A}}
"""
MAP = load_map(SMALL)


def faults(text: str) -> list[tuple[int | None, str | None, str]]:
    return [(f.place.row, f.place.column, str(f.text)) for f in read_map(text, "small.yaml")[1]]


# ---- files


@pytest.mark.parametrize("key", shelf())
def test_there_and_back(key: str) -> None:
    process = shipped_map(key)
    assert load_map(map_to_yaml(process), "x.yaml") == process
    assert load_map(map_data(process)) == process


def test_the_printed_stages() -> None:
    names = ["客户接入", "需求记录", "问题诊断", "解决方案", "服务回访", "投诉处理"]
    assert [stage.name.zh for stage in shipped_map("after-sales").stages] == names


@pytest.mark.parametrize("key", shelf())
def test_shipped_steps_are_complete(key: str) -> None:
    for step in shipped_map(key).steps():
        assert step.control.zh, step.key
        assert step.minutes, step.key
        assert step.executor, step.key
        assert len(step.holders("A")) == 1
        assert step.holders("R")


@pytest.mark.parametrize(
    ("old", "new", "row", "words"),
    [
        ("raci: {agent: R, leader: A}}", "raci: {agent: R}}", 10, "Nobody is accountable"),
        ("raci: {agent: R, leader: A}}", "raci: {agent: A/R, leader: A}}", 10, "not several: agent, leader"),
        ("raci: {agent: R, leader: A}}", "raci: {agent: C, leader: A}}", 10, "Nobody is responsible"),
        ("raci: {agent: R, leader: A}}", "raci: {agnet: R, leader: A}}", 10, "did you mean “agent”"),
        ("raci: {agent: R, leader: A}}", "raci: {agent: X, leader: A/R}}", 10, "not “X”"),
        (", raci: {agent: R, leader: A}}", "}", 10, "Nobody is accountable"),
        ("{to: c}", "{to: f}", 11, "not known"),
        ("{to: c}", "{to: b}", 11, "cannot lead to itself"),
        ("{to: c}, ", "", 7, "No way leads to step “解决”"),
        ("key: e, name: 关闭", "key: e, next: [{to: c}], name: 关闭", 7, "to the end"),
        ("activities: [B]", "activities: [A]", 11, "belongs to step “a” already"),
        ("optional: yes", "optional: perhaps", 16, "“yes” or “no”"),
        ("optional: yes", "redundant: yes", 16, "Say why"),
        ("name: 回访", "name: 回访, duration: soon", 16, "is no duration"),
        ("key: two", "key: one", 12, "is there twice"),
        ("name: 回访", "name: 回访, executor: chief", 16, "not known"),
        ("key: e", "key: end", 17, "choose another key"),
    ],
)
def test_mistakes_with_their_rows(old: str, new: str, row: int, words: str) -> None:
    found = faults(SMALL.replace(old, new, 1))
    assert found
    assert found[0][0] == row
    assert words in found[0][2]


def test_a_map_without_steps() -> None:
    assert [text for _, _, text in faults("key: empty\nname: 空")] == ["The map has no steps."]
    with pytest.raises(AnalysisError):
        load_map("[1, 2]")


@pytest.mark.parametrize(
    ("text", "minutes"), [("15 min", 15), ("15分钟", 15), ("4 h", 240), ("1.5 小时", 90), ("2 d", 2880), ("2天", 2880)]
)
def test_durations(text: str, minutes: int) -> None:
    assert load_map(SMALL.replace("name: 回访", f"name: 回访, duration: {text}")).step("d").minutes == minutes


# ---- walking cases along a map, by hand


def departures(path: str) -> tuple[set[tuple[str, str]], bool]:
    found, ended = Walker(MAP).walk(tuple(path))
    return {(d.kind, d.step) for d in found}, ended


@pytest.mark.parametrize(
    ("path", "found", "ended"),
    [
        ("ABCDE", set(), True),
        ("ABCE", set(), True),  # d may be left out
        ("ABABCE", set(), True),  # a way leads back from b to a
        ("ABC", set(), False),  # still open
        ("ACDE", {("skipped", "b")}, True),
        ("CE", {("skipped", "a"), ("skipped", "b")}, True),
        ("ABED", {("skipped", "c"), ("out_of_order", "d")}, False),
        ("ABCDDE", {("repeated", "d")}, True),
        ("ABCBCE", {("repeated", "b")}, True),  # no way leads back from c
        ("ABXCE", {("unexpected", "X")}, True),
        ("X", {("unexpected", "X")}, False),
    ],
)
def test_walks_by_hand(path: str, found: set[tuple[str, str]], ended: bool) -> None:
    assert departures(path) == (found, ended)


def test_rates_by_hand() -> None:
    result = conformance(MAP, [(("A", "B", "C", "E"), 70), (("A", "C", "E"), 20), (("A", "B"), 6), (("B", "X"), 4)])
    assert (result.cases, result.conforming, result.unfinished) == (100, 76, 6)
    assert result.deviation_rate == pytest.approx(0.24)
    assert [(d.kind, d.step, d.cases, d.share) for d in result.departures] == [
        ("skipped", "b", 20, 0.2),
        ("skipped", "a", 4, 0.04),
        ("unexpected", "X", 4, 0.04),
    ]
    assert result.departures[0].variants == ((("A", "C", "E"), 20),)
    assert result.unknown == ("X",)


def test_no_cases() -> None:
    assert conformance(MAP, []).deviation_rate is None


@pytest.mark.parametrize("key", ["repair", "after-sales"])
def test_the_deviations_planted_in_the_demo_are_found_and_no_others(key: str) -> None:
    """Every way a ticket of the demo can go: it leaves the map where, and only where, the generator made it leave."""
    walker, seen = Walker(shipped_map(key)), 0
    for kind, answered, cancelled, again, waits, up, reopened, how in product(range(5), *[(0, 1)] * 6, range(4)):
        name = org.KINDS[kind]
        if (key == "repair" and name != org.REPAIR) or (waits and name == org.CONSULTATION):
            continue
        if how == NO_DIAGNOSIS and (key != "repair"):
            continue  # the general map does not insist on a diagnosis
        path = path_of(
            kind, answered=answered, cancelled=cancelled, reassigned=again, waits=waits, escalated=up,
            reopened=reopened, deviation=how,
        )  # fmt: skip
        expected = set() if cancelled or answered else {("skipped", "first_response")}
        if not cancelled:
            expected |= {
                NO_CALL_BACK: {("skipped", "call_back")},
                LATE_CALL_BACK: {("skipped", "call_back"), ("out_of_order", "call_back")},
                NO_DIAGNOSIS: {("skipped", "diagnose")},
            }.get(how, set())
        found, _ = walker.walk(path)
        assert {(d.kind, d.step) for d in found} == expected, path
        seen += 1
    assert seen >= 200
