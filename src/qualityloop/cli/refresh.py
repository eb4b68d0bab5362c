"""`qualityloop refresh`: bring the numbers up to date with the records in the database."""

from __future__ import annotations

import argparse
import sys

from qualityloop.analysis.messages import AnalysisError, message
from qualityloop.cli.arguments import Parser
from qualityloop.cli.terminal import Terminal


def add(commands: argparse._SubParsersAction[Parser], shared: Parser, language: str) -> None:
    """The arguments of `refresh`."""
    text = message("bring the numbers up to date with the records in the database").in_language(language)
    parser = commands.add_parser("refresh", parents=[shared], help=text, description=text)
    parser.add_argument(
        "--rebuild",
        action="store_true",
        help=message("read all records, not only what changed since the last time").in_language(language),
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """The snapshot on stdout, what was done beside it."""
    from qualityloop.config.prepare import set_up

    set_up()
    from django.db import DatabaseError

    from qualityloop.foundation.lake.models import Refresh
    from qualityloop.foundation.lake.services import refresh

    try:
        with terminal.stage(message("Reading the records")) as report:
            done = refresh(rebuild=options.rebuild, progress=lambda n, of, text: report(n, of))
    except DatabaseError as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise AnalysisError(message("the database cannot be read: {reason}", reason=reason)) from error
    if done.outcome == Refresh.Outcome.NOTHING:
        terminal.note(message("There are no records in the database; the lake is as it was."))
        return 0
    print(done.snapshot)  # noqa: T201
    sys.stdout.flush()
    terminal.note(
        message(
            "{read} rows read, {changed} of them new, changed or gone; {months} months written.",
            read=done.rows_read,
            changed=done.rows_changed,
            months=done.months,
        )
        if not done.rebuilt
        else message("Built anew from {read} rows.", read=done.rows_read)
    )
    return 0
