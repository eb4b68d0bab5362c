"""Computed results: computed once, read often, forgotten when the data change."""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path

from qualityloop.diagnosis import store


def test_computed_once_and_kept_on_disk(tmp_path: Path) -> None:
    calls = []

    def compute() -> store.Result:
        calls.append(1)
        return {"numbers": (1, 2)}

    assert store.kept(tmp_path, "s1", {"page": "x"}, compute) == {"numbers": [1, 2]}
    assert store.kept(tmp_path, "s1", {"page": "x"}, compute) == {"numbers": [1, 2]}
    store.forget()  # another process
    assert store.kept(tmp_path, "s1", {"page": "x"}, compute) == {"numbers": [1, 2]}
    assert len(calls) == 1


def test_another_question_or_snapshot_is_computed_anew(tmp_path: Path) -> None:
    for count, (snapshot, page) in enumerate((("s1", "x"), ("s1", "y"), ("s2", "x"))):
        assert store.kept(tmp_path, snapshot, {"page": page}, lambda c=count: {"count": c}) == {"count": count}


def test_a_damaged_result_is_computed_anew(tmp_path: Path) -> None:
    store.kept(tmp_path, "s1", {"page": "x"}, lambda: {"count": 1})
    for file in (tmp_path / "s1").glob("*.json"):
        file.write_text('{"count": ')
    store.forget()
    assert store.kept(tmp_path, "s1", {"page": "x"}, lambda: {"count": 2}) == {"count": 2}


def test_many_who_ask_at_once_wait_for_one(tmp_path: Path) -> None:
    calls, answers = [], []

    def compute() -> store.Result:
        calls.append(1)
        time.sleep(0.05)
        return {"done": True}

    def ask() -> None:
        answers.append(store.kept(tmp_path, "s1", {"page": "x"}, compute))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1
    assert answers == [{"done": True}] * 6


def test_a_failure_is_not_kept(tmp_path: Path) -> None:
    def fail() -> store.Result:
        raise RuntimeError("no")

    with contextlib.suppress(RuntimeError):
        store.kept(tmp_path, "s1", {"page": "x"}, fail)
    assert store.kept(tmp_path, "s1", {"page": "x"}, lambda: {"fine": True}) == {"fine": True}


def test_old_snapshots_are_swept_after_a_day(tmp_path: Path) -> None:
    import os

    store.kept(tmp_path, "old", {"page": "x"}, lambda: {"a": 1})
    store.kept(tmp_path, "recent", {"page": "x"}, lambda: {"a": 1})
    os.utime(tmp_path / "old", (time.time() - 2 * store.KEEP_SECONDS,) * 2)
    store.kept(tmp_path, "new", {"page": "x"}, lambda: {"a": 1})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "recent"]
