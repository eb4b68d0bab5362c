"""The demo goes into a home folder once, and never over other data."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pytest

from qualityloop.analysis.lake import Lake, LakeWriter
from qualityloop.analysis.messages import AnalysisError
from qualityloop.demo import loading


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def foreign_lake(path: Path) -> None:
    """Somebody's own records."""
    rows = pa.table({"ticket_id": ["T1"], "created_at": pa.array([datetime(2026, 3, 2)], pa.timestamp("us"))})
    with LakeWriter(path) as lake:
        lake.write("tickets", rows)
        lake.commit()


def test_the_second_time_changes_nothing(tmp_path: Path) -> None:
    home = tmp_path / "deep" / "home"
    assert not loading.is_loaded(home)
    assert loading.load(home, tickets=60)
    before = contents(home)
    assert loading.is_loaded(home)
    assert not loading.load(home)
    assert not loading.load(home, tickets=90)
    assert contents(home) == before


def test_force_makes_it_anew(tmp_path: Path) -> None:
    loading.load(tmp_path, tickets=60)
    assert loading.load(tmp_path, tickets=90, force=True)
    assert Lake.open(tmp_path / "lake").datasets["tickets"].rows == 90
    assert loading.is_loaded(tmp_path)


@pytest.mark.parametrize("force", [False, True])
def test_other_data_are_never_overwritten(tmp_path: Path, force: bool) -> None:
    foreign_lake(tmp_path / "lake")
    before = contents(tmp_path)
    with pytest.raises(AnalysisError, match="holds other data"):
        loading.load(tmp_path, tickets=60, force=force)
    assert contents(tmp_path) == before


def test_data_written_over_the_demo_are_no_demo(tmp_path: Path) -> None:
    loading.load(tmp_path, tickets=60)
    foreign_lake(tmp_path / "lake")
    assert not loading.is_loaded(tmp_path)
    with pytest.raises(AnalysisError, match="holds other data"):
        loading.load(tmp_path, tickets=60, force=True)


def test_an_interrupted_start_is_finished_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(loading, "generate", interrupted)
        with pytest.raises(KeyboardInterrupt):
            loading.load(tmp_path, tickets=60)
    assert not loading.is_loaded(tmp_path)
    assert loading.load(tmp_path, tickets=60)
    assert loading.is_loaded(tmp_path)


@pytest.mark.parametrize("mark", ["", "{", "[]", '{"tickets": "many"}', "null"])
def test_a_damaged_mark_is_no_mark(tmp_path: Path, mark: str) -> None:
    (tmp_path / loading.MARK).write_text(mark, encoding="utf-8")
    assert loading.read_mark(tmp_path) is None
    assert not loading.is_loaded(tmp_path)
