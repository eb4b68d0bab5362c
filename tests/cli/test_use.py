"""Arguments, languages, exit codes, and output that is whole or absent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from qualityloop.analysis.indicators.loading import shipped_standards
from qualityloop.analysis.messages import AnalysisError, Place, message
from qualityloop.cli import arguments, standard
from qualityloop.cli.language import choose_language
from qualityloop.cli.output import check_target, write_whole
from tests.cli.conftest import Run
from tests.conftest import ROOT

COMMANDS = ("inspect", "diagnose", "effect", "mine", "standard", "demo", "serve", "verify", "version")


def test_version(run: Run) -> None:
    done = run("version")
    assert done.code == 0
    assert done.text.splitlines()[0].startswith("qualityloop ")
    assert f"python {sys.version_info.major}.{sys.version_info.minor}" in done.text


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_help(run: Run, command: str, language: str) -> None:
    done = run(command, "--help", "--lang", language)
    assert done.code == 0
    assert done.err == ""
    assert f"qualityloop {command}" in done.text
    assert ("显示帮助后退出" in done.text) == (language == "zh")


def test_help_names_the_shipped_standards() -> None:
    assert arguments.SHIPPED.split(", ") == list(shipped_standards())


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ((), "COMMAND"),
        (("no-such-command",), "no-such-command"),
        (("diagnose",), "PATH"),
        (("diagnose", "x", "--frm", "2026-01-01"), "--frm"),
        (("diagnose", "x", "--from", "2026-02-30"), "“2026-02-30” is not a date"),
        (("diagnose", "x", "--from", "03/02/2026"), "03/02/2026"),
        (("diagnose", "x", "--from", "2026-03-02", "--to", "2026-03-01"), "comes after"),
        (("diagnose", "x", "--grain", "decade"), "decade"),
        (("diagnose", "x", "--by", "teem"), "Did you mean “team”?"),
        (("diagnose", "x", "--memory", "lots"), "4GB"),
        (("diagnose", "x", "--engine", "spark://"), "spark://host:7077"),
        (("diagnose", "x", "--zone", "Mars/Olympus"), "Asia/Shanghai"),
        (("diagnose", "x", "--zone", "../../etc/passwd"), "no time zone"),
        (("diagnose", "x", "--format", "docx"), "docx"),
        (("mine", "x", "--format", "xlsx"), "xlsx"),
        (("mine", "x", "-o", "map.xlsx"), "html or json"),
        (("standard", "burn", "after-sales"), "burn"),
        (("demo", "--tickets", "-5"), "--tickets"),
        (("serve", "--port", "99999"), "65535"),
        (("inspect", "x", "--lang", "fr"), "fr"),
    ],
)  # fmt: skip
def test_wrong_use(run: Run, wrong: tuple[str, ...], said: str) -> None:
    done = run(*wrong)
    assert done.code == 2
    assert said in done.err
    assert done.out == b""


def test_wrong_use_in_chinese(run: Run) -> None:
    done = run("diagnose", "--lang", "zh")
    assert done.code == 2
    assert "缺少必填参数" in done.err
    done = run("diagnose", "x", "--from", "yesterday", "--lang=zh")
    assert done.code == 2
    assert "不是日期" in done.err


@pytest.mark.parametrize(
    ("given", "environ", "language"),
    [
        ([], {}, "zh"),
        ([], {"LANG": "C.UTF-8"}, "zh"),
        ([], {"LANG": "en_US.UTF-8"}, "en"),
        ([], {"LANG": "de_DE.UTF-8"}, "en"),
        ([], {"LC_ALL": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "zh"),
        ([], {"QUALITYLOOP_LANG": "en", "LC_ALL": "zh_CN.UTF-8"}, "en"),
        (["diagnose", "--lang", "zh"], {"QUALITYLOOP_LANG": "en"}, "zh"),
        (["--lang=en", "diagnose"], {"QUALITYLOOP_LANG": "zh"}, "en"),
        (["diagnose", "--", "--lang", "en"], {"QUALITYLOOP_LANG": "zh"}, "zh"),
    ],
)
def test_language(given: list[str], environ: dict[str, str], language: str) -> None:
    assert choose_language(given, environ) == language


# ---- how a command may end --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        (KeyboardInterrupt(), 130, "interrupted"),
        (MemoryError(), 1, "--memory"),
        (FileNotFoundError(2, "gone", "x.csv"), 1, "x.csv: no such file"),
        (PermissionError(13, "no", "x.csv"), 1, "x.csv: access is not allowed"),
        (OSError(28, "full", "x.csv"), 1, "disk is full"),
        (AnalysisError(message("{file}: is a folder", file="b"), Place("a.csv", 7, "day")), 1,
         "a.csv, row 7, column “day”: b: is a folder"),
        (BrokenPipeError(), 141, ""),
    ],
)  # fmt: skip
def test_ends(run: Run, monkeypatch: pytest.MonkeyPatch, raised: BaseException, code: int, said: str) -> None:
    def fail(*_: object) -> int:
        raise raised

    monkeypatch.setattr(standard, "_lines", fail)
    done = run("standard", "show", "after-sales")
    assert done.code == code
    assert said in done.err
    assert done.out == b""


def test_a_fault_of_ours_is_one_sentence_and_a_file(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(standard, "_lines", fail)
    done = run("standard", "show", "after-sales")
    assert done.code == 1
    assert "ZeroDivisionError: planted" in done.err
    details = Path(done.err.strip().rsplit(" ", 1)[-1])
    assert "Traceback" in details.read_text()
    details.unlink()


def test_errors_are_said_even_when_quiet(run: Run) -> None:
    done = run("--quiet", "diagnose", "nothing.csv")
    assert done.code == 1
    assert "nothing.csv" in done.err


def test_sigterm_removes_temporary_files(
    run: Run, tickets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qualityloop.cli import records

    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    read = records.ingest

    def read_then_end(*given: object, **named: object) -> object:
        read(*given, **named)  # type: ignore[arg-type]
        assert list(temporary.iterdir())  # there is something to remove
        os.kill(os.getpid(), signal.SIGTERM)
        raise AssertionError("still running")

    monkeypatch.setattr(records, "ingest", read_then_end)
    done = run("diagnose", tickets, "-o", "report.html")
    assert done.code == 143
    assert list(temporary.iterdir()) == []
    assert not (tmp_path / "report.html").exists()
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL  # as it was


# ---- files ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["nowhere/report.html", "here", "/proc/report.html"])
def test_targets_that_cannot_be_written(run: Run, tickets: Path, tmp_path: Path, target: str) -> None:
    (tmp_path / "here").mkdir()
    before = sorted(p.name for p in tmp_path.iterdir())
    done = run("inspect", tickets, "-o", target)
    assert done.code == 1
    assert target.rsplit("/", maxsplit=1)[-1] in done.err or "nowhere" in done.err
    assert sorted(p.name for p in tmp_path.iterdir()) == before


def test_the_old_file_stays_until_the_new_one_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "report.html"
    target.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        with pytest.raises(OSError, match="No space"):
            write_whole(target, b"new")
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]
    write_whole(target, b"new")
    assert target.read_bytes() == b"new"


def test_a_file_that_may_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(AnalysisError, match="may not be written"):
        check_target(str(tmp_path / "report.html"))


def test_standard_output_is_always_a_target() -> None:
    check_target(None)
    check_target("-")


# ---- as a program of its own ------------------------------------------------------------------------------


def program(*arguments: str, **options: object) -> subprocess.Popen[bytes]:
    environ = {**os.environ, "QUALITYLOOP_LANG": "en", "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "qualityloop", *arguments]
    return subprocess.Popen(command, stderr=subprocess.PIPE, env=environ, **options)  # type: ignore[call-overload]


def test_a_reader_who_leaves_early_is_no_error() -> None:
    with program("standard", "show", "after-sales", stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.close()
        assert process.stderr
        assert process.stderr.read() == b""
    assert process.returncode == 141


def test_module_and_exit_code() -> None:
    with program("standard", "check", "no-such", stdout=subprocess.PIPE) as process:
        out, err = process.communicate()
    assert process.returncode == 1
    assert out == b""
    assert b"no-such" in err
    assert b"after-sales" in err
