"""The figures behind a verdict in words, for pages, reports and the command line alike."""

from __future__ import annotations

from qualityloop.analysis.effect.choosing import METHOD_NAMES
from qualityloop.analysis.effect.model import Effect, Estimate, Placebo, Verdict
from qualityloop.analysis.effect.verdict import change_text
from qualityloop.analysis.indicators.standard import Unit
from qualityloop.analysis.messages import LANGUAGES, Message, Text, message
from qualityloop.analysis.problems.wording import format_value

VERDICT_WORDS: dict[Verdict, Message] = {
    "effective": message("Effective"),
    "not_effective": message("Not effective"),
    "cannot_tell_yet": message("Cannot be told yet"),
}


def figures(effect: Effect) -> list[tuple[Message, Message | Text]]:
    """Name and value, in the order of a page."""
    unit = effect.question.indicator.unit
    found: list[tuple[Message, Message | Text]] = [
        (message("Method"), effect.method_name),
        (message("Why this method"), effect.method_reason),
    ]
    if effect.estimate:
        found += [
            (message("Change through the measure"), estimate_text(effect.estimate, unit)),
            (message("Observed since the start"), value_text(effect.observed, unit)),
            (message("Expected without the measure"), value_text(effect.expected_without, unit)),
        ]
    if effect.question.expected is not None:
        found.append((message("Predicted change"), change_text(effect.question.expected, unit)))
    if effect.estimate and effect.estimate.ratio:
        name = message("Odds ratio") if effect.kind == "share" else message("Rate ratio")
        middle, low, high = (f"{x:.3f}" for x in effect.estimate.ratio)
        found.append((name, message("{value} ({low} to {high})", value=middle, low=low, high=high)))
    found.append(
        (
            message("Periods and rows before"),
            message("{periods} periods, {rows} rows", periods=effect.points_before, rows=effect.rows_before),
        )
    )
    found.append(
        (
            message("Periods and rows after"),
            message("{periods} periods, {rows} rows", periods=effect.points_after, rows=effect.rows_after),
        )
    )
    return found + _checks(effect, unit)


def _checks(effect: Effect, unit: Unit) -> list[tuple[Message, Message | Text]]:
    found: list[tuple[Message, Message | Text]] = []
    d = effect.diagnostics
    if d.season:
        found.append((message("Season"), d.season))
    for name, number in (
        (message("Autocorrelation of the errors"), d.rho),
        (message("Spread beyond chance (1 is chance alone)"), d.dispersion),
    ):
        if number is not None:
            found.append((name, Text(f"{number:.2f}", f"{number:.2f}")))
    if d.newey_west and effect.estimate:
        other = Estimate(effect.estimate.value, *d.newey_west)
        found.append((message("By Newey–West errors, lag {lag}", lag=d.lag), estimate_text(other, unit)))
    if effect.second:
        name = message("For comparison: {method}", method=METHOD_NAMES[effect.second[0]])
        found.append((name, estimate_text(effect.second[1], unit)))
    return found + [(_placebo_name(p), _placebo_text(p)) for p in effect.placebos]


def _placebo_name(placebo: Placebo) -> Message:
    return message("Placebo dates") if placebo.what == "dates" else message("Placebo groups")


def _placebo_text(placebo: Placebo) -> Message:
    return message("“effective” in {count} of {tried}", count=placebo.effective, tried=placebo.tried)


def estimate_text(estimate: Estimate, unit: Unit) -> Message:
    """A change with its interval."""
    return message(
        "{value} ({low} to {high})",
        value=change_text(estimate.value, unit),
        low=change_text(estimate.low, unit),
        high=change_text(estimate.high, unit),
    )


def value_text(value: float | None, unit: Unit) -> Text:
    """A value in both languages."""
    return Text(*(format_value(value, unit, language) for language in LANGUAGES))
