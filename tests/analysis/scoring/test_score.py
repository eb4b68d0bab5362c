"""What answers are worth: every rule against values worked out by hand, and what must hold for any sheet."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualityloop.analysis.messages import AnalysisError, Text
from qualityloop.analysis.scoring import NOT_APPLICABLE, Dimension, Item, Level, Result, Sheet, score, shipped_sheet
from qualityloop.analysis.scoring.conditions import parse_condition

PRINTED = shipped_sheet("customer-service")


def item(key: str, points: int, **more: Any) -> Item:
    return Item(key, Text(key, key), Decimal(points), **more)


def sheet(*dimensions: tuple[int, tuple[Item, ...]], **more: Any) -> Sheet:
    made = (Dimension(f"d{n}", Text("", f"d{n}"), Decimal(w), items) for n, (w, items) in enumerate(dimensions, 1))
    return Sheet("s", Text("", "S"), tuple(made), **more)


TWO = sheet((60, (item("a", 10), item("b", 30))), (40, (item("c", 5),)))


def printed(**points: Any) -> Result:
    full = {i.key: i.points for _, i in PRINTED.items()}
    return score(PRINTED, full | points)


# ---- the printed sheet: 50/60/50/50 points at weights 50/30/10/10 %


def test_the_printed_sheet_has_the_printed_points_and_weights() -> None:
    assert [(d.name.zh, int(d.points), int(d.weight)) for d in PRINTED.dimensions] == [
        ("服务态度", 50, 50),
        ("专业能力", 60, 30),
        ("响应效率", 50, 10),
        ("客户满意度", 50, 10),
    ]
    assert [[int(i.points) for i in d.items] for d in PRINTED.dimensions] == [
        [20, 20, 10],
        [30, 20, 10],
        [20, 20, 10],
        [20, 20, 10],
    ]


def test_full_points_are_a_hundred_although_they_add_up_to_210() -> None:
    assert printed().total == 100.0


def test_points_are_normalised_within_their_dimension() -> None:
    # 45/50 × 50 + 40/60 × 30 + 30/50 × 10 + 50/50 × 10 = 45 + 20 + 6 + 10 = 81; of 210 points it would be 78.57
    result = printed(polite_words=15, accuracy=20, standard_wording=10, escalation=10, first_response=0)
    assert result.total == 81.0
    assert [d.contribution for d in result.dimensions] == [45.0, 20.0, 6.0, 10.0]
    assert result.passed is True


def test_an_item_that_does_not_apply_leaves_both_sides_of_the_division() -> None:
    # 专业能力 without 及时升级: (20 + 10) / (30 + 20) × 30 = 18 instead of (20 + 10 + 10) / 60 × 30 = 20
    result = printed(accuracy=20, standard_wording=10, escalation=NOT_APPLICABLE)
    assert result.dimensions[1].full == 50
    assert result.total == 50 + 18 + 10 + 10


def test_a_quarrel_fails_the_whole_case_and_says_so() -> None:
    result = printed(tone=0)
    assert result.total == 0.0
    assert result.failed
    assert result.passed is False
    assert result.without_critical == 90.0  # 40/50 × 50 + 30 + 10 + 10
    assert "情绪管理" in result.reasons[0].in_language("zh")


# ---- rules one by one


def test_two_dimensions_by_hand() -> None:
    # (5 + 15) / 40 × 60 + 3 / 5 × 40 = 30 + 24
    assert score(TWO, {"a": 5, "b": 15, "c": 3}).total == 54.0


def test_a_dimension_where_nothing_applies_gives_its_weight_to_the_others() -> None:
    three = sheet((50, (item("a", 10),)), (30, (item("b", 10),)), (20, (item("c", 10),)))
    # weights 50 : 30 become 62.5 : 37.5; 8/10 × 62.5 + 4/10 × 37.5 = 50 + 15
    result = score(three, {"a": 8, "b": 4, "c": NOT_APPLICABLE})
    assert result.total == 65.0
    assert [d.weight for d in result.dimensions] == [0.625, 0.375, 0.0]
    assert "d3" in result.reasons[0].in_language("en")


def test_nothing_applies_at_all() -> None:
    result = score(TWO, dict.fromkeys("abc", NOT_APPLICABLE))
    assert (result.total, result.so_far, result.passed) == (None, None, None)


def test_open_items_keep_the_total_open() -> None:
    result = score(TWO, {"a": 5, "c": 3})
    assert result.total is None
    assert result.open == ("b",)
    assert result.so_far == 5 / 10 * 60 + 24  # what is there so far


def test_a_critical_item_fails_its_dimension_only() -> None:
    hard = sheet((60, (item("a", 10, critical="dimension"), item("b", 30))), (40, (item("c", 5),)))
    result = score(hard, {"a": 0, "b": 30, "c": 5})
    assert result.total == 40.0
    assert result.dimensions[0].failed
    assert not result.failed
    assert result.without_critical == 30 / 40 * 60 + 40
    assert score(hard, {"a": 1, "b": 30, "c": 5}).total == 31 / 40 * 60 + 40


def test_a_critical_item_may_fail_above_nothing() -> None:
    hard = sheet((100, (item("a", 10, critical="sheet", fails_at=Decimal(4)),)))
    assert score(hard, {"a": 4}).total == 0.0
    assert score(hard, {"a": 5}).total == 50.0


def test_a_critical_item_that_does_not_apply_fails_nothing() -> None:
    hard = sheet((100, (item("a", 10, critical="sheet"), item("b", 10))))
    assert score(hard, {"a": NOT_APPLICABLE, "b": 5}).total == 50.0


def test_conditions_choose_the_items() -> None:
    some = sheet((100, (item("a", 10), item("b", 10, when=parse_condition("channel = phone, 电话")))))
    assert score(some, {"a": 5, "b": 10}, {"channel": "电话"}).total == 75.0
    online = score(some, {"a": 5, "b": 10}, {"channel": "online"})
    assert online.total == 50.0
    assert online.item("b").state == "not_meant"
    assert score(some, {"a": 5, "b": 10}, {}).total == 75.0  # a fact that nobody knows speaks against nothing
    some = sheet((100, (item("a", 10), item("b", 10, when=parse_condition("channel != phone; tier = vip")))))
    assert score(some, {"a": 5}, {"channel": "chat", "tier": "normal"}).total == 50.0


def test_a_condition_on_a_dimension_takes_it_out() -> None:
    first, second = TWO.dimensions
    some = replace(TWO, dimensions=(first, replace(second, when=parse_condition("kind = 维修"))))
    assert score(some, {"a": 10, "b": 10, "c": 0}, {"kind": "咨询"}).total == 50.0


def test_only_the_steps_of_a_scale() -> None:
    scale = tuple(Level(Decimal(n), Text("", "")) for n in (10, 5, 0))
    some = sheet((100, (item("a", 10, levels=scale),)))
    assert score(some, {"a": 5}).total == 50.0
    with pytest.raises(AnalysisError, match="10, 5, 0"):
        score(some, {"a": 6})


@pytest.mark.parametrize("answer", [-1, 10.5, "many", "nan", float("inf"), True + 10])
def test_answers_that_cannot_be(answer: Any) -> None:
    with pytest.raises(AnalysisError, match="0 to 10"):
        score(TWO, {"a": answer})


def test_unknown_items_and_na_that_is_not_possible() -> None:
    with pytest.raises(AnalysisError, match="not known"):
        score(TWO, {"z": 1})
    strict = sheet((100, (item("a", 10, may_not_apply=False),)))
    with pytest.raises(AnalysisError, match="always applies"):
        score(strict, {"a": NOT_APPLICABLE})


def test_thirds_are_exact() -> None:
    thirds = sheet(*((w, (item(k, 3),)) for k, w in (("a", 33), ("b", 33), ("c", 34))))
    assert score(thirds, {"a": 1, "b": 1, "c": 1}).total == pytest.approx(100 / 3, abs=1e-12)
    assert score(thirds, {"a": 3, "b": 3, "c": 3}).total == 100.0


# ---- what must hold for any sheet


@st.composite
def cases(draw: st.DrawFn) -> tuple[Sheet, dict[str, Any]]:
    count = draw(st.integers(1, 4))
    cuts = sorted(draw(st.lists(st.integers(1, 99), min_size=count - 1, max_size=count - 1, unique=True)))
    weights = [b - a for a, b in zip([0, *cuts], [*cuts, 100], strict=True)]
    dimensions, answers = [], {}
    for n, weight in enumerate(weights):
        items = []
        for i in range(draw(st.integers(1, 4))):
            points, key = draw(st.integers(1, 40)), f"i{n}_{i}"
            critical = draw(st.sampled_from(["", "", "", "dimension", "sheet"]))
            items.append(item(key, points, critical=critical, fails_at=Decimal(draw(st.integers(0, points - 1)))))
            answers[key] = draw(st.one_of(st.integers(0, points), st.just(NOT_APPLICABLE)))
        dimensions.append((weight, tuple(items)))
    return sheet(*dimensions), answers


@settings(max_examples=150, deadline=None)
@given(cases())
def test_between_nothing_and_a_hundred(case: tuple[Sheet, dict[str, Any]]) -> None:
    result = score(*case)
    if all(answer == NOT_APPLICABLE for answer in case[1].values()):
        assert result.total is None
    else:
        assert result.total is not None
        assert 0 <= result.total <= 100
        assert result.without_critical is not None
        assert result.total <= result.without_critical


@settings(max_examples=150, deadline=None)
@given(cases(), st.data())
def test_more_points_never_make_less(case: tuple[Sheet, dict[str, Any]], data: st.DataObject) -> None:
    some, answers = case
    scored = [key for key, answer in answers.items() if answer != NOT_APPLICABLE]
    if not scored:
        return
    key = data.draw(st.sampled_from(scored))
    full = next(i.points for _, i in some.items() if i.key == key)
    more = answers | {key: data.draw(st.integers(answers[key], int(full)))}
    before, after = score(some, answers).total, score(some, more).total
    assert before is not None
    assert after is not None
    assert after >= before


@settings(max_examples=150, deadline=None)
@given(cases())
def test_not_applicable_is_as_if_the_item_were_not_on_the_sheet(case: tuple[Sheet, dict[str, Any]]) -> None:
    some, answers = case
    without = tuple(
        replace(d, items=tuple(i for i in d.items if answers[i.key] != NOT_APPLICABLE)) for d in some.dimensions
    )
    kept = {key: answer for key, answer in answers.items() if answer != NOT_APPLICABLE}
    assert score(replace(some, dimensions=without), kept).total == score(some, answers).total


@settings(max_examples=100, deadline=None)
@given(cases(), st.randoms())
def test_order_does_not_matter(case: tuple[Sheet, dict[str, Any]], chance: Any) -> None:
    some, answers = case
    dimensions = [replace(d, items=tuple(chance.sample(d.items, len(d.items)))) for d in some.dimensions]
    chance.shuffle(dimensions)
    assert score(replace(some, dimensions=tuple(dimensions)), answers).total == score(some, answers).total
