"""`qualityloop version`: which version this is, and of what it is made."""

from __future__ import annotations

import argparse
import platform
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed

from qualityloop import __version__
from qualityloop.analysis.messages import message
from qualityloop.cli.arguments import Parser
from qualityloop.cli.terminal import Terminal

PARTS = ("duckdb", "pyarrow", "sqlglot", "django", "pyspark")


def add(commands: argparse._SubParsersAction[Parser], shared: Parser, language: str) -> None:
    """The arguments of `version`."""
    text = message("the version of QualityLoop and of what it is made of").in_language(language)
    commands.add_parser("version", parents=[shared], help=text, description=text).set_defaults(run=run)


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Print one line for the product, one for each part."""
    print(f"qualityloop {__version__}")  # noqa: T201
    print(f"python {platform.python_version()}")  # noqa: T201
    for part in PARTS:
        try:
            print(f"{part} {installed(part)}")  # noqa: T201
        except PackageNotFoundError:
            continue
    return 0
