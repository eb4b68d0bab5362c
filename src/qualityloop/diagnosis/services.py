"""Computing what pages show, once per snapshot, standard and question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, cast

from django.conf import settings

from qualityloop.analysis.diagnose import diagnose
from qualityloop.analysis.engine import Engine, open_engine
from qualityloop.analysis.indicators.evaluate import evaluate
from qualityloop.analysis.indicators.evaluate.periods import last_day
from qualityloop.analysis.indicators.values import Grouping, Value
from qualityloop.analysis.lake import Lake
from qualityloop.analysis.problems.causes import counted_causes
from qualityloop.analysis.process import mine
from qualityloop.analysis.process.handovers import By, handovers
from qualityloop.analysis.process_comparison import Question, compare
from qualityloop.analysis.process_map import Map, conformance
from qualityloop.diagnosis import queries
from qualityloop.diagnosis.choices import Choice, choose
from qualityloop.diagnosis.codec import plain
from qualityloop.diagnosis.courses import courses
from qualityloop.diagnosis.prescribed import map_given
from qualityloop.diagnosis.segments import Sided
from qualityloop.diagnosis.store import Result, kept, standard_hash
from qualityloop.diagnosis.waiting import report
from qualityloop.foundation.lake import cache_path, current_lake

MEMORY_LIMIT = "2GB"
HANDED_BY: tuple[By, ...] = ("team", "actor")
VARIANTS = 50  # kept of a process


def overview(lake: Lake, choice: Choice) -> Result:
    """Values of everything in the trend's periods, problems of the newest one, complaints by cause."""
    return _kept(lake, choice, "overview", {}, lambda: _overview(lake, choice))


def _overview(lake: Lake, choice: Choice) -> Result:
    with open_engine(memory_limit=MEMORY_LIMIT) as engine:
        found = diagnose(
            lake,
            choice.standard,
            engine=engine,
            start=choice.window_start,
            end=choice.end,
            grain=choice.grain,
            cache=cache_path() / "values",
            progress=report,
        )
        own = [value for value in found.values.values if value.group == ()]
        shown = _by_version(lake, choice, own, key=None, grouping=(), engine=engine)
    counted = counted_causes(value for value in found.causes if value.period == choice.period)
    return {
        "values": [plain(value) for value in shown],
        "problems": [plain(problem) for problem in found.problems],
        "not_computed": [plain(item) for item in found.not_computed],
        "causes": list(counted.items()),
    }


def values(lake: Lake, choice: Choice, key: str | None, grouping: Grouping) -> Result:
    """Values over the trend's periods: of all indicators, or of `key` by `grouping` (and of everything)."""
    question = {"key": key, "grouping": grouping}
    return _kept(lake, choice, "values", question, lambda: _values(lake, choice, key, grouping))


def _values(lake: Lake, choice: Choice, key: str | None, grouping: Grouping) -> Result:
    with open_engine(memory_limit=MEMORY_LIMIT) as engine:
        found = evaluate(
            lake,
            choice.standard,
            engine=engine,
            start=choice.window_start,
            end=choice.end,
            grain=choice.grain,
            groupings=[grouping] if grouping else [()],
            indicators=[key] if key else None,
            cache=cache_path() / "values",
            progress=report,
        )
        shown = _by_version(lake, choice, found.values, key=key, grouping=grouping, engine=engine)
    return {
        "values": [plain(value) for value in shown],
        "not_computed": [plain(item) for item in found.not_computed],
    }


def _by_version(
    lake: Lake, choice: Choice, newest: Sequence[Value], *, key: str | None, grouping: Grouping, engine: Engine
) -> list[Value]:
    """Values judged by the version of their time, of the indicators that the chosen period's version has."""
    runs = choice.runs()
    if len(runs) <= 1:
        return list(newest)
    wanted = {key} if key else {indicator.key for indicator in choice.standard.indicators}
    found = [value for value in newest if value.period >= runs[-1][1]]
    for edition, first, last in runs[:-1]:
        keys = [i.key for i in edition.standard.indicators if i.key in wanted]
        older = evaluate(
            lake,
            edition.standard,
            engine=engine,
            start=first,
            end=last_day(last, choice.grain),
            grain=choice.grain,
            groupings=[grouping],
            indicators=keys,
            cache=cache_path() / "values",
        )
        found += [value for value in older.values if first <= value.period <= last]
    return sorted(found, key=lambda value: value.period)


