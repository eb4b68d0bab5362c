"""A comparison of two sides of the process in words: tables, the map with both sides, and rows for a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from qualityloop.analysis.messages import Message, message
from qualityloop.analysis.problems.wording import column_label, format_number, format_share, format_value
from qualityloop.analysis.process_comparison.model import SHARES
from qualityloop.diagnosis.departures import DEPARTURES
from qualityloop.diagnosis.durations import duration_text
from qualityloop.diagnosis.segments import Sided
from qualityloop.diagnosis.store import Result
from qualityloop.foundation.export import Cell

ARROW = " → "
MEASURES: dict[str, Message] = {
    "took_median": message("From first to last step, median"),
    "took_p90": message("From first to last step, 90 %"),
    "deviating": message("Left the process map"),
    "open": message("Still open"),
    "handed": message("Hand-overs per case"),
    "waiting_median": message("Waiting after it, median"),
    "waiting_p90": message("Waiting after it, 90 %"),
    "handling_median": message("Handling, median"),
    "handling_p90": message("Handling, 90 %"),
    "repeated": message("Cases with it more than once"),
    "reached": message("Cases with it"),
    "passage_median": message("Waiting, median"),
    "passage_p90": message("Waiting, 90 %"),
    "passed": message("Cases that go this way"),
    "departed": message("Share of cases"),
    "handed_over": message("Share of cases"),
    "waiting_share": message("Share of all waiting"),
    "bottleneck": message("Bottleneck"),
}
SECTIONS: tuple[tuple[str, Message, tuple[str, ...]], ...] = (
    ("whole", message("The whole process"), ("took_median", "took_p90", "deviating", "handed", "open")),
    ("waiting", message("Steps: waiting and handling"), ("waiting_median", "waiting_p90", "handling_median",
                                                          "handling_p90")),
    ("steps", message("Steps: how often, how often again"), ("repeated", "reached")),
    ("passages", message("Where cases wait"), ("waiting_share", "passage_median", "passage_p90", "passed")),
    ("departed", message("How cases left the process map"), ("departed",)),
    ("handed", message("Who hands cases to whom"), ("handed_over",)),
)  # fmt: skip
VERDICTS: dict[str, Message] = {
    "better": message("B is better"),
    "worse": message("B is worse"),
    "difference": message("differs"),
    "none": message("no difference to be seen"),
    "too_few": message("too few cases"),
}
TONES = {"better": "met", "worse": "missed", "difference": "warning", "none": "insufficient", "too_few": "insufficient"}
VERDICT_ORDER = ("difference", "none", "too_few")
SHOWN = 8  # lines of a section at once
MAP_EDGES = 150


def verdict_of(row: Mapping[str, Any]) -> str:
    """better, worse, difference, none or too_few."""
    if row["verdict"] != "difference" or row["better"] is None:
        return str(row["verdict"])
    return "better" if row["better"] else "worse"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table; (text, address) of both sides."""

    name: str
    measure: str
    one: tuple[str, str]
    other: tuple[str, str]
    difference: str
    interval: str
    tone: str
    verdict: str
    select: str


