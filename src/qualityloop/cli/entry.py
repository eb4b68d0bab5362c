"""Parse the arguments, run one command, and turn every end into an exit code.

0 done · 1 could not be done, the message says why · 2 wrong use · 130 interrupted · 141 the reader of a pipe left.
"""

from __future__ import annotations

import argparse
import errno
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Sequence
from types import FrameType

from qualityloop.analysis.messages import AnalysisError, Message, message
from qualityloop.cli import (
    account,
    backup,
    check,
    demo,
    diagnose,
    effect,
    import_,
    inspect,
    mine,
    refresh,
    restore,
    serve,
    standard,
    verify,
    version,
    work,
)  # fmt: skip
from qualityloop.cli.arguments import Parser, WrongUse, speak
from qualityloop.cli.language import choose_language
from qualityloop.cli.terminal import Terminal

COMMANDS = (
    inspect, diagnose, effect, mine, standard, import_, demo, serve, work, account, refresh, backup, restore, check,
    verify, version,
)  # fmt: skip

EPILOG = message(
    "Exit code 0: done; 1: could not be done, the message says why; 2: wrong use. "
    "Environment: QUALITYLOOP_LANG (zh, en), QUALITYLOOP_HOME (where demo and serve keep their data)."
)


def build_parser(language: str) -> Parser:
    """The whole parser; every command adds its own part."""
    shared = Parser(add_help=False)
    shared.add_argument(
        "--lang",
        choices=("zh", "en"),
        default=argparse.SUPPRESS,
        help=message("language of messages and reports").in_language(language),
    )
    shared.add_argument(
        "--quiet",
        action="store_true",
        default=argparse.SUPPRESS,
        help=message("say nothing but errors").in_language(language),
    )
    parser = Parser(
        prog="qualityloop",
        description=message("Service records in, the three worst problems and their proof out.").in_language(language),
        epilog=EPILOG.in_language(language),
        parents=[shared],
    )
    commands = parser.add_subparsers(
        dest="command", metavar=message("COMMAND").in_language(language), required=True, parser_class=Parser
    )
    for command in COMMANDS:
        command.add(commands, shared, language)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and answer with its exit code; never raises."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    language = choose_language(arguments, os.environ)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    speak(language)
    try:
        options = build_parser(language).parse_args(arguments)
    except SystemExit as end:
        return int(end.code or 0)
    terminal = Terminal(language, quiet=getattr(options, "quiet", False))
    code = _guarded(options, terminal)
    return _flushed(code)


def _guarded(options: argparse.Namespace, terminal: Terminal) -> int:
    try:
        before = signal.signal(signal.SIGTERM, _terminate)
    except ValueError:  # not the main thread: whoever called us minds the signals
        before = None
    try:
        return int(options.run(options, terminal))
    except BaseException as error:
        return _explained(error, terminal, options.command)
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)


def _terminate(number: int, frame: FrameType | None) -> None:
    """Leave through the ordinary exits, so that temporary files go too."""
    raise SystemExit(128 + number)


def _explained(error: BaseException, terminal: Terminal, command: str) -> int:
    """Say why the command ended, and answer with the exit code for it."""
    if isinstance(error, SystemExit):
        return int(error.code or 0)
    if isinstance(error, BrokenPipeError):
        return 141
    if isinstance(error, KeyboardInterrupt) or type(error).__name__ == "InterruptException":
        terminal.error(message("interrupted; nothing was written"))
        return 130
    if isinstance(error, WrongUse):
        terminal.error(error.text)
        terminal.note(message("See qualityloop {command} --help", command=command))
        return 2
    if isinstance(error, AnalysisError):
        terminal.error(error.in_language(terminal.language))
    else:
        terminal.error(_known(error) or _unexpected(error))
    return 1


def _known(error: BaseException) -> Message | None:
    """Failures of the machine around us, which need no traceback."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryException":
        return message("not enough memory; give more with --memory, or fewer columns in --by")
    if not isinstance(error, OSError) or error.errno is None:
        return None
    file = str(error.filename or "")
    reasons = {
        errno.ENOENT: message("{file}: no such file", file=file),
        errno.EACCES: message("{file}: access is not allowed", file=file),
        errno.EPERM: message("{file}: access is not allowed", file=file),
        errno.ENOSPC: message("the disk is full; nothing was written"),
        errno.EISDIR: message("{file}: is a folder", file=file),
        errno.ENOTDIR: message("{file}: is not a folder", file=file),
    }
    return reasons.get(error.errno)


def _unexpected(error: BaseException) -> Message:
    """A fault of ours: one sentence, and the traceback in a file for those who will mend it."""
    summary = f"{type(error).__name__}: {str(error).splitlines()[0][:200] if str(error) else ''}"
    try:
        handle, name = tempfile.mkstemp(prefix="qualityloop-error-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            traceback.print_exception(error, file=file)
    except OSError:
        return message("unexpected error, a fault of this program: {summary}", summary=summary)
    return message(
        "unexpected error, a fault of this program: {summary}. The details are in {file}", summary=summary, file=name
    )


def _flushed(code: int) -> int:
    """Push out what is still buffered; a reader who left early (`| head`) is no error worth a message."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except ValueError:
        return code
    return code