def filter_values(lake: Lake, columns: tuple[str, ...]) -> Result:
    """Values of columns of tickets that cases may be chosen by, the most frequent first."""
    question = {"page": "filter values", "columns": columns}
    return kept(cache_path() / "pages", lake.snapshot, question, lambda: queries.distinct(lake, "tickets", columns))


def process(lake: Lake, choice: Choice, where: str | None, given: Map | None = None) -> Result:
    """How the cases went that began in the period and whose ticket meets `where`; how far they kept to the map `given`.

    The answer has `conformance` where a map is given.
    """
    question = {"where": where, "map": plain(given) if given else None}
    return _kept(lake, choice, "process", question, lambda: _process(lake, choice, where, given))


def _process(lake: Lake, choice: Choice, where: str | None, given: Map | None) -> Result:
    condition = queries.condition(where)
    with open_engine(memory_limit=MEMORY_LIMIT) as engine:
        found = mine(
            lake,
            engine=engine,
            start=choice.period,
            end=choice.end,
            where=condition,
            variants=None if given else VARIANTS,
            progress=report,
        )
    if given is None:
        return found.to_json()
    kept_to = conformance(given, ((variant.path, variant.cases) for variant in found.variants))
    shown = replace(found, variants=found.variants[:VARIANTS])
    return {**shown.to_json(), "conformance": plain(kept_to)}


def handed(lake: Lake, choice: Choice, where: str | None) -> Result:
    """Who handed the cases of `process` to whom: between teams and between people, where the log says who did what."""

    def count() -> Result:
        known = lake.datasets["ticket_events"].columns
        condition = queries.condition(where)
        with open_engine(memory_limit=MEMORY_LIMIT) as engine:
            return {
                by: [
                    one.to_json()
                    for one in handovers(
                        lake, engine=engine, by=by, start=choice.period, end=choice.end, where=condition
                    )
                ]
                for by in HANDED_BY
                if by in known
            }

    return _kept(lake, choice, "handed", {"where": where}, count)


def compared(lake: Lake, one: Sided, other: Sided) -> Result:
    """Two sides of the process beside each other; see `analysis.process_comparison`."""

    def count() -> Result:
        with open_engine(memory_limit=MEMORY_LIMIT) as engine:
            return cast(Result, plain(compare(lake, *(_asked(side) for side in (one, other)), engine=engine,
                                              progress=report)))  # fmt: skip

    sides = [
        {
            "period": side.choice.period, "end": side.choice.end, "where": dict(side.chosen),
            "map": plain(side.given.process) if side.given else None,
        }
        for side in (one, other)
    ]  # fmt: skip
    return _kept(lake, other.choice, "compared", {"sides": sides}, count)


def _asked(side: Sided) -> Question:
    where = queries.condition(queries.condition_text(side.chosen))
    return Question(side.choice.period, side.choice.end, where, side.given.process if side.given else None)


def _kept(lake: Lake, choice: Choice, page: str, question: dict[str, Any], compute: Callable[[], Result]) -> Result:
    asked = {
        "page": page,
        "standard": standard_hash(choice.standard),
        "versions": [(standard_hash(edition.standard), first.isoformat()) for edition, first, _ in choice.runs()],
        "grain": choice.grain,
        "period": choice.period.isoformat(),
        **question,
    }
    return kept(cache_path() / "pages", lake.snapshot, asked, compute)


def lake_refreshed(sender: object, **more: object) -> None:
    """Called when the lake shows other rows than before."""
    refresh()


def refresh() -> None:
    """Compute what the first pages show, so that nobody waits for it. Does nothing without a lake."""
    lake = current_lake()
    if lake is None:
        return
    choice = choose({}, lake, courses(settings.QUALITYLOOP_HOME), settings.QUALITYLOOP_STANDARD)
    if choice is None:
        return
    overview(lake, choice)
    values(lake, choice, None, ())
    if "ticket_events" in lake.datasets:
        given = map_given(choice, {})
        process(lake, choice, None, given.process if given else None)
        handed(lake, choice, None)