class Told:
    """A comparison in the words of one language."""

    def __init__(self, found: Result, sides: tuple[Sided, Sided], language: str) -> None:
        self.found, self.sides, self.language = found, sides, language
        self.rows: list[dict[str, Any]] = found["rows"]
        given = sides[1].given
        self.steps = {step.key: step.name.in_language(language) for step in given.process.steps()} if given else {}

    def say(self, text: Message) -> str:
        """In the language."""
        return text.in_language(self.language)

    def summary(self) -> dict[str, int]:
        """How many comparisons there are, and how many show a difference."""
        judged = [row for row in self.rows if row["q"] is not None]
        return {"judged": len(judged), "different": sum(row["verdict"] == "difference" for row in judged)}

    def tables(self) -> list[tuple[str, str, list[Line], list[Line]]]:
        """Each section that has something to say: lines with a difference first, the others from SHOWN on apart."""
        tables = []
        for key, title, measures in SECTIONS:
            rows = [row for row in self.rows if row["measure"] in measures]
            rows.sort(key=lambda row: VERDICT_ORDER.index(row["verdict"]))
            lines = [self._line(row) for row in rows]
            if key == "whole":
                lines = [*lines, *self._bottleneck()]
            if key == "passages":
                lines = [*self._shares(), *lines]
            if lines:
                most = max(SHOWN, sum(row["verdict"] == "difference" for row in rows))
                tables.append((key, self.say(title), lines[:most], lines[most:]))
        return tables

    def _line(self, row: Mapping[str, Any]) -> Line:
        measure, verdict = row["measure"], verdict_of(row)
        texts = [self._value(measure, row[side]["value"]) for side in ("one", "other")]
        urls = [self._url(side, row) if text != "–" else "" for side, text in zip(self.sides, texts, strict=True)]
        of = row["of"]
        return Line(
            self.name(row), self.say(MEASURES[measure]), (texts[0], urls[0]), (texts[1], urls[1]),
            self._signed(measure, row["difference"]), self._interval(row), TONES[verdict],
            self.say(VERDICTS[verdict]), ARROW.join(of) if measure not in ("departed", "handed", "handed_over") else "",
        )  # fmt: skip

    def name(self, row: Mapping[str, Any]) -> str:
        """What is compared: a step, a passage, a departure, a hand-over; all cases where nothing is named."""
        of, measure = row["of"], row["measure"]
        if measure == "departed":
            return f"{self.steps.get(of[1], of[1])}: {self.say(DEPARTURES[of[0]])}"
        if measure in ("handed", "handed_over"):
            label = column_label(of[0], "ticket_events", self.language)
            return label if measure == "handed" else f"{ARROW.join(of[1:])} ({label})"
        return ARROW.join(of) or self.say(message("All cases"))

    def _value(self, measure: str, value: float | None) -> str:
        if value is None:
            return "–"
        if measure in SHARES:
            return format_value(value, "percent", self.language)
        if measure == "handed":
            return format_number(value, self.language, 2)
        return duration_text(value, self.language)

    def _signed(self, measure: str, value: float | None) -> str:
        if value is None:
            return "–"
        if measure in SHARES:
            text = self.say(message("{points} pp", points=format_number(abs(value) * 100, self.language, 1)))
        else:
            text = self._value(measure, abs(value))
        return ("+" if value > 0 else "−" if value < 0 else "") + text

    def _interval(self, row: Mapping[str, Any]) -> str:
        if row["low"] is None or row["high"] is None:
            return "–"
        return f"{self._signed(row['measure'], row['low'])} … {self._signed(row['measure'], row['high'])}"

    def _url(self, side: Sided, row: Mapping[str, Any]) -> str:
        """The cases of that side that the measure is about; its page of the process for departures from the map."""
        measure, of = row["measure"], row["of"]
        if measure in ("deviating", "departed"):
            return reverse("diagnosis:process") + side.query() + "#kept-title"
        if measure == "handed":
            return reverse("diagnosis:process") + side.query() + "#handed-1"
        kind = "handed" if measure == "handed_over" else "all" if not of else "edge" if len(of) == 2 else "step"
        return reverse("diagnosis:cases") + side.query(of="rework" if measure == "repeated" else kind, a=list(of))

    def _bottleneck(self) -> Iterator[Line]:
        """The passage that costs most of each side's waiting."""
        passages: list[dict[str, Any]] = self.found["passages"]
        if not passages:
            return
        names, cells = [], []
        for place, side in enumerate(self.sides):
            most = max(passages, key=lambda passage: passage["share"][place])
            names.append(most["source"] + ARROW + most["target"])
            share = format_share(most["share"][place], self.language)
            cells.append((f"{names[-1]} {share}", self._edge_url(side, most)))
        said = message("the same") if names[0] == names[1] else message("another")
        yield Line(self.say(message("All cases")), self.say(MEASURES["bottleneck"]), cells[0], cells[1], self.say(said),
                   "–", "", "", "")  # fmt: skip

    def _edge_url(self, side: Sided, passage: Mapping[str, Any]) -> str:
        return reverse("diagnosis:cases") + side.query(of="edge", a=[passage["source"], passage["target"]])

    def _shares(self) -> Iterator[Line]:
        """Where each side's waiting goes; sums of long waits, for which no interval is claimed."""
        for passage in self.found["passages"][:5]:
            name = passage["source"] + ARROW + passage["target"]
            cells = [
                (
                    format_share(passage["share"][i], self.language),
                    self._edge_url(side, passage) if passage["count"][i] else "",
                )
                for i, side in enumerate(self.sides)
            ]
            difference = self._signed("passed", passage["share"][1] - passage["share"][0])
            yield Line(name, self.say(MEASURES["waiting_share"]), cells[0], cells[1], difference, "–", "", "", name)

    def map(self) -> dict[str, Any]:
        """Both sides on one map: passages per 100 cases and median waiting, A → B; what differs is coloured."""
        cases = [max(self.found[side]["cases"], 1) for side in ("one", "other")]

        def both(counts: Sequence[float]) -> str:
            return ARROW.join(
                format_number(100 * count / n, self.language, 0) for count, n in zip(counts, cases, strict=True)
            )

        medians = {tuple(row["of"]): row for row in self.rows if row["measure"] == "passage_median"}
        passed = {tuple(row["of"]): row for row in self.rows if row["measure"] == "passed"}
        marks: dict[str, str] = {}
        for row in self.rows:
            if row["measure"] in ("repeated", "waiting_median", "reached") and row["verdict"] == "difference":
                marks.setdefault(row["of"][0], verdict_of(row))
        edges = []
        for passage in self.found["passages"][:MAP_EDGES]:
            key = (passage["source"], passage["target"])
            lines, mark = [both(passage["count"])], ""
            if (median := medians.get(key)) is not None:
                lines.append(ARROW.join(self._value("passage_median", median[s]["value"]) for s in ("one", "other")))
            for found in (median, passed.get(key)):
                if found is not None and found["verdict"] == "difference":
                    mark = mark or verdict_of(found)
            edges.append({
                "source": key[0], "target": key[1], "count": sum(passage["count"]), "median": None, "lines": lines,
                **({"mark": mark} if mark else {}),
            })  # fmt: skip
        words = {
            "label": message("Process map of both sides: steps and how often one follows another"),
            "starts": message("Cases start here"), "ends": message("Cases end here"), "start": message("Start"),
            "end": message("End"), "filter": message("Frequent paths"), "fit": message("Show the whole map"),
            "zoom_in": message("Zoom in"), "zoom_out": message("Zoom out"), "count": message("Times"),
            "better": VERDICTS["better"], "worse": VERDICTS["worse"], "difference": VERDICTS["difference"],
        }  # fmt: skip
        return {
            "nodes": [
                {
                    "id": step["activity"], "name": step["activity"], "count": sum(step["events"]),
                    "starts": sum(step["starts"]), "ends": sum(step["ends"]), "line": both(step["events"]),
                    **({"mark": marks[step["activity"]]} if step["activity"] in marks else {}),
                }
                for step in self.found["steps"]
            ],
            "edges": edges,
            "words": {name: self.say(text) for name, text in words.items()},
        }  # fmt: skip

    def header(self) -> list[str]:
        """Of the file."""
        sides = [side.name(self.language) for side in self.sides]
        columns = [message("Value"), message("Lower end"), message("Upper end"), message("Cases")]
        return [
            self.say(message("Step or path")), self.say(message("Compared figure")),
            *(f"{letter} {name}: {self.say(column)}" for letter, name in zip("AB", sides, strict=True)
              for column in columns),
            self.say(message("Difference (B − A)")), *(self.say(column) for column in columns[1:3]),
            "q", self.say(message("Result")),
        ]  # fmt: skip

    def exported(self) -> Iterator[list[Cell]]:
        """One row per comparison; shares as shares, durations in seconds."""
        for row in self.rows:
            yield [
                self.name(row), self.say(MEASURES[row["measure"]]),
                *(row[side][part] for side in ("one", "other") for part in ("value", "low", "high", "cases")),
                row["difference"], row["low"], row["high"], row["q"], self.say(VERDICTS[verdict_of(row)]),
            ]  # fmt: skip
