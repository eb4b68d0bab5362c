"""The effect of a measure as one offline page: verdict, picture, figures, cautions."""

from __future__ import annotations

from qualityloop.analysis.effect import Effect
from qualityloop.analysis.effect.texts import VERDICT_WORDS, figures
from qualityloop.analysis.messages import message
from qualityloop.analysis.problems.wording import format_value, period_label
from qualityloop.diagnosis import payloads
from qualityloop.reports.markup import Child, Html, tag
from qualityloop.reports.page import Page, table


def render(effect: Effect, *, language: str) -> bytes:
    """One HTML file."""
    page = Page(language)
    page.section("verdict", VERDICT_WORDS[effect.verdict], tag("p", page.say(effect.sentence), class_="r-lead"))
    chart = page.chart("trend", payloads.effect(effect, language))
    page.section("picture", message("With and without the measure"), _card(chart), lead=_LEAD)
    rows = [
        tag("tr", tag("th", page.say(name), scope="row"), tag("td", page.say(words))) for name, words in figures(effect)
    ]
    headings: list[Child] = [page.say(message("Figure")), page.say(message("Value"))]
    page.section("figures", message("Figures"), _card(table(headings, rows, label=page.say(message("Figures")))))
    if effect.warnings:
        cautions = [tag("li", page.say(warning)) for warning in effect.warnings]
        page.section("cautions", message("Cautions"), tag("ul", *cautions))
    page.section("periods", message("Periods"), _card(_periods(page, effect)))
    return page.render(
        title=page.say(effect.question.indicator.name),
        subtitle=page.say(message("Measure since {day}", day=effect.question.start.isoformat())),
    )


_LEAD = message("The band is the 95 % interval of what would have been without the measure.")


def _card(content: Html) -> Html:
    return tag("div", tag("div", content, class_="ql-card__body"), class_="ql-card")


def _periods(page: Page, effect: Effect) -> Html:
    unit = effect.question.indicator.unit
    rows = [
        tag(
            "tr",
            tag("th", period_label(p.period, effect.grain, page.language), scope="row"),
            *(
                tag("td", format_value(number, unit, page.language), class_="ql-right")
                for number in (p.value, p.fitted, p.counterfactual)
            ),
            tag("td", p.n, class_="ql-right"),
        )
        for p in effect.points
    ]
    headings = [message("Period"), message("Observed"), message("Model"), message("Without the measure"), message("n")]
    return table(
        [page.say(h) for h in headings], rows, label=page.say(message("Periods")), right=frozenset({1, 2, 3, 4})
    )
