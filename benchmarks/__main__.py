"""python -m benchmarks: print tables of ratios in Markdown; --help says what can be chosen."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import (
    data,
    importing,
    indicators,
    intake,
    overview,
    pages,
    process,
    process_page,
    receiving,
    scale,
    surges,
    themes,
    upkeep,
)  # fmt: skip
from benchmarks.measure import table

Told = Iterator[tuple[str, Any, str]]  # title, results, and what there is to say of them


def _on_a_lake(ask: Namespace, folder: Path) -> Path:
    """The lake of the parts that share one."""
    lake = folder / "home" / "lake"
    if not lake.exists():
        data.lake(lake, tickets=ask.tickets)
    return lake


def _indicators(ask: Namespace, folder: Path) -> Told:
    title = f"12 indicators × team × channel × month, {ask.tickets:,} tickets"
    yield title, indicators.compare(_on_a_lake(ask, folder), ask.runs), ""


def _process(ask: Namespace, folder: Path) -> Told:
    yield f"Process mining, {ask.cases:,} cases", process.run(folder, ask.cases, ask.runs), ""


def _refresh(ask: Namespace, folder: Path) -> Told:
    title = f"Refresh after one more day, {ask.tickets:,} tickets"
    yield title, indicators.refresh(folder, ask.tickets, ask.runs), ""


def _overview(ask: Namespace, folder: Path) -> Told:
    title = f"Overview page, {ask.tickets:,} tickets (seconds are of single requests)"
    yield title, overview.run(_on_a_lake(ask, folder).parent), ""


def _process_page(ask: Namespace, folder: Path) -> Told:
    for name, (results, said) in process_page.run(folder, ask.cases, ask.runs).items():
        yield f"Page of the process, {name}, {ask.cases:,} cases (seconds are of single requests)", results, said


def _import(ask: Namespace, folder: Path) -> Told:
    title = f"Import of {ask.tickets:,} tickets and their events from CSV into SQLite"
    yield title, importing.run(folder, ask.tickets), ""


def _receive(ask: Namespace, folder: Path) -> Told:
    for database, results in receiving.run(folder, ask.tickets, ask.runs).items():
        yield f"{ask.tickets:,} tickets and their events received, {database}", results, ""


def _intake(ask: Namespace, folder: Path) -> Told:
    for title, results in intake.run(folder, ask.runs).items():
        yield title, results, ""


def _pages(ask: Namespace, folder: Path) -> Told:
    title = f"Lists over {ask.tickets:,} tickets with their events, SQLite (seconds are of single requests)"
    yield title, pages.run(folder, ask.tickets), ""


def _lake(ask: Namespace, folder: Path) -> Told:
    results, said = upkeep.run(folder, ask.tickets, ask.runs)
    yield f"Lake brought up to date, {ask.tickets:,} tickets with their events, SQLite", results, said


def _warnings(ask: Namespace, _folder: Path) -> Told:
    title = f"Surges in {ask.series:,} series of daily counts over three years (the loop scaled from ten)"
    yield title, surges.compare(ask.series, ask.runs), ""


def _themes(ask: Namespace, folder: Path) -> Told:
    yield f"Themes of {ask.texts:,} texts", themes.compare(folder, ask.texts, ask.runs), ""


def _large(ask: Namespace, folder: Path) -> Told:
    title = f"{ask.large:,} tickets with their events, DuckDB limited to {scale.MEMORY}"
    yield title, scale.run(folder, ask.large), ""


PARTS = {
    "indicators": _indicators, "overview": _overview, "refresh": _refresh, "lake": _lake, "process": _process,
    "process-page": _process_page, "import": _import, "warnings": _warnings, "themes": _themes, "receive": _receive,
    "intake": _intake, "pages": _pages, "large": _large,
}  # fmt: skip


def main() -> None:
    """Run the parts that are asked for, each printing its table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--large", type=int, default=10_000_000, help="tickets of the part “large”")
    parser.add_argument("--series", type=int, default=500, help="series of the part “warnings”")
    parser.add_argument("--texts", type=int, default=100_000, help="texts of the part “themes”")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument(
        "--only", choices=PARTS, action="append", help="may be given several times; default: all but large"
    )
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="qualityloop-bench-"))
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    try:
        for name, part in PARTS.items():
            if name in (options.only or PARTS.keys() - {"large"}):
                for title, results, said in part(options, folder):
                    print(table(title, results) + (f"\n{said}\n" if said else ""), flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
