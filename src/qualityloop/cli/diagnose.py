"""`qualityloop diagnose`: records and a standard in; every value, the worst problems and their drivers out."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.messages import Message, message
from qualityloop.cli.arguments import (
    Parser,
    WrongUse,
    add_engine,
    add_output,
    add_period,
    add_records,
    check_period,
    names,
)
from qualityloop.cli.output import STDOUT, check_target, deliver
from qualityloop.cli.terminal import Terminal

if TYPE_CHECKING:
    from qualityloop.analysis.diagnose import Diagnosis
    from qualityloop.analysis.indicators.standard import Standard

FORMATS = ("html", "xlsx", "json")
GRAINS = ("day", "week", "month", "quarter", "year")
DEFAULT_NAME = "qualityloop-diagnosis"


def add(commands: argparse._SubParsersAction[Parser], shared: Parser, language: str) -> None:
    """The arguments of `diagnose`."""
    text = message("measure records by a standard and name the worst problems").in_language(language)
    parser = commands.add_parser("diagnose", parents=[shared], help=text, description=text)
    add_records(parser, language)
    add_period(parser, language)
    parser.add_argument(
        "--grain",
        choices=GRAINS,
        default="month",
        help=message("length of a period (default: month)").in_language(language),
    )
    parser.add_argument(
        "--by",
        type=names,
        default=(),
        metavar=message("COLUMN,…").in_language(language),
        help=message("also by each of these columns, such as team,channel").in_language(language),
    )
    parser.add_argument(
        "--format",
        choices=FORMATS,
        help=message("kind of report (default: what the name after -o says, else html)").in_language(language),
    )
    add_output(
        parser,
        language,
        message(
            "where the report goes; - is standard output (default: json there, others to {name}.html, .xlsx)",
            name=DEFAULT_NAME,
        ),
    )
    add_engine(parser, language)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Read, measure, write the report; the three worst problems are also said on stderr."""
    from qualityloop.analysis.diagnose import diagnose as diagnosed
    from qualityloop.analysis.indicators.loading import load_standard
    from qualityloop.cli.records import open_chosen_engine, open_records

    check_period(options)
    _check_columns(options.by)
    form = chosen_format(options.format, options.output)
    options.output = chosen_output(form, options.output)
    check_target(options.output)
    standard = load_standard(options.standard)
    with open_records(options, terminal) as records:
        with open_chosen_engine(options) as engine, terminal.stage(message("Measuring")) as report:
            diagnosis = diagnosed(
                records.lake,
                standard,
                engine=engine,
                start=options.start,
                end=options.end,
                grain=options.grain,
                by=options.by,
                progress=report,
                rejected=records.rejected,
            )
        content = rendered(diagnosis, form, terminal.language)
    deliver(content, options.output)
    _summarise(diagnosis, terminal, options.output)
    return 0


def chosen_format(given: str | None, output: str | None) -> str:
    """--format, else the ending of -o, else html."""
    ending = Path(output).suffix.lower().removeprefix(".") if output else ""
    return given or {"htm": "html"}.get(ending, ending if ending in FORMATS else "html")


def chosen_output(form: str, output: str | None, name: str = DEFAULT_NAME) -> str:
    """-o, else stdout for JSON and a file in this folder for what nobody reads in a terminal."""
    return output or (STDOUT if form == "json" else f"{name}.{form}")


def rendered(diagnosis: Diagnosis, form: str, language: str) -> bytes:
    """The report in one of FORMATS."""
    if form == "json":
        return (json.dumps(diagnosis.to_json(), ensure_ascii=False, indent=1) + "\n").encode()
    from qualityloop.reports import diagnosis_html, diagnosis_xlsx

    render = diagnosis_html.render if form == "html" else diagnosis_xlsx.render
    return render(diagnosis, language=language)


def _check_columns(columns: tuple[str, ...]) -> None:
    """--by names columns that exist in some dataset. WrongUse."""
    from qualityloop.analysis.indicators.language.errors import closest

    known = {name for dataset in DATASETS.values() for name in (c.name for c in (*dataset.columns, *dataset.derived))}
    useful = sorted({name for dataset in DATASETS.values() for name in dataset.dimensions})
    for column in columns:
        if column not in known:
            problem: Message = message(
                "there is no column “{name}” to group by; there are: {names}", name=column, names=", ".join(useful)
            )
            if meant := closest(column, known):
                problem = message("{problem} Did you mean “{suggestion}”?", problem=problem, suggestion=meant)
            raise WrongUse(problem)


def _summarise(diagnosis: Diagnosis, terminal: Terminal, output: str) -> None:
    top = diagnosis.top()
    if top:
        terminal.note(message("The worst problems:"))
        for problem in top:
            terminal.note(f"  {problem.rank}. {terminal.text(problem.sentence)}")
    elif any(value.n for value in diagnosis.values.values):
        terminal.note(message("No indicator misses its target for sure."))
    else:
        terminal.warn(message("None of the standard's indicators can be computed from these records."))
    if diagnosis.not_computed:
        names_ = ", ".join(dict.fromkeys(_name(diagnosis.standard, n.key, terminal) for n in diagnosis.not_computed))
        terminal.note(message("Not computed, reasons in the report: {names}", names=names_))
    if output != STDOUT:
        terminal.note(message("Report: {file}", file=output))


def _name(standard: Standard, key: str, terminal: Terminal) -> str:
    return terminal.text(standard.indicator(key).name)
