"""`qualityloop work`: do background work until Ctrl-C, beside one or more `qualityloop serve`."""

from __future__ import annotations

import argparse
import contextlib

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
    from qualityloop.foundation.jobs.supervisor import Supervisor

    terminal.note(message("Working. Ctrl-C ends it; what is being done is taken up again by others, or later."))
    supervisor = Supervisor(options.workers)
    with contextlib.suppress(KeyboardInterrupt), supervisor:  # the ordinary way to end it
        supervisor.wait()
    if supervisor.is_behind:
        raise AnalysisError(message("the database is not up to date; qualityloop serve brings it up to date"))
    terminal.note(message("Stopped."))
    return 0
