"""`qualityloop check`: what is wrong with this installation."""

from __future__ import annotations

import argparse
import sys

from rich.console import Console
from rich.markup import escape

from qualityloop.analysis.messages import message
from qualityloop.cli.arguments import Parser
from qualityloop.cli.terminal import Terminal


def add(commands: argparse._SubParsersAction[Parser], shared: Parser, language: str) -> None:
    """The arguments of `check`."""
    text = message("say what is wrong with this installation").in_language(language)
    parser = commands.add_parser("check", parents=[shared], help=text, description=text)
    parser.add_argument(
        "--deep",
        action="store_true",
        help=message("also read every stored file, the whole database and the whole audit log").in_language(language),
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """One line per check on stdout; 1 where something is wrong, 0 where at most something wants attention."""
    from qualityloop.config.prepare import set_up

    set_up()
    from qualityloop.foundation.care.checks import Level, checked

    words = {None: message("in order"), Level.WARNING: message("attention"), Level.ERROR: message("wrong")}
    colours = {None: "green", Level.WARNING: "yellow", Level.ERROR: "bold red"}
    console = Console(file=sys.stdout, highlight=False, soft_wrap=True)
    worst = False
    for one in checked(deep=options.deep):
        label = escape(terminal.text(one.check.label))
        for found in one.findings or (None,):
            level = found.level if found else None
            worst = worst or level == Level.ERROR
            said = f": {escape(terminal.text(found.text))}" if found else ""
            console.print(f"[{colours[level]}]{escape(terminal.text(words[level]))}[/]  {label}{said}")
    sys.stdout.flush()
    return int(worst)
