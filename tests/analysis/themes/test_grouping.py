"""Themes: planted ones are found, named, told from noise; the same seed gives the same answer."""

from __future__ import annotations

import numpy as np
import pytest

from qualityloop.analysis.themes import NONE, OTHER, count_themes, group_texts, split_texts
from qualityloop.analysis.themes.grouping import Tried, choose
from qualityloop.analysis.themes.naming import telling_words
from qualityloop.analysis.themes.words import words_of

PARTS = {
    "物流": (("物流信息", "快递单号", "配送进度"), ("三天没更新", "一直查不到", "停在中转站", "没有人说得清")),
    "收费": (("上门费", "检测费", "配件价格"), ("事先没有说明", "临时加钱", "比网上贵一倍", "不合理")),
    "态度": (("客服态度", "师傅语气", "接线员说话"), ("敷衍", "很不耐烦", "没说完就挂断", "像念稿子")),
    "维修": (("空调修了", "洗衣机修完", "冰箱换了零件"), ("又坏了", "还是老毛病", "两天就出故障", "没修好")),
}
OPENINGS = ("", "说实话，", "这次", "老客户了，", "你好，", "我家的")
ENDINGS = ("。", "！", "，请处理。", "，太失望了", "，谢谢")


def planted(count: int, seed: int) -> tuple[list[str], list[str]]:
    rng = np.random.default_rng(seed)
    texts, names = [], []
    for _ in range(count):
        name = list(PARTS)[int(rng.integers(4))]
        first, second = PARTS[name]
        texts.append(
            str(rng.choice(OPENINGS)) + str(rng.choice(first)) + str(rng.choice(second)) + str(rng.choice(ENDINGS))
        )
        names.append(name)
    return texts, names


def test_planted_themes_are_found_and_named() -> None:
    from sklearn.metrics import adjusted_rand_score

    texts, names = planted(800, 1)
    found = group_texts(texts, seed=7, k=4)
    assert adjusted_rand_score(names, found.labels) > 0.5
    assert [theme.size for theme in found.themes] == sorted((t.size for t in found.themes), reverse=True)
    for theme in found.themes:
        inside = {names[place] for place in np.flatnonzero(found.labels == theme.number)}
        (most,) = {names[place] for place in theme.examples[:1]}
        words = set("".join(theme.words))
        assert words & set("".join(a + b for a, b in zip(*[PARTS[most][0], PARTS[most][1][:3]], strict=True)))
        assert most in inside
    assert found.stability is not None
    assert found.stability > 0.2
    again = group_texts(texts, seed=7, k=4)
    assert (again.labels == found.labels).all()
    assert again.themes == found.themes


def test_the_number_of_groups_is_the_smallest_that_is_as_good_as_the_best() -> None:
    tried = [Tried(4, 0.10, 0.01), Tried(6, 0.195, 0.01), Tried(8, 0.20, 0.01), Tried(12, 0.15, 0.01)]
    assert choose(tried) == 6
    found = group_texts(planted(800, 2)[0], seed=3)
    assert choose(found.tried) in {one.k for one in found.tried}
    assert max(one.k for one in found.tried) <= 16


def test_what_fits_nowhere_is_left_over() -> None:
    texts = planted(400, 3)[0] + ["", "  ", "!!!"]
    found = group_texts(texts, seed=1, k=4)
    assert (found.labels[-3:] == OTHER).all()
    assert found.others >= 3
    assert sum(theme.size for theme in found.themes) + found.others == len(texts)


@pytest.mark.parametrize("texts", [[], ["一条"], ["同样的话"] * 30, ["", ""] * 20])
def test_hardly_any_texts_break_nothing(texts: list[str]) -> None:
    found = group_texts(texts, seed=1)
    assert len(found.labels) == len(texts)


def test_words_of_both_languages() -> None:
    assert "物流" in words_of("物流信息三天没更新") or "物流信息" in words_of("物流信息三天没更新")
    assert words_of("The internet speed is THROTTLED again!") == ["internet", "speed", "throttled"]


def test_telling_words_prefer_what_the_others_do_not_say() -> None:
    texts = ["internet slow again"] * 30 + ["internet billing fee"] * 30
    labels = np.array([0] * 30 + [1] * 30)
    words = telling_words(texts, labels, 2, seed=1)
    assert words[0][0] == "slow"
    assert set(words[1][:2]) == {"billing", "fee"}
    assert words[0][-1] == "internet"


def test_a_theme_is_split() -> None:
    texts, names = planted(300, 5)
    two = [t for t, n in zip(texts, names, strict=True) if n in {"物流", "收费"}]
    parts = split_texts(two, parts=2, seed=1)
    assert set(parts) == {0, 1}
    assert (parts == 0).sum() >= (parts == 1).sum()


def test_confirmed_themes_are_counted_in_texts_that_were_not_read() -> None:
    texts, names = planted(900, 4)
    numbers = {"物流": 10, "收费": 20, "态度": 30, "维修": NONE}
    said = [numbers[name] for name in names]
    counted = count_themes(texts[300:], texts[:300], said[:300], seed=1)
    assert counted.unlearned == ()
    assert (counted.labels == np.array(said[300:])).mean() > 0.95
    few = count_themes(texts[300:], texts[:40] + ["新的"] * 3, said[:40] + [40] * 3, seed=1)
    assert 40 in few.unlearned
