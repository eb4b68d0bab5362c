"""The demo goes into an installation once, through the same doors as any other records, and never among others."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from qualityloop.analysis.diagnose import diagnose
from qualityloop.analysis.engine import open_engine
from qualityloop.analysis.indicators.loading import load_standard
from qualityloop.analysis.lake import Lake, LakeWriter
from qualityloop.analysis.messages import AnalysisError
from qualityloop.demo import generate, loading
from qualityloop.demo.people import TREE

pytestmark = pytest.mark.xdist_group("databases")


def foreign_lake(path: Path) -> None:
    """Somebody's own records in files."""
    rows = pa.table({"ticket_id": ["T1"], "created_at": pa.array([datetime(2026, 3, 2)], pa.timestamp("us"))})
    with LakeWriter(path) as lake:
        lake.write("tickets", rows)
        lake.commit()


def settle_down() -> None:
    """People, and the department's standard with its calendar."""
    from qualityloop.demo.accounts import make_accounts
    from qualityloop.demo.documents import make_standard

    make_accounts()
    make_standard()


def counts() -> dict[str, int]:
    from qualityloop.collection.models import HeldRow
    from qualityloop.customers.models import Customer
    from qualityloop.operations.models import Ticket, TicketEvent

    return {model.__name__: model._default_manager.count() for model in (Ticket, TicketEvent, Customer, HeldRow)}


def test_the_second_time_changes_nothing(home: Path) -> None:
    assert not loading.is_loaded(home)
    assert loading.load(home, tickets=60)
    before, snapshot = counts(), Lake.open(home / "lake").snapshot
    assert before["Ticket"] == 60
    assert loading.is_loaded(home)
    assert not loading.load(home)
    assert not loading.load(home, tickets=90)
    assert (counts(), Lake.open(home / "lake").snapshot) == (before, snapshot)


def test_force_makes_it_anew(home: Path) -> None:
    loading.load(home, tickets=60)
    assert loading.load(home, tickets=90, force=True)
    assert counts()["Ticket"] == Lake.open(home / "lake").datasets["tickets"].rows == 90
    assert loading.is_loaded(home)


@pytest.mark.parametrize("force", [False, True])
def test_other_data_are_never_touched(home: Path, force: bool) -> None:
    foreign_lake(home / "lake")
    with pytest.raises(AnalysisError, match="holds other data"):
        loading.load(home, tickets=60, force=force)
    assert Lake.open(home / "lake").datasets["tickets"].rows == 1


def test_other_records_are_never_mixed_with(home: Path) -> None:
    from qualityloop.operations.models import Ticket

    Ticket.objects.create(number="T1", created_at=datetime(2026, 3, 2, tzinfo=UTC))
    with pytest.raises(AnalysisError, match="holds other records"):
        loading.load(home, tickets=60)
    assert counts()["Ticket"] == 1


def test_an_interrupted_start_is_finished_by_the_next(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from qualityloop.foundation.records import receiving

    taken: list[str] = []
    real = receiving.receive

    def interrupted(dataset: str, *arguments: Any, **more: Any) -> Any:
        taken.append(dataset)
        if len(taken) > 2:
            raise KeyboardInterrupt
        return real(dataset, *arguments, **more)

    with monkeypatch.context() as patch:
        patch.setattr(receiving, "receive", interrupted)
        with pytest.raises(KeyboardInterrupt):
            loading.load(home, tickets=60)
    assert not loading.is_loaded(home)
    assert loading.load(home)
    whole = counts()
    assert whole["Ticket"] == 60
    assert loading.load(home, tickets=60, force=True)
    assert counts() == whole


@pytest.mark.parametrize("mark", ["", "{", "[]", '{"tickets": "many"}', "null"])
def test_a_damaged_mark_is_no_mark(tmp_path: Path, mark: str) -> None:
    (tmp_path / loading.MARK).write_text(mark, encoding="utf-8")
    assert loading.read_mark(tmp_path) is None


def test_through_the_database_the_records_are_the_same(home: Path, tmp_path: Path) -> None:
    """What was generated straight into a lake and what went through the rooms reads alike, row for row."""
    settle_down()
    loading.load(home, tickets=800)
    straight, round_about = generate(tmp_path / "straight", tickets=800), Lake.open(home / "lake")
    assert straight.datasets.keys() == round_about.datasets.keys()
    for name in straight.datasets:
        columns = sorted(straight.datasets[name].columns)  # working time by the calendar in force too
        assert _rows(straight, name, columns) == _rows(round_about, name, columns), name


def test_and_so_is_the_diagnosis(home: Path, tmp_path: Path) -> None:
    settle_down()
    loading.load(home, tickets=3000)
    straight, round_about = generate(tmp_path / "straight", tickets=3000), Lake.open(home / "lake")
    assert _diagnosis(straight) == _diagnosis(round_about)


def test_people_stand_in_their_departments(home: Path) -> None:
    from qualityloop.demo.accounts import make_accounts
    from qualityloop.people.models import Department, Staff

    make_accounts()
    loading.load(home, tickets=300)
    above = dict(Department.objects.values_list("name", "parent__name"))
    assert {name: parent or "" for name, parent in above.items()} == TREE
    assert set(Staff.objects.exclude(user=None).values_list("user__username", "department__name")) >= {
        ("linzhuren", "售后服务中心"), ("chen", "夜班组"), ("zhou", "客服一组"), ("li", "华东维修站"),
    }  # fmt: skip


def _rows(lake: Lake, name: str, columns: list[str]) -> list[tuple[Any, ...]]:
    files = [str(file) for file in lake.datasets[name].files]
    chosen = ", ".join(f'"{column}"' for column in columns)
    with duckdb.connect() as connection:
        return connection.execute(
            f"SELECT {chosen} FROM read_parquet($1, union_by_name=true) ORDER BY ALL", [files]
        ).fetchall()


def _diagnosis(lake: Lake) -> tuple[Any, ...]:
    standard = load_standard("after-sales")
    with open_engine() as engine:
        found = diagnose(lake, standard, engine=engine, start=date(2026, 8, 1), end=date(2026, 10, 31), grain="month")
    values = sorted(repr(dataclasses.astuple(value)) for value in found.values.values)
    return values, [repr(problem) for problem in found.problems]
