"""`qualityloop inspect`: what is in files, what is odd about them, and a mapping to start from."""

from __future__ import annotations

import argparse
from pathlib import Path

from qualityloop.analysis.files.shipped import shipped_mapping, shipped_names
from qualityloop.analysis.messages import message
from qualityloop.cli.arguments import Parser, add_output, zone
from qualityloop.cli.output import check_target, deliver
from qualityloop.cli.terminal import Terminal


def add(commands: argparse._SubParsersAction[Parser], shared: Parser, language: str) -> None:
    """The arguments of `inspect`."""
    text = message("look at files: what is in them, what is odd, and a mapping to start from").in_language(language)
    parser = commands.add_parser("inspect", parents=[shared], help=text, description=text)
    parser.add_argument(
        "paths",
        nargs="+",
        metavar=message("FILE").in_language(language),
        help=message("CSV, TSV (also .gz), Excel, Parquet, JSON lines or XES; folders are opened").in_language(
            language
        ),
    )
    parser.add_argument(
        "--zone",
        type=zone(language),
        default="Asia/Shanghai",
        metavar=message("ZONE").in_language(language),
        help=message("time zone of instants without one (default: Asia/Shanghai)").in_language(language),
    )
    parser.add_argument(
        "--map",
        metavar=message("NAME").in_language(language),
        help=message("read them as an export of: {names} (default: what they look like)",
                     names=", ".join(shipped_names())).in_language(language),
    )  # fmt: skip
    add_output(parser, language, message("where the mapping goes (default: standard output)"))
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """The mapping to stdout or -o, the notes to stderr."""
    from qualityloop.analysis.files.inspection import inspect_files

    check_target(options.output)
    if options.map:
        mapping = shipped_mapping(options.map, [Path(path) for path in options.paths])
        deliver(mapping.to_yaml(terminal.language).encode(), options.output)
        return 0
    with terminal.stage(message("Looking at files")) as report:
        inspection = inspect_files([Path(path) for path in options.paths], progress=report, zone=options.zone)
    for note in inspection.notes:
        terminal.note(note)
    for file, columns in inspection.incomplete.items():
        terminal.warn(
            message("{file}: fill in {columns} before using this mapping", file=file, columns=", ".join(columns))
        )
    deliver(inspection.to_yaml(terminal.language).encode(), options.output)
    return 0
