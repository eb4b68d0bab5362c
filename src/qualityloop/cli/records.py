"""The records a command works on: a lake as it is, or files read into a lake that lives as long as the command."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from qualityloop.analysis.engine import Engine, open_engine
from qualityloop.analysis.files import Ingested, Mapping, ingest, load_mapping
from qualityloop.analysis.files.shipped import shipped_mapping, shipped_names
from qualityloop.analysis.lake import Lake
from qualityloop.analysis.messages import AnalysisError, message
from qualityloop.cli.arguments import WrongUse
from qualityloop.cli.output import STDOUT
from qualityloop.cli.terminal import Terminal

REJECTS = "qualityloop.rejects.csv"
REASONS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Records:
    """A lake, and what did not get into it (for the report)."""

    lake: Lake
    rejected: dict[str, Any] = field(default_factory=dict)


def rejects_path(output: str | None) -> Path:
    """Where rows that cannot be used are listed: beside the result, else in this folder, else among temporary files."""
    if output and output != STDOUT:
        return Path(output).with_suffix(".rejects.csv")
    here = Path.cwd()
    return (here if os.access(here, os.W_OK) else Path(tempfile.gettempdir())) / REJECTS


@contextmanager
def open_records(options: argparse.Namespace, terminal: Terminal) -> Iterator[Records]:
    """The records that PATH, --map, --zone name. A temporary lake is gone afterwards, however the command ends."""
    paths = [Path(path) for path in options.paths]
    if len(paths) == 1 and Lake.exists(paths[0]):
        for name in ("map", "zone"):
            if getattr(options, name, None):
                raise WrongUse(message("--{name} is for files; a lake is read as it is", name=name))
        yield Records(Lake.open(paths[0]))
        return
    with tempfile.TemporaryDirectory(prefix="qualityloop-") as folder:
        with terminal.stage(message("Reading files")) as report:
            read = ingest(
                paths,
                _mapping(options, paths),
                Path(folder) / "lake",
                progress=report,
                language=terminal.language,
                rejects=rejects_path(options.output),
                memory_limit=options.memory,
            )
        _tell(read, terminal)
        yield Records(read.lake, read.to_json() if read.rejected else {})


def _mapping(options: argparse.Namespace, paths: list[Path]) -> Mapping | None:
    if options.map:
        if is_shipped(options.map):
            return shipped_mapping(options.map, paths, options.zone)
        given = load_mapping(Path(options.map))
        return replace(given, zone=options.zone) if options.zone else given
    if options.zone:
        from qualityloop.analysis.files.inspection import inspect_files

        return inspect_files(paths, zone=options.zone).require_complete()
    return None


def is_shipped(name: str) -> bool:
    """Whether --map names a mapping that comes with the product; a file of that name goes first."""
    return name in shipped_names() and not Path(name).exists()


def _tell(read: Ingested, terminal: Terminal) -> None:
    """What was read, what was changed on the way, and what could not be used."""
    for name, rows in read.rows.items():
        terminal.note(message("{dataset}: {rows} rows", dataset=name, rows=rows))
    for note in read.notes:
        terminal.note(note)
    if not read.rejected:
        return
    terminal.warn(
        message(
            "{rows} rows cannot be used; they are listed in {file}", rows=read.rejected, file=str(read.rejects_path)
        )
    )
    for reason in read.reasons[:REASONS_SHOWN]:
        terminal.note(
            message("  {count} × {file} {column}: {reason}", count=reason.count, file=reason.file,
                    column=reason.column or "", reason=reason.text)
        )  # fmt: skip


@contextmanager
def open_chosen_engine(options: argparse.Namespace) -> Iterator[Engine]:
    """The engine of --engine and --memory."""
    try:
        engine = open_engine(options.engine, memory_limit=options.memory)
    except ImportError as error:
        raise AnalysisError(
            message("Spark is not installed; install the extra: pip install 'qualityloop[spark]'")
        ) from error
    with engine:
        yield engine
