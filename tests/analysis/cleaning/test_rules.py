"""What the rules catch, by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from qualityloop.analysis.cleaning import Entry, ExactRule, Finding, NearRule, Rules, TimesRule, TrialRule, sweep

NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
NOW = datetime(2026, 3, 20, 1, 0, tzinfo=UTC)


def entry(pk: int, *texts: str, days: float = 0, customer: int | None = 1, **more: Any) -> Entry:
    return Entry(pk, NINE + timedelta(days=days), customer, texts, **more)


def caught(rules: Rules, *entries: Entry, refused: Any = frozenset()) -> list[tuple[int, str, int | None]]:
    return [(f.pk, f.rule, f.other) for f in sweep(entries, rules, refused)]


def test_the_same_text_in_other_dress() -> None:
    rules = Rules(exact=ExactRule(days=7))
    found = caught(
        rules,
        entry(1, "打印机卡纸，一直不能用！"),
        entry(2, "打印机卡纸,一直不能用", days=1),
        entry(3, "打印机 卡纸", "一直不能用。", days=6.9),
        entry(4, "打印机卡纸，一直不能用", days=7.5),
        entry(5, "ＰＡＰＥＲ jam again", days=8),
        entry(6, "Paper JAM, again!", days=8),
    )
    assert found == [(2, "exact", 1), (3, "exact", 1), (6, "exact", 5)]  # 4 is more than a week after 1


def test_short_texts_and_nobodys_texts_are_no_copies() -> None:
    rules = Rules(exact=ExactRule(), near=NearRule())
    assert caught(rules, entry(1, "退款"), entry(2, "退款", days=1)) == []
    nobody = [entry(n, "打印机卡纸，一直不能用", customer=None) for n in (1, 2)]
    assert caught(rules, *nobody) == []


def test_nearly_the_same() -> None:
    """22 characters make 21 pairs; one character more at the end one pair more: 21 of 22 are common."""
    text = "昨天下午报修的打印机到现在还没有人来处理呀呢"
    assert len(text) == 22
    rules = Rules(near=NearRule(days=3, similarity=0.95))
    (found,) = sweep([entry(1, text), entry(2, text + "哦", days=2)], rules)
    assert found == Finding(2, "near", 1, {"similarity": round(21 / 22, 4)})
    assert caught(rules, entry(1, text), entry(2, text + "哦", days=3.1)) == []
    assert caught(Rules(near=NearRule(similarity=0.96)), entry(1, text), entry(2, text + "哦")) == []


def test_other_numbers_are_another_matter() -> None:
    rules = Rules(near=NearRule(similarity=0.5))
    one, other = "订单20260301还没有发货，请尽快处理", "订单20260302还没有发货，请尽快处理"
    assert caught(rules, entry(1, one), entry(2, other)) == []
    assert caught(rules, entry(1, one), entry(2, one + "吧")) == [(2, "near", 1)]


def test_of_a_group_one_goes_on_counting() -> None:
    """The second copy is compared with what counts, not with the first copy."""
    rules = Rules(exact=ExactRule(days=3))
    text = "打印机卡纸，一直不能用"
    assert caught(rules, *(entry(n, text, days=2 * n) for n in range(5))) == [
        (1, "exact", 0), (3, "exact", 2),
    ]  # fmt: skip


def test_what_a_person_took_back_counts_and_is_not_caught_again() -> None:
    rules = Rules(exact=ExactRule(days=3))
    text = "打印机卡纸，一直不能用"
    entries = [entry(n, text, days=n) for n in (1, 2, 3)]
    assert caught(rules, *entries, refused={(2, "exact")}) == [(3, "exact", 2)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("测试", "测试"),
        ("这是一个测试工单，请忽略", "测试"),
        ("测试123", "测试"),
        ("测试测试", "测试"),
        ("Test ticket - please ignore", "test"),
        ("TEST", "test"),
        ("ＴＥＳＴ　００１", "test"),
        ("asdf asdf", "asdf"),
        ("啊啊啊啊啊", "啊啊啊啊啊"),
        ("11111", "11111"),
        ("test 测试", "test, 测试"),
        ("测试环境无法登录", ""),
        ("耳机测试不出声音", ""),
        ("The latest version fails my unit test", ""),
        ("contest", ""),
        ("工单", ""),
        ("请处理", ""),
        ("", ""),
        ("订单 20260301", ""),
        ("1234", ""),
    ],
)
def test_texts_that_are_tests(text: str, words: str) -> None:
    assert TrialRule().said(text) == words


def test_a_test_by_its_customer() -> None:
    rule = TrialRule(customers=("测试客户", "KH-0"))
    assert rule.find(entry(1, "打印机卡纸", names=("KH-7", "测试 客户"))) is not None
    assert rule.find(entry(1, "打印机卡纸", names=("kh-0", "王女士"))) is not None
    assert rule.find(entry(1, "打印机卡纸", names=("KH-00", "王女士"))) is None


@pytest.mark.parametrize(
    ("days", "moments", "why", "column"),
    [
        (0, {"resolved_at": NINE - timedelta(hours=2)}, "before_creation", "resolved_at"),
        (0, {"first_response_at": NINE - timedelta(minutes=59)}, None, None),
        (19, {}, "future", ""),
        (0, {"first_response_at": NINE, "resolved_at": NOW + timedelta(days=1)}, "future", "resolved_at"),
        (-4000, {}, "before_founding", ""),
        (0, {"first_response_at": NINE, "resolved_at": NOW}, None, None),
    ],
)
def test_impossible_times(days: float, moments: dict[str, datetime], why: str | None, column: str | None) -> None:
    rule = TimesRule(now=NOW, founded=datetime(2016, 1, 1, tzinfo=UTC))
    found = rule.find(entry(1, "打印机", days=days, moments=moments))
    assert (found and found.evidence["why"], found and found.evidence["column"]) == (why, column)


def test_a_test_is_not_what_others_are_copies_of() -> None:
    rules = Rules(trial=TrialRule(customers=("KH-0",)), exact=ExactRule())
    text = "打印机卡纸，一直不能用"
    first = entry(1, text, names=("KH-0",))
    assert caught(rules, first, entry(2, text, days=1), entry(3, text, days=2)) == [(1, "trial", None), (3, "exact", 2)]
