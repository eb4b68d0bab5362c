"""流程: how cases really went."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from qualityloop.analysis.messages import Message, Text, message
from qualityloop.analysis.problems.wording import column_label, format_number, format_share, value_label
from qualityloop.analysis.process_map import Map
from qualityloop.diagnosis import payloads, permissions, queries, services
from qualityloop.diagnosis.departures import DEPARTURES
from qualityloop.diagnosis.durations import duration_text
from qualityloop.diagnosis.prescribed import map_given
from qualityloop.diagnosis.segments import FILTERS, SEGMENTS, chosen_of
from qualityloop.diagnosis.store import Result
from qualityloop.diagnosis.views.asked import Asked, asked
from qualityloop.foundation.export import FORMATS, Cell, table_response
from qualityloop.foundation.paging import page_asked
from qualityloop.foundation.permissions import requires

SHOWN = 10  # lines of each table
ARROW = " → "


@dataclass(frozen=True, slots=True)
class Row:
    """A line of one of the tables: names, figures, the share as a bar, what it lights up on the map, its cases."""

    name: str
    cells: tuple[str, ...]
    share: float
    select: str
    url: str
    path: tuple[str, ...] = ()


@requires(permissions.PROCESS)
@require_safe
@asked
def process(ask: Asked) -> HttpResponseBase:
    """The map, its waiting, its variants and its repeats."""
    if "ticket_events" not in ask.lake.datasets:
        return ask.render("process_empty.html")
    chosen, notes = filters(ask)
    where = queries.condition_text(chosen)
    given = map_given(ask.choice, chosen)
    found = services.process(ask.lake, ask.choice, where, given.process if given else None)
    if ask.request.GET.get("format") == "json":
        return JsonResponse({"snapshot": ask.lake.snapshot, **found}, json_dumps_params={"ensure_ascii": False})
    tables = _Tables(ask, found, chosen)
    language = ask.language
    return ask.render(
        "process.html",
        *notes,
        process=payloads.process(found, language) if found["cases"] else None,
        cases=format_number(found["cases"], language, 0),
        events=format_number(found["events"], language, 0),
        variant_count=format_number(found["variant_count"], language, 0),
        waiting=tables.bottlenecks(),
        variants=tables.variants(),
        given=given,
        kept=tables.kept_to(given.process) if given and found["cases"] else None,
        rework=tables.rework(),
        steps=tables.steps(),
        handed=tables.handed(services.handed(ask.lake, ask.choice, where)),
        handled=any(item["handling"]["count"] for item in found["steps"]),
        filters=offered(ask, chosen),
        query=ask.choice.query(**chosen),
        compare_url=reverse("diagnosis:compare") + ask.choice.query(**chosen),
    )


def filters(ask: Asked) -> tuple[dict[str, str], list[Message]]:
    """The filters of the address that the lake can answer."""
    return chosen_of(ask.request.GET, services.filter_values(ask.lake, SEGMENTS))


def offered(ask: Asked, chosen: dict[str, str]) -> list[tuple[str, str, list[tuple[str, str, bool]]]]:
    """Filters to choose from: the usual ones, and whatever is chosen."""
    known = services.filter_values(ask.lake, SEGMENTS)
    return [
        (
            name,
            column_label(name, "tickets", ask.language),
            [(v, value_label(name, v, "tickets", ask.language), chosen.get(name) == v) for v in known[name]],
        )
        for name in dict.fromkeys((*FILTERS, *chosen))
        if known.get(name)
    ]


class _Tables:
    def __init__(self, ask: Asked, found: Result, chosen: dict[str, str]) -> None:
        self.ask, self.found, self.chosen = ask, found, chosen

    def _number(self, number: float) -> str:
        return format_number(number, self.ask.language, 0)

    def _time(self, seconds: float | None) -> str:
        return duration_text(seconds, self.ask.language)

    def _url(self, kind: str, *activities: str) -> str:
        query = self.ask.choice.query(of=kind, a=list(activities), **self.chosen)
        return reverse("diagnosis:cases") + query

    def bottlenecks(self) -> list[Row]:
        """Passages by the waiting that they cost in total."""
        edges = {(e["source"], e["target"]): e for e in self.found["edges"]}
        rows = []
        for item in self.found["bottlenecks"][:SHOWN]:
            source, target = item["source"], item["target"]
            edge = edges[source, target]
            cells = (
                self._number(item["count"]),
                self._time(edge["median_seconds"]),
                self._time(edge["p90_seconds"]),
                format_share(item["share"], self.ask.language),
            )
            name = source + ARROW + target
            rows.append(Row(name, cells, item["share"], name, self._url("edge", source, target)))
        return rows

    def handed(self, found: Result) -> list[tuple[str, list[Row]]]:
        """Hand-overs between teams, then between people: times, share of all of them, cases, waiting on average."""
        tables = []
        for by, items in found.items():
            total = sum(item["count"] for item in items) or 1
            rows = []
            for item in items[:SHOWN]:
                share = item["count"] / total
                cells = (
                    self._number(item["count"]),
                    format_share(share, self.ask.language),
                    self._number(item["cases"]),
                    self._time(item["mean_seconds"]),
                )
                url = self._url("handed", by, item["source"], item["target"])
                rows.append(Row(item["source"] + ARROW + item["target"], cells, share, "", url))
            if rows:
                tables.append((column_label(by, "ticket_events", self.ask.language), rows))
        return tables

    def variants(self) -> list[Row]:
        """The most frequent ways through."""
        total = self.found["cases"] or 1
        rows = []
        for item in self.found["variants"][:SHOWN]:
            share = item["cases"] / total
            cells = (self._number(item["cases"]), format_share(share, self.ask.language))
            url = self._url("variant", *item["path"])
            rows.append(Row("", cells, share, "", url, tuple(item["path"])))
        return rows

    def kept_to(self, given: Map) -> dict[str, Any]:
        """How far cases kept to the map: the rate, and each kind of departure with the ways behind it."""
        found, language = self.found["conformance"], self.ask.language
        cases = found["cases"] or 1
        names = {step.key: step.name.in_language(language) for step in given.steps()}
        departures = [
            {
                "kind": DEPARTURES[item["kind"]].in_language(language),
                "name": names.get(item["step"], item["step"]),
                "cases": self._number(item["cases"]),
                "share": format_share(item["share"], language),
                "ways": [(path, self._number(count), self._url("variant", *path)) for path, count in item["variants"]],
            }
            for item in found["departures"][:SHOWN]
        ]
        return {
            "rate": format_share(1 - found["conforming"] / cases, language),
            "deviating": self._number(found["cases"] - found["conforming"]),
            "unfinished": self._number(found["unfinished"]),
            "departures": departures,
            "name": given.name.in_language(language),
        }

    def rework(self) -> list[Row]:
        """Steps that had to be done again."""
        total = self.found["cases"] or 1
        rows = []
        for item in self.found["rework"][:SHOWN]:
            share = item["cases"] / total
            cells = (
                self._number(item["cases"]),
                format_share(share, self.ask.language),
                self._number(item["extra"]),
            )
            name = item["activity"]
            rows.append(Row(name, cells, share, name, self._url("rework", name)))
        return rows

    def steps(self) -> list[Row]:
        """Every step with its handling, where the log measures it, and the waiting after it."""
        handled = any(item["handling"]["count"] for item in self.found["steps"])
        rows = []
        for item in self.found["steps"]:
            waiting, handling = item["waiting"], item["handling"]
            cells = (
                self._number(item["events"]),
                self._number(item["cases"]),
                *([self._time(handling["median_seconds"])] if handled else []),
                self._time(waiting["median_seconds"]),
                self._time(waiting["p90_seconds"]),
            )
            name = item["activity"]
            rows.append(Row(name, cells, 0.0, name, self._url("step", name)))
        return rows


EDGE_HEADER = (Text("工单号", "Ticket"), Text("离开时间", "Left at"), Text("等待", "Waiting"))
CASE_HEADER = (
    Text("工单号", "Ticket"),
    Text("开始", "Started"),
    Text("结束", "Ended"),
    Text("历时", "Took"),
    Text("环节数", "Steps"),
    Text("经过", "Way"),
)
SECONDS = Text("（秒）", " (seconds)")


@requires(permissions.PROCESS)
@require_safe
@asked
def cases(ask: Asked) -> HttpResponseBase:
    """Cases behind an edge, a variant, a step or a repeat."""
    asked_for = ask.request.GET
    kind, activities = asked_for.get("of", ""), tuple(asked_for.getlist("a"))
    subject = queries.subject(kind, activities)
    if subject is None or "ticket_events" not in ask.lake.datasets:
        raise Http404
    chosen, notes = filters(ask)
    header = [ask.speaker.say(text) for text in (EDGE_HEADER if kind == "edge" else CASE_HEADER)]
    where = queries.condition_text(chosen)
    form = asked_for.get("format", "")
    if form in FORMATS:
        header[-1 if kind == "edge" else 3] += ask.speaker.say(SECONDS)
        found = queries.cases(ask.lake, ask.choice, subject, where)
        return table_response(f"cases-{kind}-{ask.choice.period}", form, header, _exported(found))
    page = page_asked(asked_for)
    found = queries.cases(ask.lake, ask.choice, subject, where, limit=page.size + 1, offset=page.offset)
    rows = list(_worded(found, ask.language))
    query = ask.choice.query(of=kind, a=list(activities), **chosen)
    return ask.render(
        "cases.html",
        *notes,
        title=_title(ask, kind, activities),
        header=header,
        rows=rows[: page.size],
        page=page.among(more=len(rows) > page.size),
        query=query,
        process_url=reverse("diagnosis:process") + ask.choice.query(**chosen),
    )


def _title(ask: Asked, kind: str, activities: tuple[str, ...]) -> str:
    if kind == "all":
        return ask.speaker.say(message("Cases"))
    titles = {
        "handed": message("Cases handed from “{first}” to “{last}”", first=activities[min(1, len(activities) - 1)],
                          last=activities[-1]),
        "edge": message("From “{first}” straight to “{last}”", first=activities[0], last=activities[-1]),
        "variant": message("Cases that went exactly this way: {path}", path=ARROW.join(activities)),
        "rework": message("Cases with “{first}” more than once", first=activities[0]),
        "step": message("Cases with “{first}”", first=activities[0]),
        "start": message("Cases that start with “{first}”", first=activities[0]),
        "end": message("Cases that end with “{first}”", first=activities[0]),
    }  # fmt: skip
    return ask.speaker.say(titles[kind])


def _exported(found: Iterator[dict[str, Any]]) -> Iterator[list[Cell]]:
    for row in found:
        yield [ARROW.join(value) if isinstance(value, list) else value for value in row.values()]


def _worded(found: Iterator[dict[str, Any]], language: str) -> Iterator[list[str]]:
    for row in found:
        cells = []
        for name, value in row.items():
            if name.endswith("_seconds"):
                cells.append(duration_text(value, language))
            elif isinstance(value, list):
                cells.append(ARROW.join(value))
            elif hasattr(value, "strftime"):
                cells.append(value.strftime("%Y-%m-%d %H:%M"))
            else:
                cells.append(str(value))
        yield cells
