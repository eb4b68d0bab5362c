"""What was counted is kept: only changed data are counted again, and a bad file never matters."""

from __future__ import annotations

import re
import sqlite3
import threading
from dataclasses import astuple, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.analysis.indicators import records

from qualityloop.analysis.engine.duckdb import DuckDBEngine
from qualityloop.analysis.indicators import cache as cache_module
from qualityloop.analysis.indicators.cache import Cache, Key
from qualityloop.analysis.indicators.evaluate import evaluate
from qualityloop.analysis.indicators.standard import Standard
from qualityloop.analysis.indicators.values import Values
from qualityloop.analysis.lake import Lake, LakeWriter

START, END = date(2025, 9, 1), date(2026, 7, 31)
KEYS = ("share", "median", "count", "complaint_rate")
RULES = records.standard(*(i for i in records.INDICATORS if i.key in KEYS))


class Watched(DuckDBEngine):
    """An engine that remembers its queries and the files they read."""

    def __init__(self) -> None:
        super().__init__()
        self.queries: list[str] = []
        self.files: set[str] = set()

    def attach(self, name: str, files: Any) -> None:
        self.files |= {f"{file.parent.name}/{file.name[:7]}" for file in files}
        super().attach(name, files)

    def query(self, sql: str) -> Any:
        self.queries.append(sql)
        return super().query(sql)


def _run(lake: Lake, cache: Path | None, rules: Standard = RULES, end: date = END) -> tuple[Values, Watched]:
    with Watched() as engine:
        answer = evaluate(
            lake, rules, engine=engine, start=START, end=end, grain="month", groupings=[("team",)], cache=cache
        )
    return answer, engine


def _written(answer: Values) -> list[list[object]]:
    """Values to ten digits: threads add up a mean in any order, which shows in the sixteenth."""
    return [[float(f"{x:.10g}") if isinstance(x, float) else x for x in astuple(value)] for value in answer.values]


@pytest.fixture
def frames() -> dict[str, pd.DataFrame]:
    return {"tickets": records.tickets(1500), "complaints": records.complaints()}


@pytest.fixture
def lake(tmp_path: Path, frames: dict[str, pd.DataFrame]) -> Lake:
    return records.write(tmp_path / "lake", frames)


def test_a_second_time_nothing_is_asked(lake: Lake, tmp_path: Path) -> None:
    plain, _ = _run(lake, None)
    first, cold = _run(lake, tmp_path / "kept.sqlite3")
    second, warm = _run(lake, tmp_path / "kept.sqlite3")
    assert len(cold.queries) == 2
    assert warm.queries == []
    assert first.values == plain.values
    assert second.values == plain.values


