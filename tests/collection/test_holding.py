"""Fact tables without a room of their own: held here, changed, published, taken back."""

from __future__ import annotations

import pytest
from tests.collection.conftest import Wizard

from qualityloop.collection.holding import HELD
from qualityloop.collection.importing.existing import existing_rows
from qualityloop.collection.models import HeldRow
from qualityloop.foundation.lake.facts import registered

pytestmark = pytest.mark.django_db

SCORES = (
    "评分编号,评分时间,总分,是否触发致命项,班组\n"
    "S1,2026-01-05 08:00:00,92.5,否,夜班\nS2,2026-01-05 09:00:00,70,是,白班\nS3,2026-01-05 10:00:00,,,\n"
)


def test_all_of_them_are_received_and_published() -> None:
    assert set(HELD) <= set(registered())


def test_scores_come_in_change_and_go(wizard: Wizard) -> None:
    first = wizard.bring(("质检评分.csv", SCORES.encode()))
    assert first.counts == {"scores": {"created": 3, "updated": 0, "unchanged": 0, "rejected": 0}}
    changed = SCORES.replace("92.5", "95").encode()
    second = wizard.upload(("质检评分.csv", changed))
    assert wizard.check(second).checked["counts"]["scores"] == {
        "created": 0, "updated": 1, "unchanged": 2, "rejected": 0,
    }  # fmt: skip
    second = wizard.start(second)
    assert second.counts == {"scores": {"created": 0, "updated": 1, "unchanged": 2, "rejected": 0}}
    rows = next(existing_rows("scores", "files", ["score_id", "total", "critical_failed", "team"])).to_pylist()
    assert sorted(rows, key=lambda row: row["score_id"]) == [
        {"score_id": "S1", "total": 95.0, "critical_failed": False, "team": "夜班"},
        {"score_id": "S2", "total": 70.0, "critical_failed": True, "team": "白班"},
        {"score_id": "S3", "total": None, "critical_failed": None, "team": None},
    ]
    wizard.post(f"/import/{second.pk}/undo/", {"reason": "wrong"})
    assert HeldRow.objects.get(key="S1").data["total"] == 92.5
    wizard.post(f"/import/{first.pk}/undo/", {"reason": "wrong"})
    assert not HeldRow.objects.exists()
