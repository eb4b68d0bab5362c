"""The kind of document 流程图, with the RACI matrix of its steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from qualityloop.analysis.process_map import END, Map, Step, map_svg, read_map
from qualityloop.analysis.process_map.drawing import duration_text
from qualityloop.standards.outline.editor import faults_of
from qualityloop.standards.score_sheets.kind import name_of
from qualityloop.standards.versions.kinds import Fault, Kind, Section, register_kind
from qualityloop.standards.versions.models import Content, Version


def check(content: Content) -> Sequence[Fault]:
    """Everything that is wrong with a map."""
    return faults_of(read_map, content)


def sections(content: Content) -> Sequence[Section]:
    """Head, roles, stages and steps, to be compared."""
    language = get_language() or "zh"
    process, _faults = read_map(content)
    called = {"name": pgettext("of a thing", "Name")}
    head = {"name": process.name.in_language(language), "scope": str(process.scope)}
    steps = {step.key: (step.name.in_language(language), _cells(process, step, language)) for step in process.steps()}
    return (
        Section("map", _("Process map"), {**called, "scope": _("Meant for")}, {"map": (head["name"], head)}),
        Section("roles", _("Roles"), called, {r.key: _named(r.name.in_language(language)) for r in process.roles}),
        Section("stages", _("Stages"), called, {s.key: _named(s.name.in_language(language)) for s in process.stages}),
        Section(
            "steps",
            pgettext("of a process map", "Steps"),
            {
                **called, "stage": _("Stage"), "control": _("Control point"), "input": _("Input"),
                "output": _("Output"), "executor": _("Executor"), "duration": _("Expected time"), "raci": "RACI",
                "next": _("Leads to"), "activities": _("Names in the event log"), "marks": _("Marks"),
            },
            steps,
        ),
    )  # fmt: skip


def _named(name: str) -> tuple[str, dict[str, str]]:
    return name, {"name": name}


def _cells(process: Map, step: Step, language: str) -> dict[str, str]:
    stage = next(s for s in process.stages if step in s.steps)
    return {
        "name": step.name.in_language(language),
        "stage": stage.name.in_language(language),
        "control": step.control.in_language(language),
        "input": step.input.in_language(language),
        "output": step.output.in_language(language),
        "executor": process.role_name(step.executor).in_language(language) if step.executor else "",
        "duration": duration_text(step, language),
        "raci": "; ".join(f"{process.role_name(r).in_language(language)} {duty}" for r, duty in step.raci),
        "next": "; ".join(_way(process, way.to, way.when.in_language(language), language) for way in step.ways),
        "activities": ", ".join(step.activities),
        "marks": ", ".join(_marks(step)),
    }


def _way(process: Map, to: str, when: str, language: str) -> str:
    try:
        name = _("End") if to == END else process.step(to).name.in_language(language)
    except KeyError:
        name = to
    return f"{name} ({when})" if when else name


def _marks(step: Step) -> list[str]:
    marks = ((step.optional, _("optional")), (step.repeatable, _("repeatable")), (step.redundant, _("redundant")))
    return [words for holds, words in marks if holds]


def shown(_request: HttpRequest, version: Version) -> dict[str, Any]:
    """The map of a version: drawn, as a matrix of duties, and step by step."""
    process, faults = read_map(version.content)
    return laid_out(process, get_language() or "zh", drawn=not faults)


def laid_out(process: Map, language: str, *, drawn: bool = True) -> dict[str, Any]:
    """A map as pages and printed documents show it; drawn only where it is whole."""
    number = 0
    stages = []
    for stage in process.stages:
        rows = []
        for step in stage.steps:
            number += 1
            duties = dict(step.raci)
            rows.append(
                {
                    **_cells(process, step, language),
                    "key": step.key,
                    "number": number,
                    "redundant": step.redundant,
                    "optional": step.optional,
                    "reason": step.redundant_reason.in_language(language),
                    "duties": [(role.name.in_language(language), duties.get(role.key, "")) for role in process.roles],
                }
            )
        stages.append(
            {
                "name": stage.name.in_language(language), "purpose": stage.purpose.in_language(language), "steps": rows,
            }
        )  # fmt: skip
    pictures = (map_svg(process, language), map_svg(process, language, narrow=True)) if drawn else ("", "")
    return {
        "process": process,
        "name": process.name.in_language(language),
        "note": process.note.in_language(language),
        "scope": str(process.scope),
        "roles": [role.name.in_language(language) for role in process.roles],
        "stages": stages,
        "wide": mark_safe(pictures[0]),  # noqa: S308 (every text in it is escaped by the drawing)
        "narrow": mark_safe(pictures[1]),  # noqa: S308
    }


MAPS = register_kind(
    Kind(
        key="process_maps",
        label=gettext_lazy("Process map"),
        plural=gettext_lazy("Process maps"),
        icon="sitemap",
        note=gettext_lazy(
            "How a case should go: stages and steps with control points, expected times and duties (RACI)."
        ),
        check=check,
        sections=sections,
        name=name_of,
        template="standards/process_maps/content.html",
        editor="standards:process_maps_edit",
        new="standards:process_maps_new",
        context=shown,
        export="standards:process_maps_export",
    )
)