def test_after_one_more_day_only_its_month_is_read(lake: Lake, frames: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    kept = tmp_path / "kept.sqlite3"
    _run(lake, kept)
    extra = frames["tickets"].iloc[:20].copy()
    extra["ticket_id"] = [f"N{i}" for i in range(20)]
    extra["created_at"] = pd.Timestamp("2026-07-31 12:00")
    july = frames["tickets"][lambda f: f["created_at"].between("2026-06-30 22:00", "2026-07-31 21:59:59.999999")]
    with LakeWriter(lake.root, zone=records.ZONE) as writer:
        writer.write("tickets", records.table("tickets", pd.concat([july, extra])), mode="months")
        newer = writer.commit()
    answer, engine = _run(newer, kept)
    assert engine.files == {"tickets/2026-07"}
    assert len(engine.queries) == 1
    assert re.findall(r"BETWEEN DATE '(\S+)' AND DATE '(\S+)'", engine.queries[0]) == [("2026-07-01", "2026-07-31")]
    plain, _ = _run(newer, None)
    assert answer.values == plain.values
    before, after = (a.series("count")[-1].value for a in (_run(lake, None)[0], answer))
    assert (before, after) == (len(july), len(july) + 20)
    _, again = _run(newer, kept)
    assert again.queries == []


def test_a_changed_definition_is_counted_again_and_a_changed_target_is_not(lake: Lake, tmp_path: Path) -> None:
    kept = tmp_path / "kept.sqlite3"
    _run(lake, kept)
    share = RULES.indicator("share")
    others = [i for i in RULES.indicators if i.key != "share"]
    answer, engine = _run(lake, kept, records.standard(replace(share, target=0.1, warning=0.05), *others))
    assert engine.queries == []
    assert {v.status for v in answer.series("share")} == {"met"}
    changed = records.standard(replace(share, formula="share(first_response_minutes <= 6)"), *others)
    answer, engine = _run(lake, kept, changed)
    assert len(engine.queries) == 1
    assert "quantile" not in engine.queries[0]
    assert "array_agg" not in engine.queries[0]
    assert _written(answer) == _written(_run(lake, None, changed)[0])


def test_a_time_without_data(lake: Lake, tmp_path: Path) -> None:
    answer, engine = _run(lake, tmp_path / "kept.sqlite3", end=date(2028, 2, 28))
    assert answer.values == _run(lake, None, end=date(2028, 2, 28))[0].values
    assert answer.series("share")[-1].status == "insufficient"
    assert "2027" not in "".join(engine.queries)


def test_a_shorter_last_month_is_another_number(lake: Lake, tmp_path: Path) -> None:
    kept = tmp_path / "kept.sqlite3"
    _run(lake, kept)
    answer, engine = _run(lake, kept, end=date(2026, 7, 15))
    assert len(engine.queries) == 2
    assert answer.values == _run(lake, None, end=date(2026, 7, 15))[0].values


def _spoil(path: Path, how: str) -> None:
    if how == "rubbish":
        path.write_bytes(b"this is no database" * 400)
    elif how == "foreign":
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE kept (a INTEGER)")
        connection.close()
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "bits":
        connection = sqlite3.connect(path)
        connection.execute("UPDATE kept SET content = zeroblob(length(content))")
        connection.commit()
        connection.close()
    elif how == "older":
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA user_version = 999")
        connection.close()


@pytest.mark.parametrize("how", ["rubbish", "foreign", "empty", "bits", "older"])
def test_a_spoilt_file_is_never_an_error(lake: Lake, tmp_path: Path, how: str) -> None:
    kept = tmp_path / "kept.sqlite3"
    if how in ("bits", "older"):
        _run(lake, kept)
    _spoil(kept, how)
    before = kept.read_bytes()
    answer, engine = _run(lake, kept)
    assert engine.queries
    assert answer.values == _run(lake, None)[0].values
    if how in ("rubbish", "foreign"):
        assert kept.read_bytes() == before  # somebody else's file stays as it is
    else:
        assert _run(lake, kept)[1].queries == []  # put right


def test_a_locked_file_and_a_folder_without_leave(lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_module, "_PATIENCE", 0.05)
    kept = tmp_path / "kept.sqlite3"
    _run(lake, kept)
    other = records.standard(*(i for i in records.INDICATORS if i.key == "mean"))
    holder = sqlite3.connect(kept, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    answer, _ = _run(lake, kept, other)
    assert _written(answer) == _written(_run(lake, None, other)[0])
    holder.execute("ROLLBACK")
    holder.close()
    (tmp_path / "file").write_text("")
    answer, _ = _run(lake, tmp_path / "file" / "below" / "kept.sqlite3")
    assert answer.values == _run(lake, None)[0].values


def test_a_folder_gets_a_file_of_its_own(lake: Lake, tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    _run(lake, tmp_path / "cache")
    assert (tmp_path / "cache" / "values.sqlite3").is_file()
    assert _run(lake, tmp_path / "cache")[1].queries == []


def test_several_at_once(tmp_path: Path) -> None:
    path, failures = tmp_path / "kept.sqlite3", []

    def write(worker: int) -> None:
        try:
            for i in range(15):
                Cache(path).put({Key(b"%d-%d" % (worker, i), b"d"): b"content"}, [])
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    keys = [Key(b"%d-%d" % (worker, i), b"d") for worker in range(4) for i in range(15)]
    assert not failures
    assert Cache(path).get(keys) == dict.fromkeys(keys, b"content")
    assert Cache(path).get([Key(b"0-0", b"newer data")]) == {}


def test_nobody_takes_a_file_that_is_being_made_for_a_stranger(tmp_path: Path) -> None:
    """Many empty files, each opened by four at the same moment."""
    for turn in range(40):
        path, start = tmp_path / f"{turn}.sqlite3", threading.Barrier(4)
        keys = [Key(b"%d" % worker, b"d") for worker in range(4)]

        def write(key: Key, path: Path = path, start: threading.Barrier = start) -> None:
            start.wait()
            Cache(path).put({key: b"content"}, [])

        threads = [threading.Thread(target=write, args=(key,)) for key in keys]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert Cache(path).get(keys) == dict.fromkeys(keys, b"content")


def test_what_nobody_used_for_long_is_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_module, "LIMIT", 3)
    kept = Cache(tmp_path / "kept.sqlite3")
    keys = [Key(bytes([i]), b"d") for i in range(5)]
    for i, key in enumerate(keys):
        kept.put({key: b"x"}, used=keys[:1] if i else [])
    assert set(kept.get(keys)) == {keys[0], keys[3], keys[4]}
