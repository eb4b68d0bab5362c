"""`qualityloop mine`: an event log in; how cases really ran, where they wait, what is done twice out."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from qualityloop.analysis.messages import AnalysisError, Place, message
from qualityloop.cli.arguments import Parser, WrongUse, add_engine, add_output, add_period, check_period, names
from qualityloop.cli.diagnose import chosen_format, chosen_output
from qualityloop.cli.output import STDOUT, check_target, deliver
from qualityloop.cli.terminal import Terminal

if TYPE_CHECKING:
    import pyarrow as pa

    from qualityloop.analysis.files.source import Broken
    from qualityloop.analysis.lake import Lake

FORMATS = ("html", "json")
DEFAULT_NAME = "qualityloop-process"
COLUMNS = ("case", "activity", "time", "seq", "actor")


def add(commands: argparse._SubParsersAction[Parser], shared: Parser, language: str) -> None:
    """The arguments of `mine`."""
    text = message("draw the process from an event log: paths, waiting, repeats, deviations").in_language(language)
    parser = commands.add_parser("mine", parents=[shared], help=text, description=text)
    parser.add_argument(
        "path",
        metavar=message("PATH").in_language(language),
        help=message("a file with an event log, a folder with one such file, or a lake").in_language(language),
    )
    helps = (
        message("column of the case (default: found by looking)"),
        message("column of the activity (default: found by looking)"),
        message("column of the time (default: found by looking)"),
        message("column that breaks ties in time (default: order in the file)"),
        message("column of who did it"),
    )
    for name, text_ in zip(COLUMNS, helps, strict=True):
        parser.add_argument(
            f"--{name}", metavar=message("COLUMN").in_language(language), help=text_.in_language(language)
        )
    parser.add_argument(
        "--order",
        type=names,
        metavar=message("STEP,…").in_language(language),
        help=message("the order in which steps should happen; deviations are counted").in_language(language),
    )
    add_period(parser, language)
    parser.add_argument(
        "--format",
        choices=FORMATS,
        help=message("kind of report (default: what the name after -o says, else html)").in_language(language),
    )
    add_output(
        parser,
        language,
        message(
            "where the report goes; - is standard output (default: json there, html to {name}.html)", name=DEFAULT_NAME
        ),
    )
    add_engine(parser, language)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Read the log, mine it, write the report."""
    from qualityloop.analysis.process import mine as mined
    from qualityloop.cli.records import open_chosen_engine

    check_period(options)
    form = chosen_format(options.format, options.output)
    if form not in FORMATS:
        raise WrongUse(message("mine writes html or json, not {format}", format=form))
    options.output = chosen_output(form, options.output, DEFAULT_NAME)
    check_target(options.output)
    source = _source(options, terminal)
    with open_chosen_engine(options) as engine, terminal.stage(message("Mining")) as report:
        found = mined(
            source,
            engine=engine,
            order=options.order or None,
            start=options.start,
            end=options.end,
            zone=options.zone,
            progress=report,
        ).to_json()
    if form == "json":
        content = (json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode()
    else:
        from qualityloop.reports import process_html

        content = process_html.render(found, language=terminal.language, title=Path(options.path).name)
    deliver(content, options.output)
    terminal.note(
        message("{cases} cases, {events} events, {variants} variants", cases=found["cases"], events=found["events"],
                variants=found["variant_count"])
    )  # fmt: skip
    if options.output != STDOUT:
        terminal.note(message("Report: {file}", file=options.output))
    return 0


def _source(options: argparse.Namespace, terminal: Terminal) -> Lake | pa.Table:
    """The lake, or the events of the one file."""
    from qualityloop.analysis.files.event_table import RejectedEvents, read_events
    from qualityloop.analysis.files.formats import table_files
    from qualityloop.analysis.lake import Lake

    path = Path(options.path)
    if Lake.exists(path):
        for name in COLUMNS:
            if getattr(options, name):
                raise WrongUse(message("--{name} is for files; a lake is read as it is", name=name))
        return Lake.open(path)
    files = table_files([path])
    if len(files) != 1:
        problem = message("{count} files are here; name the one with the event log", count=len(files))
        raise AnalysisError(problem, Place(str(path)))
    rejected: RejectedEvents = []
    with terminal.stage(message("Reading files")) as report:
        named = {name: getattr(options, name) for name in COLUMNS}
        zone = {"zone": options.zone} if options.zone else {}
        events = read_events(files[0], **named, **zone, rejected=rejected, progress=report)
    if rejected:
        _list(rejected, files[0], options.output, terminal)
    return events


def _list(rejected: list[Broken], file: Path, output: str, terminal: Terminal) -> None:
    """Write the rows that are no events to the rejects file, and say so."""
    from qualityloop.analysis.files.rejects import RejectsWriter
    from qualityloop.cli.records import rejects_path

    writer = RejectsWriter(rejects_path(output), terminal.language)
    try:
        for broken in rejected:
            writer.add(file.name, "ticket_events", broken)
        where = writer.publish()
    finally:
        writer.discard()
    terminal.warn(message("{rows} rows cannot be used; they are listed in {file}", rows=len(rejected), file=str(where)))
