"""`demo` and `serve` as they are used: programs of their own, on a home of their own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from qualityloop.analysis.messages import AnalysisError
from qualityloop.cli.serve import free_port
from qualityloop.demo.accounts import ACCOUNTS
from qualityloop.reports import bundle
from tests.cli.conftest import Run
from tests.conftest import ROOT, skip

pytestmark = pytest.mark.xdist_group("demo_and_serve")


def environ(home: Path, language: str = "en") -> dict[str, str]:
    inherited = {k: v for k, v in os.environ.items() if k not in ("DJANGO_SETTINGS_MODULE", "QUALITYLOOP_HOSTS")}
    return {**inherited, "QUALITYLOOP_HOME": str(home), "QUALITYLOOP_LANG": language, "PYTHONPATH": str(ROOT / "src")}


def program(home: Path, *arguments: str, language: str = "en") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "qualityloop", *arguments]
    return subprocess.run(
        command, env=environ(home, language), cwd=home.parent, capture_output=True, text=True, check=False, timeout=300
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a small demo in it."""
    folder = tmp_path_factory.mktemp("installation") / "home"
    done = program(folder, "demo", "--tickets", "400")
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert "qualityloop serve" in done.stderr
    return folder


def state(folder: Path) -> dict[str, bytes]:
    """Everything that is kept, SQLite's own journals aside."""
    files = (p for p in folder.rglob("*") if p.is_file() and not p.name.endswith(("-wal", "-shm", ".lock")))
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(files)}


def test_demo_twice_changes_nothing(home: Path) -> None:
    before = state(home)
    done = program(home, "demo", "--tickets", "500", language="zh")
    assert done.returncode == 0, done.stderr
    assert state(home) == before
    assert "--force" in done.stderr  # another size was asked for
    assert "已经在" in done.stderr


def test_the_first_pages_are_computed(home: Path) -> None:
    assert list((home / "cache").rglob("*.json"))


# ---- serve ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def served(home: Path) -> Iterator[tuple[subprocess.Popen[str], str, list[str]]]:
    """A running server: process, address, and what it printed first."""
    if not (bundle.DIST / "app.js").is_file():
        skip("the front end is not built: make setup")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "qualityloop", "serve", "--port", str(port)]
    process = subprocess.Popen(
        command, env=environ(home), cwd=home.parent, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout
    printed = []
    while line := process.stdout.readline():
        printed.append(line)
        if line.startswith("└"):
            break
    yield process, f"http://127.0.0.1:{port}/", printed
    if process.poll() is None:
        process.kill()
    process.wait()


def fetched(address: str) -> tuple[int, str]:
    """Status and page, waiting until the server listens."""
    for _ in range(300):
        try:
            with urllib.request.urlopen(address, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, ""
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the server does not answer")


def test_serve_prints_the_address_and_the_logins(served: tuple[subprocess.Popen[str], str, list[str]]) -> None:
    _, address, printed = served
    assert address in printed[0]
    for account in ACCOUNTS:
        assert any(account.username in line and account.password in line for line in printed)


def test_serve_shows_the_sign_in_page(served: tuple[subprocess.Popen[str], str, list[str]]) -> None:
    _, address, _ = served
    status, page = fetched(address)
    assert status == 200
    assert re.search(r'<input[^>]+type="password"', page)
    script = re.search(r'src="(/static/[^"]+\.js)"', page)
    assert script
    assert fetched(address.rstrip("/") + script[1])[0] == 200


def test_a_second_one_says_that_the_port_is_taken(
    served: tuple[subprocess.Popen[str], str, list[str]], home: Path
) -> None:
    _, address, _ = served
    fetched(address)
    port = address.rstrip("/").rsplit(":", 1)[1]
    done = program(home, "serve", "--port", port)
    assert done.returncode == 1
    assert f"port {port} is taken" in done.stderr


def test_ctrl_c_ends_it_and_its_workers(served: tuple[subprocess.Popen[str], str, list[str]]) -> None:
    process, address, _ = served
    fetched(address)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 0
    port = int(address.rstrip("/").rsplit(":", 1)[1])
    assert free_port("127.0.0.1", port) == port  # nobody listens any more


def test_the_next_free_port() -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(AnalysisError, match="taken"):
            free_port("127.0.0.1", port)
    with pytest.raises(AnalysisError, match="not an address"):
        free_port("300.1.1.1", 8000)
    with pytest.raises(AnalysisError, match="not an address"):
        free_port("192.0.2.1", 8000)  # a documentation address, nobody's


def test_the_first_port_is_passed_over_when_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setattr("qualityloop.cli.serve.PORT", taken.getsockname()[1])
        found = free_port("127.0.0.1", None)
        assert taken.getsockname()[1] < found <= taken.getsockname()[1] + 99


def test_serve_refuses_kindly_without_a_front_end(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "DIST", tmp_path)
    done = run("serve")
    assert done.code == 1
    assert "make setup" in done.err
