"""`qualityloop work`: do background work until Ctrl-C, beside one or more `qualityloop serve`."""

from __future__ import annotations

import argparse

from qualityloop.analysis.messages import AnalysisError, message
from qualityloop.cli.arguments import Parser, number
from qualityloop.cli.terminal import Terminal

MOST = 64


def add(commands: argparse._SubParsersAction[Parser], shared: Parser, language: str) -> None:
    """The arguments of `work`."""
    text = message("do background work: imports, refreshes, deliveries").in_language(language)
    parser = commands.add_parser("work", parents=[shared], help=text, description=text)
    parser.add_argument(
        "--workers",
        type=number(language, 1, MOST),
        default=2,
        metavar=message("NUMBER").in_language(language),
        help=message("jobs that are done at the same time (default: 2)").in_language(language),
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Keep one cluster of workers running; any number of these may run, on any number of machines."""
    _check_database()
    from qualityloop.foundation.jobs.supervisor import Supervisor

    terminal.note(message("Working. Ctrl-C ends it; what is being done is taken up again by others, or later."))
    supervisor = Supervisor(options.workers)
    try:
        with supervisor:
            supervisor.wait()
    except KeyboardInterrupt:
        pass  # the ordinary way to end it
    terminal.note(message("Stopped."))
    return 0


def _check_database() -> None:
    """AnalysisError where the database is not up to date: `serve` brings it there, and only one may do so."""
    from qualityloop.config.prepare import set_up

    set_up()
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise AnalysisError(message("the database cannot be read: {reason}", reason=reason)) from error
    finally:
        connection.close()
    if missing:
        raise AnalysisError(message("the database is not up to date; qualityloop serve brings it up to date"))
