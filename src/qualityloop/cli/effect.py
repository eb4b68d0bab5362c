"""`qualityloop effect`: did a measure work? Records, an indicator and a date in; the verdict with its interval out."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from qualityloop.analysis.messages import message
from qualityloop.cli.arguments import Parser, WrongUse, add_engine, add_output, add_records, day, number
from qualityloop.cli.output import STDOUT, check_target, deliver
from qualityloop.cli.terminal import Terminal

if TYPE_CHECKING:
    from qualityloop.analysis.effect import Effect, Question
    from qualityloop.analysis.indicators.standard import Indicator, Standard
    from qualityloop.analysis.indicators.values import Group

FORMATS = ("text", "html", "json")
GRAINS = ("day", "week", "month", "quarter")
METHODS = ("interrupted_series", "difference_in_differences", "before_after_shares")


def add(commands: argparse._SubParsersAction[Parser], shared: Parser, language: str) -> None:
    """The arguments of `effect`."""
    text = message("tell whether a measure worked, with interval and method").in_language(language)
    parser = commands.add_parser("effect", parents=[shared], help=text, description=text)
    add_records(parser, language)
    _add_question(parser, language)
    parser.add_argument(
        "--grain",
        choices=GRAINS,
        default="week",
        help=message("length of a period (default: week)").in_language(language),
    )
    parser.add_argument(
        "--format",
        choices=FORMATS,
        help=message("kind of report (default: what the name after -o says, else text)").in_language(language),
    )
    parser.add_argument("--json", action="store_true", help=message("the same as --format json").in_language(language))
    add_output(parser, language, message("where the report goes; - is standard output (the default)"))
    add_engine(parser, language)
    parser.set_defaults(run=run)


def _add_question(parser: argparse.ArgumentParser, language: str) -> None:
    def option(flag: str, word: str, text: str, **more: object) -> None:
        parser.add_argument(flag, metavar=word, help=text, **more)  # type: ignore[arg-type]

    date_word = message("DAY").in_language(language)
    group_word = message("COLUMN=VALUE").in_language(language)
    key = message("KEY").in_language(language)
    option("--indicator", key, message("key of the indicator in the standard").in_language(language), required=True)
    parser.add_argument(
        "--start",
        type=day(language),
        required=True,
        metavar=date_word,
        help=message("first day of the measure").in_language(language),
    )
    parser.add_argument(
        "--until",
        type=day(language),
        metavar=date_word,
        help=message("last day that is looked at (default: the last of the data)").in_language(language),
    )
    treated = message("who took the measure, like team=A; may be given several times (default: everybody)")
    option("--group", group_word, treated.in_language(language), action="append", default=[])
    others = message("who did not, for comparison; several times, or the word others for all the rest")
    option("--untouched", group_word, others.in_language(language), action="append", default=[])
    expected = message("predicted change with its sign, in the indicator's unit (shares: -0.05 is five points less)")
    option("--expect", message("NUMBER").in_language(language), expected.in_language(language), type=float)
    parser.add_argument(
        "--transition",
        type=number(language, 0, 366),
        default=0,
        metavar=message("DAYS").in_language(language),
        help=message("leave out periods that begin within so many days of the start").in_language(language),
    )
    parser.add_argument(
        "--method", choices=METHODS, help=message("the method that the plan named").in_language(language)
    )
    slope = message("let the measure change the trend too").in_language(language)
    parser.add_argument("--slope", action="store_true", help=slope)


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Read, measure, judge, write."""
    from qualityloop.analysis.effect import effect_of_lake
    from qualityloop.analysis.indicators.loading import load_standard
    from qualityloop.cli.records import open_chosen_engine, open_records

    form = _format(options)
    check_target(options.output)
    standard = load_standard(options.standard)
    indicator = _indicator(standard, options.indicator)
    treated = tuple(_group(text) for text in options.group)
    with open_records(options, terminal) as records, open_chosen_engine(options) as engine:
        question = _question(options, indicator, treated)
        with terminal.stage(message("Measuring")) as report:
            found = effect_of_lake(
                records.lake,
                standard,
                question,
                engine=engine,
                grain=options.grain,
                others=options.untouched == ["others"],
                progress=report,
            )
    deliver(rendered(found, form, terminal.language), options.output)
    if options.output not in (None, STDOUT):
        terminal.note(found.sentence)
        terminal.note(message("Report: {file}", file=options.output))
    return 0


def _format(options: argparse.Namespace) -> str:
    if options.json:
        return "json"
    ending = (options.output or "").rpartition(".")[2].lower()
    return str(options.format or {"html": "html", "htm": "html", "json": "json"}.get(ending, "text"))


def _indicator(standard: Standard, key: str) -> Indicator:
    try:
        return standard.indicator(key)
    except KeyError:
        names = ", ".join(i.key for i in standard.indicators)
        raise WrongUse(message("there is no indicator “{key}”; there are: {names}", key=key, names=names)) from None


def _group(text: str) -> Group:
    column, equals, value = text.partition("=")
    if not (column and equals and value):
        raise WrongUse(message("“{text}” is no group; write it like team=A", text=text))
    return ((column.strip(), value.strip()),)


def _question(options: argparse.Namespace, indicator: Indicator, treated: tuple[Group, ...]) -> Question:
    from qualityloop.analysis.effect import Question

    others = () if options.untouched == ["others"] else tuple(_group(text) for text in options.untouched)
    if options.untouched and not treated:
        raise WrongUse(message("--untouched needs --group: who took the measure"))
    return Question(
        indicator,
        options.start,
        treated or ((),),
        others,
        options.expect,
        options.until,
        options.transition,
        options.method,
        options.slope,
    )


def rendered(found: Effect, form: str, language: str) -> bytes:
    """The answer in one of FORMATS."""
    if form == "json":
        return (json.dumps(found.to_json(), ensure_ascii=False, indent=1) + "\n").encode()
    if form == "html":
        from qualityloop.reports import effect_html

        return effect_html.render(found, language=language)
    from qualityloop.analysis.effect.texts import figures

    lines = [found.sentence.in_language(language), ""]
    lines += [f"{name.in_language(language)}: {words.in_language(language)}" for name, words in figures(found)]
    lines += [f"! {warning.in_language(language)}" for warning in found.warnings]
    return ("\n".join(lines) + "\n").encode()
