"""Themes, negative reviews on real texts with labels: the figures of docs/THEMES.md, a part of them computed anew."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qualityloop.analysis.text import fit_bands
from qualityloop.analysis.themes import OTHER, count_themes, group_texts, share_of
from qualityloop.analysis.themes.vectors import LEARNED, matrix_of, vectors_of

pytestmark = pytest.mark.real_data


def rows(path: Path) -> list[dict[str, str]]:
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def purity(truth: Sequence[str], labels: Sequence[Any]) -> float:
    inside: dict[Any, Counter[str]] = defaultdict(Counter)
    for name, label in zip(truth, labels, strict=True):
        inside[label][name] += 1
    return sum(counter.most_common(1)[0][1] for counter in inside.values()) / len(truth)


def test_intents_of_a_bank_are_found_as_well_as_by_plain_k_means(real_data: Path) -> None:
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    known = rows(real_data / "banking77" / "train.csv")
    texts, truth = [row["text"] for row in known], [row["category"] for row in known]
    found = group_texts(texts, seed=1, k=77)
    ours = normalized_mutual_info_score(truth, found.labels)
    learned = np.sort(np.random.default_rng(1).permutation(len(texts))[:LEARNED])
    vectors = vectors_of(matrix_of(texts, learned=learned), learned=learned, seed=1)
    plain = KMeans(77, n_init=1, random_state=1).fit(vectors).labels_
    assert ours == pytest.approx(0.60, abs=0.03)
    assert ours > normalized_mutual_info_score(truth, plain) - 0.03
    assert adjusted_rand_score(truth, found.labels) == pytest.approx(0.29, abs=0.04)
    assert purity(truth, found.labels.tolist()) == pytest.approx(0.44, abs=0.04)
    assert (found.labels == OTHER).mean() < 0.05


def test_a_corrected_share_holds_the_truth_where_the_count_alone_is_wrong(real_data: Path) -> None:
    """Product groups of shop reviews: learned from few examples, counted in 2,000 others, 300 of them labelled."""
    known = [
        row for row in rows(real_data / "online_shopping_10_cats" / "online_shopping_10_cats.csv.gz") if row["review"]
    ]
    order = np.random.default_rng(2).permutation(len(known))
    taught, asked = [known[i] for i in order[:600]], [known[i] for i in order[600:2600]]
    names = sorted({row["cat"] for row in known})
    numbers = {name: number for number, name in enumerate(names)}
    counted = count_themes(
        [row["review"][:100] for row in asked],
        [r["review"][:100] for r in taught],
        [numbers[r["cat"]] for r in taught],
        seed=1,
    )
    truth = np.array([numbers[row["cat"]] for row in asked])
    places = np.random.default_rng(3).choice(len(asked), 300, replace=False)
    held, nearer = 0, 0
    for number in numbers.values():
        share = share_of(counted.labels == number, places, truth[places] == number)
        real = float((truth == number).mean())
        assert share.low is not None
        assert share.high is not None
        assert share.estimate is not None
        held += share.low <= real <= share.high
        nearer += abs(share.estimate - real) <= abs(share.counted - real)
    assert held >= 9
    assert nearer >= 5


def test_negative_hotel_reviews_are_filtered_as_promised(real_data: Path) -> None:
    known = [row for row in rows(real_data / "chnsenticorp_htl" / "ChnSentiCorp_htl_all.csv.gz") if row["review"]]
    some = [known[i] for i in np.random.default_rng(4).permutation(len(known))[:2000]]
    bands = fit_bands([row["review"] for row in some], np.array([row["label"] == "0" for row in some]))
    assert bands is not None
    assert bands.recall == pytest.approx(0.95, abs=0.03)
    assert bands.precision == pytest.approx(0.90, abs=0.04)
    assert bands.unsure < 0.35
