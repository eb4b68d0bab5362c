"""质量总览: how good the service is, and what to do first."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpResponseBase, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from qualityloop.analysis.indicators.standard import Indicator
from qualityloop.analysis.indicators.values import Value
from qualityloop.analysis.messages import Message, Text, message
from qualityloop.analysis.problems.pareto import pareto
from qualityloop.analysis.problems.problem import Problem
from qualityloop.analysis.problems.wording import format_share
from qualityloop.diagnosis import payloads, permissions, services
from qualityloop.diagnosis.choices import query_string
from qualityloop.diagnosis.codec import to_not_computed, to_problem, to_value
from qualityloop.diagnosis.offers import offers_for
from qualityloop.diagnosis.presentation import Card, ProblemShown, series_by_key, worst_first
from qualityloop.diagnosis.store import Result
from qualityloop.diagnosis.views.asked import Asked, asked
from qualityloop.foundation.permissions import requires

CARDS = 6
CAUSES = 8  # bars of the Pareto; the rest is one bar
OTHER = Text("其他", "Other")


@requires(permissions.OVERVIEW)
@require_safe
@asked
def overview(ask: Asked) -> HttpResponseBase:
    """The first page of the day."""
    found = services.overview(ask.lake, ask.choice)
    if ask.request.GET.get("format") == "json":
        return _json(ask, found)
    standard, speaker = ask.choice.standard, ask.speaker
    series = series_by_key([to_value(item) for item in found["values"]])
    latest = {key: v for key, values in series.items() for v in values if v.period == ask.choice.period}
    problems = [to_problem(item) for item in found["problems"]]
    top = [_problem(ask, p) for p in problems[: standard.problem_target]]
    headline, notes = _headline(ask, series, problems)
    names = {i.key: speaker.say(i.name) for i in standard.indicators}
    missing = [to_not_computed(item) for item in found["not_computed"]]
    return ask.render(
        "overview.html",
        *notes,
        summary=speaker.summary(latest),
        ring=speaker.ring(standard, latest),
        met=sum(v.status == "met" for v in latest.values()),
        rated=sum(v.status is not None for v in latest.values()),
        cards=_cards(ask, series),
        problems=top,
        more_problems=[_problem(ask, p) for p in problems[standard.problem_target : standard.problem_target + 7]],
        headline=headline,
        headline_name=names[headline.key] if headline else "",
        headline_goal=speaker.goal(headline) if headline else "",
        headline_signals=_signals(series.get(headline.key, [])) if headline else 0,
        headline_url=speaker.indicator_url(headline.key) if headline else "",
        trend=_trend(ask, headline, series[headline.key]) if headline else None,
        offered=[(key, names[key]) for key in series if key in names],
        not_computed=[(names.get(item.key, item.key), speaker.say(item.reason)) for item in missing],
        **_causes(ask, found["causes"]),
    )


def _cards(ask: Asked, series: dict[str, list[Value]]) -> list[Card]:
    """The standard's headline indicators, filled up with the worst of the others."""
    standard, speaker = ask.choice.standard, ask.speaker
    cards = {i.key: speaker.card(i, series.get(i.key, [])) for i in standard.indicators}
    chosen = [card for key in standard.headline if (card := cards.get(key))]
    others = [c for key, c in cards.items() if c and key not in standard.headline and c.shown.value.status]
    return [*chosen, *worst_first(others)][:CARDS]


def _headline(
    ask: Asked, series: dict[str, list[Value]], problems: list[Problem]
) -> tuple[Indicator | None, list[Message]]:
    """The indicator whose trend is shown: the one asked for, else that of the first problem, else the first."""
    wanted = ask.request.GET.get("indicator", "")
    keys = [wanted, *(p.indicator for p in problems), *ask.choice.standard.headline, *series]
    key = next((key for key in keys if key in series), None)
    notes = []
    if wanted and wanted != key:
        notes.append(message("There is no “{text}” to choose; the usual choice is shown.", text=wanted[:40]))
    return (ask.choice.standard.indicator(key) if key else None), notes


def _problem(ask: Asked, problem: Problem) -> ProblemShown:
    """A problem, with what may be done about it."""
    shown = ask.speaker.problem(problem)
    if shown.hidden:
        return shown
    return replace(shown, offers=offers_for(ask.request, ask.choice, problem.indicator, problem.group))


def _trend(ask: Asked, headline: Indicator, values: list[Value]) -> payloads.Payload:
    return payloads.trend(headline, values, ask.choice.grain, ask.language, standards=ask.standards_of(values))


def _signals(values: list[Value]) -> int:
    return sum(bool(value.signal) for value in values)


def _causes(ask: Asked, counted: list[list[object]]) -> dict[str, object]:
    """The Pareto of complaints by category, each bar leading to its complaints."""
    if not counted:
        return {"pareto": None}
    blank = Text("未填写", "Not filled in")
    items = [(ask.speaker.say(blank) if name is None else str(name), float(str(count))) for name, count in counted]
    bars = pareto(items)
    shown = [(bar.name, bar.count, _complaints_url(ask, bar.name, counted)) for bar in bars[:CAUSES]]
    if rest := sum(bar.count for bar in bars[CAUSES:]):
        shown.append((ask.speaker.say(OTHER), rest, None))
    vital = [bar for bar in bars if bar.vital]
    note = message(
        "{count} of {all} causes make up {share}",
        count=len(vital),
        all=len(bars),
        share=format_share(vital[-1].cumulative, ask.language),
    )
    label = ask.speaker.say(message("Complaints by category in {period}", period=ask.context()["period_name"]))
    return {"pareto": payloads.pareto(shown, label, ask.language), "pareto_note": ask.speaker.say(note), "causes": bars}


def _complaints_url(ask: Asked, name: str, counted: list[list[object]]) -> str | None:
    """The complaints of one category: rows of the standard's indicator that counts them all."""
    found = next(
        (
            i
            for i in ask.choice.standard.indicators
            if i.dataset == "complaints" and not i.where and i.kind == "complaint"
        ),
        None,
    )
    if found is None or not ask.sees_rows:
        return None
    known = any(name == item[0] for item in counted)
    query = query_string(
        standard=ask.choice.standard.key,
        version=ask.choice.version_of(ask.choice.period),
        **{"from": max(ask.choice.period, ask.choice.first).isoformat()},
        to=ask.choice.end.isoformat(),
        g=f"category:{name}" if known else "category",
    )
    return reverse("diagnosis:rows", args=[found.key]) + query


def _json(ask: Asked, found: Result) -> HttpResponseBase:
    standard = ask.choice.standard
    problems = found["problems"]
    if not ask.sees_rows:  # sentences and drivers may name persons
        problems = [{**p, "sentence": None, "drivers": []} for p in problems]
    body = {
        "snapshot": ask.lake.snapshot,
        "standard": {"key": standard.key, "version": standard.version},
        "versions": [{"version": e.standard.version, "from": first.isoformat()} for e, first, _ in ask.choice.runs()],
        "grain": ask.choice.grain,
        "period": ask.choice.period.isoformat(),
        **found,
        "problems": problems,
    }
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})
