"""`qualityloop backup`: database, stored files and secret key into one file or folder, while others go on working."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from qualityloop.analysis.messages import AnalysisError, message
from qualityloop.cli.arguments import Parser
from qualityloop.cli.terminal import Terminal


def add(commands: argparse._SubParsersAction[Parser], shared: Parser, language: str) -> None:
    """The arguments of `backup`."""
    text = message("back up database, files and keys, while others go on working").in_language(language)
    parser = commands.add_parser("backup", parents=[shared], help=text, description=text)
    parser.add_argument(
        "target",
        type=Path,
        metavar=message("TARGET").in_language(language),
        help=message("a new file that ends in .tar or .tar.gz, or a new or empty folder").in_language(language),
    )
    parser.add_argument(
        "--without-key",
        action="store_true",
        help=message("leave out the secret key; second factors and signed links then end with a restore").in_language(
            language
        ),
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """The target on stdout."""
    from qualityloop.config.prepare import set_up

    set_up()
    from django.db import DatabaseError

    from qualityloop.foundation.care.backup import backup

    try:
        with terminal.stage(message("Backing up")):
            made = backup(options.target, key=not options.without_key)
    except DatabaseError as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise AnalysisError(message("the database cannot be read: {reason}", reason=reason)) from error
    print(options.target)  # noqa: T201
    sys.stdout.flush()
    terminal.note(
        message(
            "{rows} rows of {tables} tables, {files} files. Keep it where only you can read it.",
            rows=sum(made.tables.values()),
            tables=len(made.tables),
            files=len(made.files),
        )
    )
    return 0
