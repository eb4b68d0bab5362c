"""Who hands cases to whom: by hand, and again the slow and obvious way."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from qualityloop.analysis.engine import open_engine
from qualityloop.analysis.lake import Lake, LakeWriter
from qualityloop.analysis.messages import AnalysisError
from qualityloop.analysis.process.handovers import handovers

START = datetime(2026, 3, 1, 8)
Row = tuple[str, int, float, str, str | None, str | None]  # case, seq, minutes, activity, actor, team


def lake_of(folder: Path, rows: list[Row], *, who: bool = True) -> Lake:
    cases, seqs, minutes, steps, actors, teams = zip(*rows, strict=True)
    instants = [START + timedelta(minutes=one) for one in minutes]
    columns: dict[str, Any] = {"ticket_id": cases, "seq": seqs, "at": pa.array(instants, pa.timestamp("us")),
                               "activity": steps}  # fmt: skip
    if who:
        columns |= {"actor": pa.array(actors, pa.string()), "team": pa.array(teams, pa.string())}
    with LakeWriter(folder, zone="Asia/Shanghai") as writer:
        writer.write("ticket_events", pa.table(columns))
        return writer.commit()


BY_HAND: list[Row] = [
    ("c1", 1, 0, "登记", "小周", "客服"),
    ("c1", 2, 10, "接单", "李工", "维修"),
    ("c1", 3, 12, "备注", None, None),  # nobody: it stays with 李工
    ("c1", 4, 40, "解决", "李工", "维修"),
    ("c1", 5, 60, "回访", "小周", "客服"),
    ("c2", 1, 0, "登记", "小周", "客服"),
    ("c2", 2, 30, "接单", "李工", "维修"),
    ("c2", 3, 31, "转派", "王工", "维修"),
]


def test_counted_by_hand(tmp_path: Path) -> None:
    lake = lake_of(tmp_path / "lake", BY_HAND)
    with open_engine("duckdb") as engine:
        people = handovers(lake, engine=engine, by="actor")
        teams = handovers(lake, engine=engine, by="team")
        none = handovers(lake, engine=engine, by="actor", end=date(2026, 2, 1))
    assert [(h.source, h.target, h.count, h.cases, h.mean_seconds) for h in people] == [
        ("小周", "李工", 2, 2, 1200.0),
        ("李工", "小周", 1, 1, 1200.0),
        ("李工", "王工", 1, 1, 60.0),
    ]
    assert [(h.source, h.target, h.count) for h in teams] == [("客服", "维修", 2), ("维修", "客服", 1)]
    assert none == ()


@pytest.mark.parametrize("seed", range(5))
def test_agrees_with_brute_force(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    rows: list[Row] = []
    for case in range(60):
        for seq in range(chance.randrange(1, 9)):
            actor = chance.choice([None, "a", "b", "c"])
            rows.append((f"c{case}", seq, chance.randrange(5), chance.choice("xyz"), actor, None))
    chance.shuffle(rows)
    lake = lake_of(tmp_path / "lake", rows)
    with open_engine("duckdb") as engine:
        found = handovers(lake, engine=engine, by="actor")
    counted: dict[tuple[str, str], list[tuple[str, float]]] = defaultdict(list)
    for case in {row[0] for row in rows}:
        holder, since = None, 0.0
        own = sorted((r for r in rows if r[0] == case and r[4] is not None), key=lambda r: (r[2], r[1], r[3]))
        for _case, _seq, minute, _step, actor, _team in own:
            if holder is not None and actor != holder:
                counted[holder, str(actor)].append((case, (minute - since) * 60))
            holder, since = actor, minute
    assert {(h.source, h.target): (h.count, h.cases) for h in found} == {
        pair: (len(times), len({case for case, _t in times})) for pair, times in counted.items()
    }
    for one in found:
        times = [t for _case, t in counted[one.source, one.target]]
        assert one.mean_seconds == pytest.approx(sum(times) / len(times))


def test_a_log_that_does_not_say_who(tmp_path: Path) -> None:
    lake = lake_of(tmp_path / "lake", BY_HAND, who=False)
    with open_engine("duckdb") as engine, pytest.raises(AnalysisError, match="does not say who"):
        handovers(lake, engine=engine, by="team")
