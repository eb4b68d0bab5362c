"""Arguments: the stdlib's parser speaking both languages, and the types of our options."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from datetime import date
from typing import NoReturn

from qualityloop.analysis.messages import Message, gettext_noop, message

# argparse's own sentences, so that they are in the catalogue
ARGPARSE_TEXTS = (
    gettext_noop("usage: "),
    gettext_noop("positional arguments"),
    gettext_noop("options"),
    gettext_noop("show this help message and exit"),
    gettext_noop("the following arguments are required: %s"),
    gettext_noop("unrecognized arguments: %s"),
    gettext_noop("argument %(argument_name)s: %(message)s"),
    gettext_noop("invalid choice: %(value)r (choose from %(choices)s)"),
    gettext_noop("expected one argument"),
    gettext_noop("expected at least one argument"),
    gettext_noop("invalid %(type)s value: %(value)r"),
    gettext_noop("not allowed with argument %s"),
    gettext_noop("ignored explicit argument %r"),
    gettext_noop("ambiguous option: %(option)s could match %(matches)s"),
)

SHIPPED = "after-sales, contact-centre, service-level, technical-support"  # for help, which should not wait for imports


class WrongUse(Exception):  # noqa: N818 (it is not a failure of ours)
    """The command was called with arguments that make no sense: exit code 2."""

    def __init__(self, text: Message) -> None:
        super().__init__(str(text))
        self.text = text


class Parser(argparse.ArgumentParser):
    """argparse without abbreviations, with its errors led by the name of the command."""

    def __init__(self, **options: object) -> None:
        super().__init__(allow_abbrev=False, **options)  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        self.print_usage()
        self.exit(2, f"{self.prog}: {message}\n")

    def print_usage(self, file: object = None) -> None:
        """Usage belongs to an error here, so it goes to stderr."""
        self._print_message(self.format_usage(), None)


def speak(language: str) -> None:
    """Make argparse use our catalogue. It has no public hook for this but looks `_` up at each call."""

    def translate(text: str) -> str:
        return message(text).in_language(language)

    def translate_plural(one: str, many: str, count: int) -> str:
        return translate(one if count == 1 else many)

    setattr(argparse, "_", translate)  # noqa: B010 (a private name, deliberately)
    setattr(argparse, "ngettext", translate_plural)  # noqa: B010


def day(language: str) -> Callable[[str], date]:
    """Type of --from and --to: a local calendar date."""

    def parse(text: str) -> date:
        try:
            if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
                raise ValueError(text)
            return date.fromisoformat(text)
        except ValueError:
            problem = message("“{text}” is not a date; write it like 2026-01-31", text=text)
            raise argparse.ArgumentTypeError(problem.in_language(language)) from None

    return parse


def names(text: str) -> tuple[str, ...]:
    """Type of --by: names separated by commas, in order, each once."""
    return tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))


def memory(language: str) -> Callable[[str], str]:
    """Type of --memory: a size such as 4GB."""

    def parse(text: str) -> str:
        if not re.fullmatch(r"\d+(\.\d+)?\s*(KB|MB|GB|TB|KiB|MiB|GiB|TiB)", text, re.IGNORECASE):
            problem = message("“{text}” is not a size; write it like 4GB", text=text)
            raise argparse.ArgumentTypeError(problem.in_language(language))
        return text

    return parse


def zone(language: str) -> Callable[[str], str]:
    """Type of --zone: a name of the IANA time zone database."""

    def parse(text: str) -> str:
        from zoneinfo import ZoneInfo

        try:
            ZoneInfo(text)
        except (KeyError, ValueError, OSError):
            problem = message("there is no time zone “{text}”; write it like Asia/Shanghai", text=text)
            raise argparse.ArgumentTypeError(problem.in_language(language)) from None
        return text

    return parse


def engine(language: str) -> Callable[[str], str]:
    """Type of --engine: duckdb, or the address of a Spark master."""

    def parse(text: str) -> str:
        if not re.fullmatch(r"duckdb|spark://[^\s,]+:\d+(,[^\s,]+:\d+)*|local(\[(\d+|\*)\])?", text):
            problem = message("“{text}” is no engine; write duckdb, or spark://host:7077", text=text)
            raise argparse.ArgumentTypeError(problem.in_language(language))
        return text

    return parse


def number(language: str, low: int, high: int) -> Callable[[str], int]:
    """Type of a whole number from `low` to `high`."""

    def parse(text: str) -> int:
        if not re.fullmatch(r"\d{1,9}", text) or not low <= int(text) <= high:
            problem = message("“{text}” is not a whole number from {low} to {high}", text=text, low=low, high=high)
            raise argparse.ArgumentTypeError(problem.in_language(language))
        return int(text)

    return parse


def add_period(parser: argparse.ArgumentParser, language: str) -> None:
    """--from and --to."""
    for flag, name, text in (
        ("--from", "start", message("first day, like 2026-01-01 (default: the first of the data)")),
        ("--to", "end", message("last day, included (default: the last of the data)")),
    ):
        parser.add_argument(
            flag,
            dest=name,
            type=day(language),
            metavar=message("DAY").in_language(language),
            help=text.in_language(language),
        )


def add_records(parser: argparse.ArgumentParser, language: str) -> None:
    """PATH…, --map and --standard."""
    parser.add_argument(
        "paths",
        nargs="+",
        metavar=message("PATH").in_language(language),
        help=message("files, folders of files, or one lake").in_language(language),
    )
    parser.add_argument(
        "--map",
        metavar=message("FILE").in_language(language),
        help=message("mapping of the files (default: one is proposed, see inspect)").in_language(language),
    )
    parser.add_argument(
        "--standard",
        default="after-sales",
        metavar=message("STANDARD").in_language(language),
        help=message(
            "key of a shipped standard or a .yaml or .xlsx file; shipped: {keys} (default: after-sales)", keys=SHIPPED
        ).in_language(language),
    )


def add_engine(parser: argparse.ArgumentParser, language: str) -> None:
    """--engine, --memory and --zone."""
    parser.add_argument(
        "--engine",
        type=engine(language),
        default="duckdb",
        metavar=message("ENGINE").in_language(language),
        help=message("duckdb (default), or a Spark master such as spark://host:7077").in_language(language),
    )
    parser.add_argument(
        "--memory",
        type=memory(language),
        metavar=message("SIZE").in_language(language),
        help=message("how much memory may be used, like 4GB; what is more goes to disk").in_language(language),
    )
    parser.add_argument(
        "--zone",
        type=zone(language),
        metavar=message("ZONE").in_language(language),
        help=message("time zone of instants without one (default: Asia/Shanghai)").in_language(language),
    )


def add_output(parser: argparse.ArgumentParser, language: str, text: Message) -> None:
    """-o, with what it means to this command."""
    parser.add_argument(
        "-o", "--output", metavar=message("FILE").in_language(language), help=text.in_language(language)
    )


def check_period(options: argparse.Namespace) -> None:
    """--from may not come after --to. WrongUse."""
    if options.start and options.end and options.start > options.end:
        raise WrongUse(message("--from {start} comes after --to {end}", start=options.start, end=options.end))
