"""`qualityloop standard`: show, check or export a standard (评估基准表)."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from qualityloop.analysis.indicators.standard import Indicator, Standard
from qualityloop.analysis.messages import Message, Text, message
from qualityloop.cli.arguments import SHIPPED, Parser, add_output
from qualityloop.cli.output import STDOUT, check_target, deliver
from qualityloop.cli.terminal import Terminal

FORMATS = ("yaml", "xlsx")


def add(commands: argparse._SubParsersAction[Parser], shared: Parser, language: str) -> None:
    """The arguments of `standard show|check|export`."""
    text = message("show, check or export a standard").in_language(language)
    parser = commands.add_parser("standard", parents=[shared], help=text, description=text)
    actions = parser.add_subparsers(
        dest="action", metavar=message("ACTION").in_language(language), required=True, parser_class=Parser
    )
    for name, help_, run in (
        ("show", message("indicators with definition, formula and lines"), show),
        ("check", message("whether every formula can be understood"), check),
        ("export", message("write it as YAML or Excel"), export),
    ):
        action = actions.add_parser(
            name, parents=[shared], help=help_.in_language(language), description=help_.in_language(language)
        )
        action.add_argument(
            "standard",
            metavar=message("STANDARD").in_language(language),
            help=message(
                "key of a shipped standard or a .yaml or .xlsx file; shipped: {keys}",
                keys=SHIPPED,
            ).in_language(language),
        )
        if name == "export":
            action.add_argument(
                "--format",
                choices=FORMATS,
                help=message("kind of file (default: what the name after -o says, else yaml)").in_language(language),
            )
        if name != "check":
            add_output(action, language, message("where it goes (default: standard output)"))
        action.set_defaults(run=run)


def show(options: argparse.Namespace, terminal: Terminal) -> int:
    """The standard as text."""
    from qualityloop.analysis.indicators.loading import load_standard

    check_target(options.output)
    standard = load_standard(options.standard)
    deliver(("\n".join(_lines(standard, terminal.language)) + "\n").encode(), options.output)
    return 0


def check(options: argparse.Namespace, terminal: Terminal) -> int:
    """0 where everything can be computed, else 1 with what is wrong."""
    from qualityloop.analysis.indicators.loading import check_standard, load_standard

    standard = load_standard(options.standard)
    if found := check_standard(standard):
        for problem in found:
            terminal.error(problem)
        return 1
    terminal.note(
        message("{name}, version {version}: {count} indicators, all of them understood", name=standard.name,
                version=standard.version, count=len(standard.indicators))
    )  # fmt: skip
    return 0


def export(options: argparse.Namespace, terminal: Terminal) -> int:
    """The standard as a file."""
    from qualityloop.analysis.indicators.loading import load_standard, standard_to_xlsx, standard_to_yaml

    form = options.format or ("xlsx" if str(options.output or "").lower().endswith(".xlsx") else "yaml")
    output = options.output or (STDOUT if form == "yaml" else None)
    standard = load_standard(options.standard)
    target = output or f"{standard.key}.{form}"
    check_target(target)
    content = standard_to_yaml(standard).encode() if form == "yaml" else standard_to_xlsx(standard, terminal.language)
    deliver(content, target)
    if target != STDOUT:
        terminal.note(message("Written: {file}", file=target))
    return 0


def _lines(standard: Standard, language: str) -> Iterator[str]:
    yield message(
        "{name} ({key}, version {version})", name=standard.name, key=standard.key, version=standard.version
    ).in_language(language)
    for dimension, name in standard.dimensions.items():
        chosen = [i for i in standard.indicators if i.dimension == dimension]
        if chosen:
            yield ""
            yield f"## {name.in_language(language)}"
        for indicator in chosen:
            yield ""
            yield from _indicator(indicator, language)


def _indicator(indicator: Indicator, language: str) -> Iterator[str]:
    from qualityloop.analysis.problems.wording import format_value

    colon = Text("：", ": ").in_language(language)

    def said(label: Message, value: Text | str) -> str:
        return (
            f"  {label.in_language(language)}{colon}{value if isinstance(value, str) else value.in_language(language)}"
        )

    yield f"{indicator.key}  {indicator.name.in_language(language)}"
    if indicator.definition:
        yield said(message("definition"), indicator.definition)
    yield said(message("data"), f"{indicator.dataset}, {indicator.period}")
    if indicator.where:
        yield said(message("condition"), indicator.where)
    per = f" / {indicator.per.dataset}: {indicator.per.formula}" if indicator.per else ""
    yield said(message("formula"), f"{indicator.formula}{per}")
    lines = (
        (message("target"), indicator.target),
        (message("warning line"), indicator.warning),
        (message("baseline"), indicator.baseline),
    )
    shown = [
        f"{label.in_language(language)} {format_value(value, indicator.unit, language)}"
        for label, value in lines
        if value is not None
    ]
    if shown:
        better = message("higher is better") if indicator.better == "higher" else message("lower is better")
        yield f"  {' · '.join(shown)} · {better.in_language(language)}"
    if indicator.owner:
        yield said(message("responsible"), indicator.owner)
