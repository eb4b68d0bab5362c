"""Running commands inside the test process, and a few small files to run them on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from qualityloop.cli import main
from qualityloop.demo import generate

TICKETS = """ticket_id,created_at,first_response_at,resolved_at,channel,kind,team,contacts,reopened,escalated
T1,2026-03-02 09:00:00,2026-03-02 09:03:00,2026-03-02 10:00:00,online,repair,A,1,0,false
T2,2026-03-02 09:10:00,2026-03-02 09:20:00,2026-03-02 11:10:00,online,repair,A,2,0,false
T3,2026-03-03 10:00:00,2026-03-03 10:05:00,2026-03-04 10:00:00,online,repair,B,1,0,true
T4,2026-03-03 11:00:00,2026-03-03 11:04:59,2026-03-03 12:00:00,online,consultation,B,1,0,false
T5,2026-03-04 08:00:00,2026-03-04 08:15:00,2026-03-04 09:00:00,phone,consultation,A,1,0,false
T6,2026-03-04 08:30:00,2026-03-04 08:46:00,,phone,repair,B,,0,false
"""

EVENTS = """case,step,at,who
1,register,2026-03-02 09:00:00,Ann
1,repair,2026-03-02 10:00:00,Bob
1,close,2026-03-02 12:00:00,Ann
2,register,2026-03-03 09:00:00,Ann
2,repair,2026-03-03 12:00:00,Bob
2,repair,2026-03-03 13:00:00,Bob
2,close,2026-03-03 14:00:00,Ann
3,register,2026-03-04 09:00:00,Ann
3,close,2026-03-04 09:30:00,Ann
"""


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Outcome]


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run `qualityloop ARGUMENTS` in an empty current folder."""
    monkeypatch.setenv("QUALITYLOOP_LANG", "en")
    monkeypatch.chdir(tmp_path)

    def go(*arguments: str | Path) -> Outcome:
        code = main([str(argument) for argument in arguments])
        out, err = capsysbinary.readouterr()
        assert b"Traceback" not in err
        return Outcome(code, out, err.decode())

    return go


@pytest.fixture
def tickets(tmp_path: Path) -> Path:
    file = tmp_path / "tickets.csv"
    file.write_text(TICKETS, encoding="utf-8")
    return file


@pytest.fixture
def events(tmp_path: Path) -> Path:
    file = tmp_path / "events.csv"
    file.write_text(EVENTS, encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def small_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with 1 500 tickets of the demo."""
    path = tmp_path_factory.mktemp("small") / "lake"
    generate(path, tickets=1500, seed=7)
    return path
