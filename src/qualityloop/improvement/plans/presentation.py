"""Plans and tasks as pages show them: colours, words, positions in drawings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from qualityloop.analysis.indicators.standard import Unit
from qualityloop.analysis.problems.wording import format_value
from qualityloop.foundation.notices.transports import TRANSPORTS
from qualityloop.foundation.panels import Tone
from qualityloop.improvement.evidence.indicators import indicators
from qualityloop.improvement.plans.models import CheckState, Measure, MeasureState, Plan, PlanState, Task, TaskState

PLAN_TONES: dict[str, Tone] = {
    PlanState.DRAFT: "insufficient", PlanState.SUBMITTED: "warning", PlanState.APPROVED: "warning",
    PlanState.EXECUTING: "met", PlanState.DONE: "met", PlanState.REPLACED: "insufficient",
}  # fmt: skip
TASK_TONES: dict[str, Tone] = {
    TaskState.TODO: "insufficient", TaskState.DOING: "warning", TaskState.CHECK: "warning", TaskState.DONE: "met",
}  # fmt: skip
CHECK_TONES: dict[str, Tone] = {
    CheckState.PLANNED: "insufficient", CheckState.DRAWN: "warning", CheckState.PASSED: "met",
    CheckState.FAILED: "missed",
}  # fmt: skip


def mirrors_of(task: Task) -> list[dict[str, Any]]:
    """Where a message about a task has arrived, in words."""
    return [
        {**one, "by": TRANSPORTS[one["by"]].label if one["by"] in TRANSPORTS else one["by"],
         "at": datetime.fromisoformat(one["at"])}
        for one in task.sent
    ]  # fmt: skip


def _amount(amount: float, unit: str) -> str:
    if unit == "percent":
        return _("{n} percentage points").format(n=f"{amount * 100:g}")
    return format_value(amount, cast(Unit, unit), get_language() or "zh") if unit else f"{amount:g}"


def prediction_words(measure: Measure) -> str:
    """What is predicted of a measure, in one sentence; nothing where nothing is."""
    if not measure.indicator or measure.amount is None or not measure.direction:
        return ""
    known = indicators().get(measure.indicator)
    name = known.name.in_language(get_language() or "zh") if known else measure.indicator
    amount = _amount(measure.amount, known.unit if known else "")
    of = _(", ").join(value for _column, value in measure.group)
    group = _(" ({group})").format(group=of) if of else ""
    text = _("{name}{group} rises by {amount}") if measure.direction == "up" else _("{name}{group} falls by {amount}")
    said = text.format(name=name, group=group, amount=amount)
    if measure.effect_until:
        said = _("{said} until {day}").format(said=said, day=f"{measure.effect_until:%Y-%m-%d}")
    return said


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of the Gantt view, in units of the drawing."""

    label: str
    who: str
    x: float
    width: float
    y: int
    kind: str  # waiting, running, done, dropped, todo, doing, check, late
    words: str
    url: str
    is_measure: bool


@dataclass(frozen=True, slots=True)
class Gantt:
    """The drawing: bars, weeks as (x, label), today's x, and its size."""

    bars: list[Bar]
    weeks: list[tuple[float, str]]
    today: float | None
    width: int
    height: int


LEFT, RIGHT, ROW, TOP, ACROSS = 230, 10, 26, 28, 1100


def gantt_of(measures: Sequence[Measure], tasks: Sequence[Any], today: date) -> Gantt | None:
    """Measures with their tasks below them, from the first day to the last; None where nothing has a day."""
    rows: list[tuple[Any, date, date, bool]] = []
    for one in measures:
        if one.starts_on and one.due_on:
            rows.append((one, one.starts_on, one.due_on, True))
        rows += [(t, t.starts_on or t.due_on, t.due_on, False) for t in tasks if t.measure_id == one.pk]
    if not rows:
        return None
    first = min(row[1] for row in rows)
    first -= timedelta(days=first.weekday())
    last = max(row[2] for row in rows) + timedelta(days=1)
    days = max((last - first).days, 7)
    unit = (ACROSS - LEFT - RIGHT) / days
    bars = [_bar(row, n, first, unit, today) for n, row in enumerate(rows)]
    step = max(1, round(days / 7 / 14))
    marks = range(0, days, 7 * step)
    weeks = [(round(LEFT + n * unit, 1), f"{first + timedelta(days=n):%m-%d}") for n in marks]
    now = round(LEFT + (today - first).days * unit, 1) if first <= today < last else None
    return Gantt(bars, weeks, now, ACROSS, TOP + ROW * len(rows) + 8)


def _bar(row: tuple[Any, date, date, bool], n: int, first: date, unit: float, today: date) -> Bar:
    one, start, end, is_measure = row
    done = one.state in {MeasureState.DONE, MeasureState.DROPPED, TaskState.DONE}
    late = not done and end < today
    words = f"{one.get_state_display()} · {start:%Y-%m-%d} – {end:%Y-%m-%d}"
    page = ("improvement_plans:plan", one.plan_id) if is_measure else ("improvement_plans:task", one.pk)
    return Bar(
        label=one.title, who=str(one.owner) if one.owner else "", x=round(LEFT + (start - first).days * unit, 1),
        width=round(max(((end - start).days + 1) * unit, 3), 1), y=TOP + n * ROW, kind="late" if late else one.state,
        words=pgettext("task", "late") + " · " + words if late else words, url=reverse(page[0], args=[page[1]]),
        is_measure=is_measure,
    )  # fmt: skip


def curve_points(checkpoint: Any) -> tuple[list[tuple[float, float]], str] | None:
    """The operating curve of a drawn sample: shares of bad items with the probability of acceptance, and SVG points."""
    if checkpoint.size is None or checkpoint.accept is None or not checkpoint.lot:
        return None
    from qualityloop.analysis.acceptance import SamplingPlan, operating_curve

    lot = len(checkpoint.lot)
    plan = SamplingPlan(checkpoint.size, checkpoint.accept, lot)
    counts = sorted({round(lot * n / 60) for n in range(61)})
    curve = operating_curve(plan, [n / lot for n in counts])
    points = [(n / lot, float(p)) for n, p in zip(counts, curve, strict=True)]
    svg = " ".join(f"{40 + share * 440:.1f},{20 + (1 - p) * 160:.1f}" for share, p in points)
    return points, svg


def compared(old: Plan, new: Plan) -> list[dict[str, Any]]:
    """Two versions side by side: measures that are new, gone or changed, each with the columns that differ."""
    from qualityloop.standards.versions.comparing import compare
    from qualityloop.standards.versions.kinds import Section

    fields = {field.attname: str(field.verbose_name) for field in Measure._meta.concrete_fields}
    names = ("action", "cause", "owner_id", "starts_on", "due_on", "resources", "gaps", "contingency", "indicator",
             "direction", "amount", "effect_until", "method")  # fmt: skip

    def section(plan: Plan) -> Section:
        rows = {}
        for one in Measure.objects.filter(plan=plan).select_related("owner"):
            said = {name: "" if (value := getattr(one, name)) is None else str(value) for name in names}
            said["owner_id"] = str(one.owner) if one.owner else ""
            rows[one.title] = (one.title, said)
        return Section("measures", _("Measures"), {name: fields[name] for name in names}, rows)

    return [
        {"name": row.name, "what": row.what, "cells": row.cells}
        for change in compare([section(old)], [section(new)])
        for row in change.rows
    ]
