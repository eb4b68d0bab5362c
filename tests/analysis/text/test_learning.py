"""Learning tags: by hand on small numbers, and on real Chinese reviews that the model has not seen."""

from __future__ import annotations

import csv
import gzip
import math
import random
from pathlib import Path

import numpy as np
import pytest

from qualityloop.analysis.messages import AnalysisError
from qualityloop.analysis.text import Examples, TagModel, learn
from qualityloop.analysis.text.measuring import measured, threshold_for


def test_the_threshold_by_hand() -> None:
    # Right, right, wrong, right, wrong: precision from the top is 1, 1, 2/3, 3/4, 3/5.
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    truth = np.array([True, True, False, True, False])
    assert threshold_for(scores, truth, 0.9, fewest=1) == 0.8
    assert threshold_for(scores, truth, 0.75, fewest=1) == 0.6
    assert threshold_for(scores, truth, 0.9, fewest=3) is None
    assert threshold_for(scores, ~truth, 0.9, fewest=1) is None


def test_equal_scores_stand_or_fall_together() -> None:
    scores = np.array([0.9, 0.5, 0.5, 0.5])
    truth = np.array([True, True, False, False])
    assert threshold_for(scores, truth, 0.9, fewest=1) == 0.9


def test_measured_on_texts_that_the_threshold_has_not_seen() -> None:
    # In fold 0 scores mean something, in fold 1 the high ones are all wrong: what one fold promises the other breaks.
    folds = np.repeat([0, 1], 40)
    scores = np.tile(np.linspace(1, 0.1, 40), 2)
    truth = np.concatenate([np.arange(40) < 20, np.arange(40) >= 20])
    found = measured(scores, truth, folds, 0.9)
    assert found.state == "missed"
    assert found.threshold is None


def wilson_by_hand(right: int, n: int) -> float:
    z, p = 1.959963984540054, right / n
    return (p + z * z / (2 * n) - z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n)


def toy(count: int) -> Examples:
    """Texts of two kinds that differ in one word, with a number so that none is there twice."""
    texts = [f"第{i}单{'等了很久没人理' if i % 2 else '师傅态度很好'}" for i in range(count)]
    return Examples(texts, {"响应超时": np.array([i % 2 for i in range(count)], dtype=np.int8)})


def test_too_few_examples_are_said_and_nothing_is_learned() -> None:
    learned = learn(toy(58))  # 29 with the tag
    found = learned.measured["响应超时"]
    assert (found.state, found.positives, found.threshold) == ("too_few", 29, None)
    assert learned.model.tags == ()
    assert learned.model.scores(["等了很久"]).shape == (1, 0)


def test_what_can_be_told_apart_is_learned_with_its_interval() -> None:
    found = learn(toy(60)).measured["响应超时"]
    assert (found.state, found.positives, found.negatives) == ("ready", 30, 30)
    assert found.precision == 1.0
    assert found.recall is not None
    assert found.recall >= 0.9
    assert found.low == pytest.approx(wilson_by_hand(found.right, found.suggested))


def test_noise_is_not_suggested() -> None:
    rng = random.Random(7)
    texts = ["".join(rng.choice("甲乙丙丁戊己庚辛") for _ in range(12)) for _ in range(200)]
    said = np.array([rng.random() < 0.5 for _ in texts], dtype=np.int8)
    found = learn(Examples(texts, {"随机": said})).measured["随机"]
    assert found.state == "missed"
    assert found.threshold is None


def test_unknown_is_neither_yes_nor_no() -> None:
    examples = toy(80)
    said = examples.said["响应超时"].copy()
    said[60:] = -1
    found = learn(Examples(examples.texts, {"响应超时": said})).measured["响应超时"]
    assert (found.positives, found.negatives) == (30, 30)


def test_a_model_reads_from_its_files_as_it_was(tmp_path: Path) -> None:
    model = learn(toy(80)).model
    model.save(tmp_path / "1")
    texts = ["等了很久", "态度很好", "", "完全不同的句子"]
    again = TagModel.load(tmp_path / "1")
    np.testing.assert_array_equal(again.scores(texts), model.scores(texts))
    assert again.scores(texts)[0, 0] > 0.5 > again.scores(texts)[1, 0]
    (tmp_path / "1" / "model.npz").write_bytes(b"broken")
    with pytest.raises(AnalysisError):
        TagModel.load(tmp_path / "1")


@pytest.mark.real_data
def test_real_reviews_keep_what_the_measurement_promises(real_data: Path) -> None:
    """Half of the texts teach; on the other half precision is counted here, one text after the other."""
    with gzip.open(
        real_data / "online_shopping_10_cats/online_shopping_10_cats.csv.gz", "rt", encoding="utf-8"
    ) as file:
        rows = [
            row for row in csv.DictReader(file) if row["cat"] in ("热水器", "手机", "酒店", "蒙牛") and row["review"]
        ]
    random.Random(1).shuffle(rows)
    seen: set[str] = set()
    rows = [row for row in rows if not (row["review"] in seen or seen.add(row["review"]))][:3000]  # type: ignore[func-returns-value]
    taught, kept = rows[:1200], rows[1200:]
    tags = ("手机", "酒店")
    said = {tag: np.array([row["cat"] == tag for row in taught], dtype=np.int8) for tag in tags}
    said["差评"] = np.array([row["label"] == "0" for row in taught], dtype=np.int8)
    learned = learn(Examples([row["review"] for row in taught], said))
    scores = learned.model.scores([row["review"] for row in kept])
    for place, tag in enumerate(learned.model.tags):
        found = learned.measured[tag]
        if found.threshold is None:
            continue
        hits = [row for row, score in zip(kept, scores[:, place], strict=True) if score >= found.threshold]
        right = sum(row["label"] == "0" if tag == "差评" else row["cat"] == tag for row in hits)
        assert len(hits) > 20, tag
        assert right / len(hits) >= 0.85, (tag, right, len(hits))  # target 0.9, and chance
        assert found.precision == pytest.approx(right / len(hits), abs=0.06), tag
    assert learned.measured["酒店"].state == "ready"
    assert learned.measured["差评"].state == "ready"
