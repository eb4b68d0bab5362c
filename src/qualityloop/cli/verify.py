"""`qualityloop verify`: walk the audit log, and say whether every entry is as it was written and in its place."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from qualityloop.analysis.messages import AnalysisError, Place, message
from qualityloop.cli.arguments import Parser, WrongUse, number
from qualityloop.cli.terminal import Terminal

if TYPE_CHECKING:
    from qualityloop.foundation.audit.verifying import Checked, Noted

MOST_ENTRIES = 999_999_999


def add(commands: argparse._SubParsersAction[Parser], shared: Parser, language: str) -> None:
    """The arguments of `verify`."""
    text = message("check that no entry of the audit log was changed, removed or moved").in_language(language)
    parser = commands.add_parser("verify", parents=[shared], help=text, description=text)
    parser.add_argument(
        "--head",
        type=_hash(language),
        metavar=message("HASH").in_language(language),
        help=message(
            "hash that an earlier run printed; finds entries that were cut off or written anew since"
        ).in_language(language),
    )
    parser.add_argument(
        "--at",
        type=number(language, 0, MOST_ENTRIES),
        metavar=message("NUMBER").in_language(language),
        help=message("number of the entry with that hash, as printed beside it").in_language(language),
    )
    parser.add_argument(
        "--noted",
        type=Path,
        metavar=message("FILE").in_language(language),
        help=message("file of the folder audit-heads, in the place of --head and --at").in_language(language),
    )
    parser.set_defaults(run=run)


def _hash(language: str) -> Callable[[str], str]:
    """Type of --head: 64 hexadecimal digits."""

    def parse(text: str) -> str:
        if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
            problem = message("“{text}” is not a hash of 64 hexadecimal digits", text=text)
            raise argparse.ArgumentTypeError(problem.in_language(language))
        return text.lower()

    return parse


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Count and head on stdout where the chain holds; AnalysisError names the first entry that does not."""
    if (options.head is None) != (options.at is None):
        raise WrongUse(message("--head and --at belong together"))
    if options.head and options.noted:
        raise WrongUse(message("either --head and --at, or --noted"))
    from qualityloop.config.prepare import set_up

    set_up()
    checked = _walk(_noted(options), terminal)
    if checked.fault:
        raise AnalysisError(
            message(
                "the audit log is not as it was written: {fault}. Entries 1 to {count} are in order.",
                fault=checked.fault,
                count=checked.count,
            )
            if checked.count
            else message("the audit log is not as it was written: {fault}.", fault=checked.fault)
        )
    print(f"{checked.count} {checked.head}")  # noqa: T201
    sys.stdout.flush()
    terminal.note(message("The audit log is as it was written: {count} entries.", count=checked.count))
    command = f"qualityloop verify --head {checked.head} --at {checked.count}"
    terminal.note(
        message(
            "Note this outside this machine, and later find out what was cut off or written anew: {command}",
            command=command,
        )
    )
    return 0


def _noted(options: argparse.Namespace) -> Noted | None:
    from qualityloop.foundation.audit.verifying import Noted
    from qualityloop.foundation.care.heads import head_read

    if options.noted:
        return head_read(options.noted)
    return Noted(options.at, options.head) if options.head else None


def _walk(noted: Noted | None, terminal: Terminal) -> Checked:
    """Verify; a database that is missing, not reachable or not up to date is said plainly."""
    from django.db import DatabaseError, connection

    from qualityloop.foundation.audit.models import AuditEntry
    from qualityloop.foundation.audit.verifying import verify

    file = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite" and not file.startswith(("file:", ":memory:")) and not Path(file).is_file():
        raise AnalysisError(message("there is no database here; set QUALITYLOOP_HOME to its folder"), Place(file))
    try:
        if AuditEntry._meta.db_table not in connection.introspection.table_names():
            raise AnalysisError(message("the database has no audit log yet; qualityloop serve brings it up to date"))
        with terminal.stage(message("Walking the audit log")) as report:
            return verify(noted, report)
    except DatabaseError as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise AnalysisError(message("the database cannot be read: {reason}", reason=reason)) from error
