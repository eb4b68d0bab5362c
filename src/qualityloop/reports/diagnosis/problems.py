"""The three worst problems: sentence, grade, drivers, and how the rank came about."""

from __future__ import annotations

from qualityloop.analysis.indicators.standard import Indicator
from qualityloop.analysis.messages import Message, message
from qualityloop.analysis.problems.problem import Driver, Problem
from qualityloop.analysis.problems.wording import format_number, format_share, group_label, rows_label
from qualityloop.reports.diagnosis import badges, trends
from qualityloop.reports.diagnosis.badges import right
from qualityloop.reports.diagnosis.reading import Reading
from qualityloop.reports.markup import Html, joined, tag
from qualityloop.reports.page import Page, table

TOP = 3


def section(page: Page, reading: Reading) -> None:
    """TOP 3 in full, the others in a table."""
    problems = sorted(reading.diagnosis.problems, key=lambda p: p.rank)
    if not problems:
        words = page.say(message("No indicator misses its target for sure in this period."))
        page.section("problems", message("TOP 3 problems"), tag("p", words, class_="ql-card ql-empty"))
        return
    cards = [_card(page, reading, problem) for problem in problems[:TOP]]
    page.section("problems", message("TOP 3 problems"), *cards, lead=_LEAD)
    if problems[TOP:]:
        page.section("further", message("Further problems"), _others(page, reading, problems[TOP:]))


_LEAD = message(
    "Urgent comes before important, important before ordinary; within a grade the score decides: "
    "affected rows × distance to the target × certainty × worsening."
)


def _name(page: Page, reading: Reading, problem: Problem) -> str:
    indicator = reading.indicators[problem.indicator]
    name = indicator.name.in_language(page.language)
    if not problem.group:
        return name
    return f"{name} · {group_label(problem.group, indicator.dataset, page.language)}"


def _card(page: Page, reading: Reading, problem: Problem) -> Html:
    indicator = reading.indicators[problem.indicator]
    head = tag(
        "div",
        tag("h3", _name(page, reading, problem), class_="ql-problem__name"),
        badges.grade(reading, problem.grade),
        tag("span", reading.value(indicator, problem.value), class_="ql-number ql-number--small"),
        tag("span", page.say(message("target {target}", target=reading.target(indicator))), class_="ql-muted"),
        class_="ql-problem__head",
    )
    body = tag(
        "div",
        head,
        tag("p", problem.sentence.in_language(page.language), class_="ql-sentence"),
        tag(
            "div",
            tag(
                "div",
                _drivers(page, reading, indicator, problem) if problem.drivers else _no_drivers(page),
                _history(page, reading, indicator, problem),
            ),
            _origin(page, reading, indicator, problem),
            class_="r-problem__body",
        ),
    )
    rank = tag("span", problem.rank, class_="ql-rank", aria_hidden="true")
    inner = tag("div", rank, body, class_="ql-problem")
    return tag("article", tag("div", inner, class_="ql-card__body"), class_="ql-card r-problem")


def _drivers(page: Page, reading: Reading, indicator: Indicator, problem: Problem) -> Html:
    title = page.say(message("Where it comes from"))
    headings = [
        message("Segment"),
        message("Value"),
        message("n"),
        message("Share of rows"),
        message("Share of the gap"),
    ]
    rows = [_driver(page, reading, indicator, driver) for driver in problem.drivers]
    found = table([page.say(h) for h in headings], rows, label=title, right=frozenset({1, 2, 3, 4}))
    over = any(driver.share_of_gap > 1 for driver in problem.drivers)
    note = tag("p", page.say(message("More than 100 %: the rest is better than the target.")), class_="r-steps")
    return tag("div", tag("h4", title), found, note if over else None)


def _driver(page: Page, reading: Reading, indicator: Indicator, driver: Driver) -> Html:
    share = format_share(driver.share_of_rows, page.language) if driver.share_of_rows is not None else "–"
    return tag(
        "tr",
        tag("th", group_label(driver.group, indicator.dataset, page.language), scope="row"),
        right(reading.value(indicator, driver.value)),
        right(reading.count(driver.n)),
        right(share),
        right(tag("strong", format_share(driver.share_of_gap, page.language))),
    )


def _history(page: Page, reading: Reading, indicator: Indicator, problem: Problem) -> Html | None:
    """How it came to this, where the values of the group are at hand."""
    series = [v for v in reading.series(indicator.key, problem.group) if v.period <= problem.period]
    if len(series) < 3:
        return None
    return page.chart("trend", trends.payload(reading, indicator, series), class_="ql-chart--low")


def _no_drivers(page: Page) -> Html:
    words = page.say(message("No single segment stands out; the gap is spread evenly."))
    return tag("div", tag("h4", page.say(message("Where it comes from"))), tag("p", words, class_="ql-muted"))


def _origin(page: Page, reading: Reading, indicator: Indicator, problem: Problem) -> Html:
    """The facts of the problem and the factors of its rank."""
    ranking = problem.ranking
    facts: list[tuple[Message, str]] = [
        (message("Affected"), rows_label(problem.affected, indicator.dataset, page.language)),
        (message("Rows looked at"), reading.rows(indicator, problem.n)),
        (message("95 % interval"), reading.interval(indicator, problem.low, problem.high)),
        (message("Against last period"), reading.change(indicator, problem.value, problem.previous)[0]),
        (message("Periods missed in a row"), reading.count(problem.months_missed)),
        (message("Grade"), problem.reason.in_language(page.language)),
        (
            message("Score"),
            page.say(
                message(
                    "{affected} × {distance} × {certainty} × {worsening} = {score}",
                    affected=format_number(ranking.affected, page.language),
                    distance=format_number(ranking.distance, page.language),
                    certainty=format_number(ranking.certainty, page.language),
                    worsening=format_number(ranking.worsening, page.language),
                    score=format_number(problem.score, page.language),
                )
            ),
        ),
    ]
    listed = joined(joined([tag("dt", page.say(k)), tag("dd", v)]) for k, v in facts)
    return tag("div", tag("h4", page.say(message("How the rank came about"))), tag("dl", listed, class_="ql-facts"))


def _others(page: Page, reading: Reading, problems: list[Problem]) -> Html:
    rows = []
    for problem in problems:
        indicator = reading.indicators[problem.indicator]
        rows.append(
            tag(
                "tr",
                right(problem.rank),
                tag("th", _name(page, reading, problem), scope="row"),
                tag("td", badges.grade(reading, problem.grade)),
                right(reading.value(indicator, problem.value)),
                right(reading.target(indicator)),
                right(rows_label(problem.affected, indicator.dataset, page.language)),
                tag("td", problem.sentence.in_language(page.language)),
            )
        )
    headings = [
        message("Rank"),
        message("Indicator"),
        message("Grade"),
        message("Value"),
        message("Target"),
        message("Affected"),
        message("In one sentence"),
    ]
    label = page.say(message("Further problems"))
    found = table([page.say(h) for h in headings], rows, label=label, right=frozenset({0, 3, 4, 5}))
    return tag("div", tag("div", found, class_="ql-card__body"), class_="ql-card")
