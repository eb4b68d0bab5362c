"""The threshold of near duplicates on real pairs of questions, as docs/COLLECTION.md says it was measured."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from qualityloop.analysis.cleaning import Entry, NearRule
from qualityloop.analysis.cleaning.near import similarity

pytestmark = pytest.mark.real_data
AT = datetime(2026, 1, 1, tzinfo=UTC)


def pairs(data: Path) -> Iterator[tuple[str, str, bool]]:
    """Two questions, and whether people hold them for the same."""
    files = [data / "afqmc_question_pairs" / f"{name}.txt.gz" for name in ("train", "dev")]
    for file in (*files, data / "atec_question_pairs" / "atec_nlp_sim_train.csv.gz"):
        with gzip.open(file, "rt", encoding="utf-8-sig") as lines:
            for line in lines:
                *_, one, other, label = line.rstrip("\n").split("\t")
                yield one, other, label == "1"
    for name in ("train_few_all", "dev_few_all", "test_public"):
        for line in (data / "bustm_pairs" / f"{name}.json").read_text().splitlines():
            pair = json.loads(line)
            yield pair["sentence1"], pair["sentence2"], pair["label"] == "1"


def test_what_the_threshold_catches(real_data: Path) -> None:
    rule = NearRule()
    caught = {0.6: [0, 0], 0.7: [0, 0], rule.similarity: [0, 0]}
    total = 0
    for one, other, same in pairs(real_data):
        a, b = Entry(1, AT, 1, (one,)), Entry(2, AT, 1, (other,))
        if a.text == b.text or not (rule.applies(a) and rule.applies(b)):
            continue
        total += 1
        share = similarity(a, b)
        for threshold, counts in caught.items():
            if share >= threshold - 1e-9 and a.numbers == b.numbers:
                counts[0] += 1
                counts[1] += same
    assert total == 47_279
    assert caught == {0.6: [184, 118], 0.7: [74, 58], 0.85: [14, 12]}
