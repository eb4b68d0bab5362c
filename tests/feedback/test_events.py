"""Systems that listen hear of complaints that are new, and not of old ones that come in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest
import time_machine

from qualityloop.foundation.records.models import Batch
from qualityloop.foundation.records.receiving import receive


@pytest.mark.django_db
def test_new_complaints_are_announced_once(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, Any]] = []
    monkeypatch.setattr("qualityloop.feedback.events.announce", lambda event, data: told.append((event, data)))
    table = pa.table({
        "complaint_id": ["K1", "K2"], "text": ["等了两天", "旧的"],
        "received_at": pa.array([datetime(2026, 10, 9, 3), datetime(2026, 9, 1)], pa.timestamp("us")),
    })  # fmt: skip
    with time_machine.travel(datetime(2026, 10, 9, 4), tick=False):
        for _ in range(2):
            receive("complaints", table, source="hotline", batch=Batch.objects.create(label="x"))
    assert [(event, data["number"], data["text"]) for event, data in told] == [("complaint.received", "K1", "等了两天")]
