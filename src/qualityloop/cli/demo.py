"""`qualityloop demo`: load the demo organisation, its database and its accounts; a second call changes nothing."""

from __future__ import annotations

import argparse
import os

from qualityloop.analysis.messages import message
from qualityloop.cli.arguments import Parser, number
from qualityloop.cli.terminal import Terminal

MOST_TICKETS = 5_000_000


def add(commands: argparse._SubParsersAction[Parser], shared: Parser, language: str) -> None:
    """The arguments of `demo`."""
    text = message("load the demo organisation: a year of invented records, and people to sign in as").in_language(
        language
    )
    parser = commands.add_parser("demo", parents=[shared], help=text, description=text)
    parser.add_argument(
        "--tickets",
        type=number(language, 1, MOST_TICKETS),
        metavar=message("NUMBER").in_language(language),
        help=message("how many tickets (default: 60000)").in_language(language),
    )
    parser.add_argument(
        "--force", action="store_true", help=message("make the demo records anew").in_language(language)
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Database, accounts, records, and the first pages computed."""
    from qualityloop.config.home import home_folder
    from qualityloop.demo import loading

    home = home_folder(os.environ)
    _accounts(terminal)
    mark = loading.read_mark(home)
    if loading.is_loaded(home) and not options.force:
        if options.tickets and mark and mark.tickets != options.tickets:
            terminal.warn(
                message("the demo is there with {tickets} tickets; --force makes it anew", tickets=mark.tickets)
            )
        made = False
    else:
        with terminal.stage(message("Making the demo records")) as report:
            made = loading.load(home, tickets=options.tickets, force=options.force, progress=report)
    if made or not _pages_are_computed():
        _first_pages(terminal)
    if made:
        terminal.note(
            message("The demo organisation is in {folder}. Open it with: qualityloop serve", folder=str(home))
        )
    else:
        terminal.note(message("The demo organisation is there already: {folder}", folder=str(home)))
    return 0


def _accounts(terminal: Terminal) -> None:
    from django.core.management import call_command

    from qualityloop.config.prepare import set_up

    set_up()
    from django.conf import settings

    settings.QUALITYLOOP_HOME.mkdir(parents=True, exist_ok=True)
    with terminal.stage(message("Preparing the database")):
        call_command("migrate", interactive=False, verbosity=0)
        from qualityloop.demo.accounts import make_accounts
        from qualityloop.demo.documents import make_documents, make_standard

        make_accounts()
        make_documents()
        make_standard()


def _pages_are_computed() -> bool:
    """Whether something is kept for the lake as it is now; what is missing a page computes when it is opened."""
    from django.conf import settings

    from qualityloop.analysis.lake import Lake
    from qualityloop.demo.loading import LAKE

    home = settings.QUALITYLOOP_HOME
    return any((home / "cache" / "pages" / Lake.open(home / LAKE).snapshot).glob("*.json"))


def _first_pages(terminal: Terminal) -> None:
    from qualityloop.diagnosis.services import refresh

    with terminal.stage(message("Computing the first pages")):
        refresh()
