"""`qualityloop restore`: a backup into an empty place."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from qualityloop.analysis.messages import message
from qualityloop.cli.arguments import Parser
from qualityloop.cli.terminal import Terminal


def add(commands: argparse._SubParsersAction[Parser], shared: Parser, language: str) -> None:
    """The arguments of `restore`."""
    text = message("restore a backup into an empty home folder and database").in_language(language)
    parser = commands.add_parser("restore", parents=[shared], help=text, description=text)
    parser.add_argument(
        "backup",
        type=Path,
        metavar=message("BACKUP").in_language(language),
        help=message("file or folder that qualityloop backup wrote").in_language(language),
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """No settings are loaded: they would write a new key into the empty home."""
    from qualityloop.config.database import database
    from qualityloop.config.home import home_folder
    from qualityloop.foundation.care.restore import restore

    home = home_folder(os.environ)
    with terminal.stage(message("Restoring")):
        made = restore(options.backup, home, database(os.environ.get("QUALITYLOOP_DATABASE", ""), home))
    terminal.note(message("Restored into {folder} as of {at}.", folder=str(home), at=made.made_at[:19]))
    if not made.secret_key:
        terminal.warn(message("the backup holds no secret key: a new one is made, and everybody signs in anew"))
    terminal.note(message("Next: qualityloop verify proves the audit log, qualityloop serve computes the numbers."))
    return 0
