"""python -m benchmarks: print tables of ratios in Markdown; --help says what can be chosen."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import tempfile
from pathlib import Path

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

PARTS = (
    "indicators", "process", "refresh", "overview", "process-page", "import", "receive", "intake", "pages", "lake",
    "warnings", "themes", "large",
)  # fmt: skip


def main() -> None:
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
    parts = options.only or PARTS[:-1]
    folder = Path(tempfile.mkdtemp(prefix="qualityloop-bench-"))
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    try:
        if {"indicators", "overview"} & set(parts):
            lake = folder / "home" / "lake"
            data.lake(lake, tickets=options.tickets)
        if "indicators" in parts:
            title = f"12 indicators × team × channel × month, {options.tickets:,} tickets"
            print(table(title, indicators.compare(lake, options.runs)), flush=True)
        if "overview" in parts:
            title = f"Overview page, {options.tickets:,} tickets (seconds are of single requests)"
            print(table(title, overview.run(folder / "home")), flush=True)
        if "refresh" in parts:
            title = f"Refresh after one more day, {options.tickets:,} tickets"
            print(table(title, indicators.refresh(folder, options.tickets, options.runs)), flush=True)
        if "lake" in parts:
            results, said = upkeep.run(folder, options.tickets, options.runs)
            print(table(f"Lake brought up to date, {options.tickets:,} tickets with their events, SQLite", results))
            print(said + "\n", flush=True)
        if "process" in parts:
            title = f"Process mining, {options.cases:,} cases"
            print(table(title, process.run(folder, options.cases, options.runs)), flush=True)
        if "process-page" in parts:
            for name, (results, said) in process_page.run(folder, options.cases, options.runs).items():
                title = f"Page of the process, {name}, {options.cases:,} cases (seconds are of single requests)"
                print(table(title, results))
                print(said + "\n", flush=True)
        if "import" in parts:
            title = f"Import of {options.tickets:,} tickets and their events from CSV into SQLite"
            print(table(title, importing.run(folder, options.tickets)), flush=True)
        if "warnings" in parts:
            title = f"Surges in {options.series:,} series of daily counts over three years (the loop scaled from ten)"
            print(table(title, surges.compare(options.series, options.runs)), flush=True)
        if "themes" in parts:
            print(
                table(f"Themes of {options.texts:,} texts", themes.compare(folder, options.texts, options.runs)),
                flush=True,
            )
        if "receive" in parts:
            for database, results in receiving.run(folder, options.tickets, options.runs).items():
                print(table(f"{options.tickets:,} tickets and their events received, {database}", results), flush=True)
        if "intake" in parts:
            for title, results in intake.run(folder, options.runs).items():
                print(table(title, results), flush=True)
        if "pages" in parts:
            title = f"Lists over {options.tickets:,} tickets with their events, SQLite (seconds are of single requests)"
            print(table(title, pages.run(folder, options.tickets)), flush=True)
        if "large" in parts:
            title = f"{options.large:,} tickets with their events, DuckDB limited to {scale.MEMORY}"
            print(table(title, scale.run(folder, options.large)), flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
