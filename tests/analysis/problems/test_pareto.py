"""Pareto by hand."""

from __future__ import annotations

from qualityloop.analysis.problems.pareto import pareto


def test_the_vital_few_reach_eighty_percent() -> None:
    items = pareto([("c", 15), ("a", 50), ("d", 5), ("b", 30), ("none", 0)])
    assert [(i.name, i.count, i.cumulative, i.vital) for i in items] == [
        ("a", 50, 0.5, True),
        ("b", 30, 0.8, True),
        ("c", 15, 0.95, False),
        ("d", 5, 1.0, False),
    ]


def test_the_bar_that_crosses_the_line_is_needed() -> None:
    assert [i.vital for i in pareto([("a", 28), ("b", 6), ("c", 1)])] == [True, False, False]
    assert [i.vital for i in pareto([("a", 27), ("b", 7), ("c", 1)])] == [True, True, False]


def test_ties_and_nothing() -> None:
    assert [i.name for i in pareto([("乙", 2), ("甲", 2), ("丙", 3)])] == ["丙", "乙", "甲"]
    assert pareto([]) == ()
