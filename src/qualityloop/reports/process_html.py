"""The process map as one offline page: the map itself, steps, passages, variants, repeats and deviations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qualityloop.analysis.messages import Message, message
from qualityloop.analysis.problems.wording import format_number, format_share
from qualityloop.diagnosis import payloads
from qualityloop.diagnosis.durations import duration_text
from qualityloop.reports.markup import Child, Html, joined, tag
from qualityloop.reports.page import Page, table

SHOWN_PASSAGES = 20
SHOWN_VARIANTS = 20

_DEVIATIONS: dict[str, Message] = {
    "skipped": message("skipped"),
    "not_reached": message("not reached"),
    "out_of_order": message("out of order"),
    "repeated": message("repeated"),
    "unexpected": message("not foreseen"),
}
_LEFT_OUT: dict[str, Message] = {
    "incomplete": message("rows without case, activity or time"),
    "lifecycle": message("rows that only change a state"),
}


def render(process_map: Mapping[str, Any], *, language: str, title: str) -> bytes:
    """One HTML file from the JSON of `qualityloop mine` (docs/PROCESS.md)."""
    page = Page(language)
    page.section("map", message("Process map"), _map(page, process_map), lead=_MAP_LEAD)
    if process_map["bottlenecks"]:
        page.section("waiting", message("Where cases wait"), _passages(page, process_map), lead=_WAITING_LEAD)
    page.section("steps", message("Steps"), _steps(page, process_map))
    page.section("variants", message("Variants"), _variants(page, process_map))
    if process_map["order"]:
        page.section("deviations", message("Deviations from the given order"), _deviations(page, process_map))
    return page.render(
        title=title,
        subtitle=page.say(
            message(
                "{cases} cases · {events} events · {variants} variants",
                cases=_count(process_map["cases"], language),
                events=_count(process_map["events"], language),
                variants=_count(process_map["variant_count"], language),
            )
        ),
        foot=_foot(page, process_map),
    )


_MAP_LEAD = message(
    "Thickness is how often, colour how long cases wait in between (median). "
    "Choose a step or a line to find it in the tables."
)
_WAITING_LEAD = message("The passages that cost the most time in total: number of times × waiting.")


def _count(number: float, language: str) -> str:
    return format_number(number, language, 0)


def _map(page: Page, process_map: Mapping[str, Any]) -> Html:
    chart = page.chart("process", payloads.process(process_map, page.language))
    return tag("div", tag("div", chart, class_="ql-card__body"), class_="ql-card")


def _passages(page: Page, process_map: Mapping[str, Any]) -> Html:
    edges = {(edge["source"], edge["target"]): edge for edge in process_map["edges"]}
    rows = []
    for entry in process_map["bottlenecks"][:SHOWN_PASSAGES]:
        edge = edges[entry["source"], entry["target"]]
        rows.append(
            tag(
                "tr",
                tag("th", f"{entry['source']} → {entry['target']}", scope="row"),
                _right(_count(entry["count"], page.language)),
                _right(duration_text(edge["median_seconds"], page.language)),
                _right(duration_text(edge["p90_seconds"], page.language)),
                _right(duration_text(entry["total_seconds"], page.language)),
                _right(format_share(entry["share"], page.language)),
                data_select=f"{entry['source']} → {entry['target']}",
            )
        )
    return _card_table(
        page,
        message("Where cases wait"),
        [
            message("Passage"),
            message("Times"),
            message("Median waiting"),
            message("90 % wait at most"),
            message("Waiting in total"),
            message("Share of all waiting"),
        ],
        rows,
    )


def _steps(page: Page, process_map: Mapping[str, Any]) -> Html:
    repeats = {entry["activity"]: entry for entry in process_map["rework"]}
    rows = []
    for step in process_map["steps"]:
        rework = repeats.get(step["activity"])
        rows.append(
            tag(
                "tr",
                tag("th", step["activity"], scope="row"),
                _right(_count(step["events"], page.language)),
                _right(_count(step["cases"], page.language)),
                _right(duration_text(step["handling"]["median_seconds"], page.language)),
                _right(duration_text(step["waiting"]["median_seconds"], page.language)),
                _right(duration_text(step["waiting"]["p90_seconds"], page.language)),
                _right(_count(rework["cases"], page.language) if rework else "–"),
                _right(_count(rework["extra"], page.language) if rework else "–"),
                data_select=step["activity"],
            )
        )
    return _card_table(
        page,
        message("Steps"),
        [
            message("Step"),
            message("Times"),
            message("Cases"),
            message("Median handling"),
            message("Median waiting afterwards"),
            message("90 % wait at most"),
            message("Cases with repeats"),
            message("Repeats"),
        ],
        rows,
    )


def _variants(page: Page, process_map: Mapping[str, Any]) -> Html:
    rows, running = [], 0
    for place, variant in enumerate(process_map["variants"][:SHOWN_VARIANTS], start=1):
        running += variant["cases"]
        path = joined([tag("span", step) for step in variant["path"]], " → ")
        rows.append(
            tag(
                "tr",
                _right(place),
                tag("td", path, class_="r-path"),
                _right(_count(variant["cases"], page.language)),
                _right(format_share(variant["cases"] / max(process_map["cases"], 1), page.language)),
                _right(format_share(running / max(process_map["cases"], 1), page.language)),
            )
        )
    headings = [message("No."), message("Path"), message("Cases"), message("Share"), message("Cumulative")]
    return _card_table(page, message("Variants"), headings, rows, left=frozenset({1}))


def _deviations(page: Page, process_map: Mapping[str, Any]) -> Html:
    order = joined([tag("span", step) for step in process_map["order"]], " → ")
    conforming = page.say(
        message(
            "{n} of {cases} cases ({share}) keep to the order.",
            n=_count(process_map["conforming"] or 0, page.language),
            cases=_count(process_map["cases"], page.language),
            share=format_share((process_map["conforming"] or 0) / max(process_map["cases"], 1), page.language),
        )
    )
    rows = [
        tag(
            "tr",
            tag("th", entry["activity"], scope="row"),
            tag("td", page.say(_DEVIATIONS[entry["kind"]])),
            _right(_count(entry["cases"], page.language)),
            _right(format_share(entry["share"], page.language)),
        )
        for entry in process_map["deviations"]
    ]
    headings = [message("Step"), message("Deviation"), message("Cases"), message("Share")]
    found = _card_table(page, message("Deviations from the given order"), headings, rows, left=frozenset({1}))
    return joined([tag("p", order, class_="r-path"), tag("p", conforming, class_="r-lead"), found])


def _card_table(
    page: Page, label: Message, headings: list[Message], rows: list[Html], left: frozenset[int] = frozenset()
) -> Html:
    right = frozenset(range(1, len(headings))) - left
    if 1 in left and headings[0].msgid == "No.":
        right |= {0}
    body = table([page.say(heading) for heading in headings], rows, label=page.say(label), right=right)
    return tag("div", tag("div", body, class_="ql-card__body"), class_="ql-card")


def _right(content: Child) -> Html:
    return tag("td", content, class_="ql-right")


def _foot(page: Page, process_map: Mapping[str, Any]) -> Html | None:
    parts = [
        page.say(
            message("left out: {n} {what}", n=_count(number, page.language), what=_LEFT_OUT[what])
            if what in _LEFT_OUT
            else message("left out: {n} {what}", n=_count(number, page.language), what=what)
        )
        for what, number in process_map["left_out"].items()
        if number
    ]
    parts.append(page.say(message("All durations are clock time.")))
    return joined([tag("p", part) for part in parts])
