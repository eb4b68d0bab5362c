"""How every number is defined, and what could not be computed and why."""

from __future__ import annotations

from dataclasses import dataclass

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.indicators.language import parse_condition, parse_formula
from qualityloop.analysis.indicators.standard import Indicator
from qualityloop.analysis.indicators.values import NotComputed
from qualityloop.analysis.messages import Message, message
from qualityloop.analysis.problems.wording import column_label
from qualityloop.reports.diagnosis.reading import Reading
from qualityloop.reports.markup import Child, Html, joined, tag
from qualityloop.reports.page import Page, details, table

HIGHER = message("the higher the better")
LOWER = message("the lower the better")


@dataclass(frozen=True, slots=True)
class Definition:
    """An indicator as its readers need it: what is counted in words, and the formula as it is computed."""

    explained: str
    formula: str
    rows: str
    condition: str
    period: str
    denominator: str


def definition(indicator: Indicator, language: str) -> Definition:
    """The definition of `indicator` in words."""
    dataset = DATASETS[indicator.dataset]
    denominator = ""
    if indicator.per:
        per = DATASETS[indicator.per.dataset]
        denominator = parse_formula(indicator.per.formula, per).explain(language)
    return Definition(
        explained=parse_formula(indicator.formula, dataset).explain(language),
        formula=indicator.formula,
        rows=dataset.label.in_language(language),
        condition=parse_condition(indicator.where, dataset).explain(language) if indicator.where else "",
        period=column_label(indicator.period, dataset, language),
        denominator=denominator,
    )


def section(page: Page, reading: Reading) -> None:
    """Definitions of all indicators of the standard, by dimension."""
    parts = [_part(page, reading, indicator) for indicator in reading.standard.indicators]
    page.section(
        "definitions",
        message("Definitions"),
        *parts,
        lead=message("The same definitions are computed by the engine, shown on the pages and kept in the standard."),
    )


def _part(page: Page, reading: Reading, indicator: Indicator) -> Html:
    found = definition(indicator, page.language)
    code: list[Child] = [tag("code", found.formula, class_="ql-code")]
    if indicator.where:
        code += [tag("br"), tag("code", f"where {indicator.where}", class_="ql-code")]
    if indicator.per:
        code += [tag("br"), tag("code", f"per {indicator.per.formula}", class_="ql-code")]
    facts: list[tuple[Message, Child]] = [
        (message("Counted"), found.explained),
        (message("Denominator"), found.denominator),
        (message("Condition"), found.condition),
        (message("Records"), f"{found.rows} · {found.period}"),
        (message("Formula"), joined(code)),
        (message("Unit"), f"{reading.unit(indicator)} · {page.say(HIGHER if indicator.better == 'higher' else LOWER)}"),
        (message("Baseline"), reading.value(indicator, indicator.baseline) if indicator.baseline is not None else ""),
        (message("Target"), reading.target(indicator) if indicator.target is not None else ""),
        (message("Warning"), reading.warning(indicator) if indicator.warning is not None else ""),
        (message("Notes"), indicator.definition.in_language(page.language) if indicator.definition else ""),
        (message("Source of the data"), indicator.source.in_language(page.language) if indicator.source else ""),
        (message("Responsible"), indicator.owner.in_language(page.language) if indicator.owner else ""),
    ]
    listed = joined(joined([tag("dt", page.say(k)), tag("dd", v)]) for k, v in facts if v)
    dimension = reading.standard.dimensions.get(indicator.dimension)
    note = dimension.in_language(page.language) if dimension else indicator.dimension
    name = tag("span", indicator.name.in_language(page.language))
    return details(name, note, tag("dl", listed, class_="ql-facts"))


def not_computed(page: Page, reading: Reading) -> None:
    """Indicators that the data cannot answer, each with its reason."""
    rows = [
        tag(
            "tr",
            tag("th", subject(reading, entry), scope="row"),
            tag("td", page.say(entry.reason)),
        )
        for entry in reading.diagnosis.not_computed
    ]
    if not rows:
        return
    title = message("Not computed")
    found = table([page.say(message("Indicator")), page.say(message("Reason"))], rows, label=page.say(title))
    page.section("not-computed", title, tag("div", tag("div", found, class_="ql-card__body"), class_="ql-card"))


def subject(reading: Reading, entry: NotComputed) -> str:
    """What could not be computed: an indicator, or an indicator by some columns."""
    indicator = reading.indicators.get(entry.key)
    if indicator is None:
        return entry.key
    name = indicator.name.in_language(reading.language)
    if not entry.grouping:
        return name
    columns = reading.columns(indicator, entry.grouping)
    return message("{name} by {columns}", name=name, columns=columns).in_language(reading.language)
