"""`effect` on a lake and on files: verdict in words, JSON, an offline page, and what is refused."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run

ASKED = ("--indicator", "escalation_rate", "--start", "2026-05-11")
TEAM = ("--group", "team=技术支持组")


def test_the_verdict_in_words_and_in_json(run: Run, small_lake: Path) -> None:
    said = run("effect", small_lake, *ASKED, "--expect", "-0.05")
    assert said.code == 0
    assert "Method: interrupted time series (quasi-binomial, AR(1) errors)" in said.text
    found = run("effect", small_lake, *ASKED, "--expect", "-0.05", "--json", "--quiet")
    assert found.err == ""
    assert said.text.startswith(found.json["sentence"]["en"])
    assert (found.json["expected_change"], found.json["grain"]) == (-0.05, "week")
    assert found.json["estimate"]["low"] < found.json["estimate"]["value"] < found.json["estimate"]["high"]


def test_groups_and_the_page(run: Run, small_lake: Path, tmp_path: Path) -> None:
    asked = (*ASKED, *TEAM, "--untouched", "others", "--grain", "month", "--lang", "zh")
    assert run("effect", small_lake, *asked, "-o", "effect.html").code == 0
    page = (tmp_path / "effect.html").read_text(encoding="utf-8")
    assert "双重差分" in page
    assert 'data-chart="trend"' in page
    assert "http://" not in page.split("<script>")[0]


def test_files(run: Run, tickets: Path) -> None:
    done = run("effect", tickets, "--indicator", "escalation_rate", "--start", "2026-03-03", "--grain", "day", "--json")
    assert done.code == 0
    assert (done.json["verdict"], done.json["method"]) == ("cannot_tell_yet", "none")


def test_what_makes_no_sense(run: Run, small_lake: Path) -> None:
    assert run("effect", small_lake, "--indicator", "nothing", "--start", "2026-05-11").code == 2
    assert "team=A" in run("effect", small_lake, *ASKED, "--group", "team").err
    assert run("effect", small_lake, *ASKED, "--untouched", "team=A").code == 2
    nobody = run("effect", small_lake, *ASKED, "--group", "team=nobody")
    assert nobody.code == 1
    assert "nobody" in nobody.err
