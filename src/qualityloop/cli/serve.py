"""`qualityloop serve`: bring the database up to date and serve the pages until Ctrl-C."""

from __future__ import annotations

import argparse
import errno
import os
import socket
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from rich.console import Console
from rich.table import Table

from qualityloop.analysis.messages import AnalysisError, message
from qualityloop.cli.arguments import Parser, number
from qualityloop.cli.terminal import Terminal

HOST = "127.0.0.1"
PORT = 8000
PORTS_TRIED = 100
MOST_THREADS = 8  # that run Python, in each worker
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 (we compare, we do not bind)
LOCAL = ("127.0.0.1", "localhost", "::1")


def add(commands: argparse._SubParsersAction[Parser], shared: Parser, language: str) -> None:
    """The arguments of `serve`."""
    text = message("serve the pages in the browser").in_language(language)
    parser = commands.add_parser("serve", parents=[shared], help=text, description=text)
    parser.add_argument(
        "--host",
        default=HOST,
        metavar=message("ADDRESS").in_language(language),
        help=message("address to listen on (default: 127.0.0.1, this machine only)").in_language(language),
    )
    parser.add_argument(
        "--port",
        type=number(language, 1, 65535),
        metavar=message("NUMBER").in_language(language),
        help=message("port (default: 8000, or the next free one)").in_language(language),
    )
    parser.add_argument(
        "--workers",
        type=number(language, 1, 64),
        default=1,
        metavar=message("NUMBER").in_language(language),
        help=message("processes that answer (default: 1)").in_language(language),
    )
    parser.add_argument(
        "--jobs",
        type=number(language, 0, 64),
        default=2,
        metavar=message("NUMBER").in_language(language),
        help=message(
            "background jobs that are done at the same time (default: 2; 0: others do them with qualityloop work)"
        ).in_language(language),
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Prepare, say where, serve."""
    _check_front_end()
    if options.host not in (*LOCAL, *EVERYWHERE):
        names = os.environ.get("QUALITYLOOP_HOSTS", "")
        os.environ["QUALITYLOOP_HOSTS"] = ",".join(part for part in (names, options.host) if part)
    elif options.host in EVERYWHERE and not os.environ.get("QUALITYLOOP_HOSTS"):
        terminal.warn(message("pages answer only to names in QUALITYLOOP_HOSTS; without it, only on this machine"))
    port = free_port(options.host, options.port)
    if options.port is None and port != PORT:
        terminal.note(message("Port {taken} is taken; {port} is used instead.", taken=PORT, port=port))
    from qualityloop.config.prepare import prepare

    with terminal.stage(message("Preparing the database")):
        prepare()
    _announce(options.host, port, terminal)
    with _jobs(options.jobs):
        _serve(options.host, port, options.workers)
    terminal.note(message("Stopped."))
    return 0


def _jobs(workers: int) -> AbstractContextManager[object]:
    """A cluster of workers as a child process; nothing where others do the work."""
    from qualityloop.foundation.jobs.supervisor import Supervisor

    return Supervisor(workers) if workers else nullcontext()


def _check_front_end() -> None:
    from qualityloop.reports.bundle import DIST

    if not (DIST / "app.js").is_file():
        raise AnalysisError(message("the front end is not built yet; run: make setup"))


def free_port(host: str, wanted: int | None) -> int:
    """`wanted` where it is free, else AnalysisError; without a wish the first free one from PORT on."""
    for port in (wanted,) if wanted else range(PORT, PORT + PORTS_TRIED):
        if _is_free(host, port):
            return port
    if wanted:
        raise AnalysisError(message("port {port} is taken; choose another with --port", port=wanted))
    raise AnalysisError(message("no port from {first} to {last} is free", first=PORT, last=PORT + PORTS_TRIED - 1))


def _is_free(host: str, port: int) -> bool:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError):
        raise AnalysisError(message("“{host}” is not an address of this machine", host=host)) from None
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if isinstance(error, PermissionError):
                raise AnalysisError(
                    message("port {port} may not be used; choose one from 1024 on", port=port)
                ) from None
            if error.errno != errno.EADDRINUSE:
                raise AnalysisError(message("“{host}” is not an address of this machine", host=host)) from None
            return False
    return True


def _announce(host: str, port: int, terminal: Terminal) -> None:
    """The address, and with the demo its logins, on stdout."""
    from django.conf import settings

    from qualityloop.analysis.lake import Lake
    from qualityloop.demo import loading
    from qualityloop.demo.accounts import demo_logins
    from qualityloop.foundation.signin.first import first_account_wanted, first_link

    home: Path = settings.QUALITYLOOP_HOME
    shown = HOST if host in EVERYWHERE else host
    address = f"http://[{shown}]:{port}/" if ":" in shown else f"http://{shown}:{port}/"
    console = Console(file=sys.stdout, highlight=False, soft_wrap=True)
    console.print(terminal.text(message("QualityLoop is at {address} (Ctrl-C ends it)", address=address)))
    if first_account_wanted():
        link = address.rstrip("/") + first_link()
        console.print(terminal.text(message("There is no account yet; make the first one here: {link}", link=link)))
    if not Lake.exists(home / loading.LAKE):
        console.print(terminal.text(message("There are no records yet; load the demo with: qualityloop demo")))
    elif loading.is_loaded(home):
        table = Table(*(terminal.text(word) for word in (message("User name"), message("Password"), message("Who"))))
        for account in demo_logins():
            table.add_row(account.username, account.password, f"{account.name} · {terminal.text(account.post)}")
        console.print(table)
    sys.stdout.flush()


def _serve(host: str, port: int, workers: int) -> None:
    from django.db import connections
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    connections.close_all()  # a connection may not be shared with the workers
    Granian(
        "qualityloop.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=min(MOST_THREADS, 2 * (os.cpu_count() or 1) + 1),
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    ).serve()
