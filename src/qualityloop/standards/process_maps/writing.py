"""How a process map is written, drawn while it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.messages import AnalysisError, Text
from qualityloop.analysis.process_map import (
    END,
    Map,
    map_data,
    map_svg,
    map_to_yaml,
    read_map,
    shipped_map,
    shipped_maps,
)
from qualityloop.standards.outline.binding import Roles
from qualityloop.standards.outline.editor import Editor, Writing
from qualityloop.standards.outline.schema import Field, Group, Listed
from qualityloop.standards.process_maps.kind import MAPS
from qualityloop.standards.versions.models import Content

NAME = pgettext_lazy("of a thing", "Name")
DUTIES = (
    ("R", _("R responsible")), ("A", _("A accountable")), ("A/R", _("A/R both")), ("C", _("C consulted")),
    ("I", _("I informed")),
)  # fmt: skip
STEP_LIST, ROLE_LIST = "steps-of-the-map", "roles-of-the-map"  # suggestions that the panel renews

ROLE = Group((Field("name", NAME, "both", 8), Field("key", _("Key"), "text", 4)))
WAY = Group(
    (Field("to", _("Leads to"), "text", 4, datalist=STEP_LIST), Field("when", _("In which case"), "both", 8)),
)
STEP = Group(
    (
        Field("name", NAME, "both", 8),
        Field("key", _("Key"), "text", 4),
        Field("control", _("Control point"), "both_area", 12),
        Field("input", _("Input"), "both", 6),
        Field("output", _("Output"), "both", 6),
        Field("executor", _("Executor"), "text", 3, datalist=ROLE_LIST, hint=_("key of a role")),
        Field("duration", _("Expected time"), "text", 3, hint=_("15 min, 4 h, 2 d")),
        Field("working_time", _("of working time"), "flag", 2),
        Field("optional", _("optional"), "flag", 2),
        Field("repeatable", _("repeatable"), "flag", 2),
        Field("raci", "RACI", "raci", 12, options=DUTIES),
        Field("activities", _("Names in the event log"), "lines", 4, hint=_("a line each; empty: it is not logged")),
        Field("redundant", _("redundant: a new version will leave it out"), "flag", 3),
        Field("redundant_reason", _("Why it is redundant"), "both", 12),
    ),
    (
        Listed(
            "next", _("Ways from here (none: to the next step; “end”: the case is over)"), _("way"), WAY, "to", "way",
            compact=True,
        ),
    ),
)  # fmt: skip
STAGE = Group(
    (Field("name", NAME, "both", 8), Field("key", _("Key"), "text", 4), Field("purpose", _("Purpose"), "both", 12)),
    (Listed("steps", pgettext_lazy("of a process map", "Steps"), _("step"), STEP, "name", "step", folded=True),),
)
MAP = Group(
    (
        Field("name", NAME, "both", 8),
        Field("scope", _("Meant for"), "text", 4, hint=_("for example: kind = repair; empty: everything")),
        Field("note", _("Note"), "both_area", 12),
    ),
    (
        Listed("roles", _("Roles"), _("role"), ROLE, "name", "role", compact=True),
        Listed("stages", _("Stages"), _("stage"), STAGE, "name", "stage"),
    ),
)


def panel(
    _request: HttpRequest, content: Content, process: Map | None, faults: Sequence[AnalysisError]
) -> dict[str, Any]:
    """The diagram of what stands in the form, and the keys that can be named there."""
    if process is None:
        return {}
    language = get_language() or "zh"
    steps = [(step.key, step.name.in_language(language)) for step in process.steps() if step.key]
    drawing = map_svg(process, language, narrow=True, links=False) if not faults else ""
    return {
        "drawing": mark_safe(drawing),  # noqa: S308 (every text in it is escaped by the drawing)
        "step_list": STEP_LIST,
        "role_list": ROLE_LIST,
        "step_keys": [*steps, (END, _("End"))],
        "role_keys": [(role.key, role.name.in_language(language)) for role in process.roles if role.key],
    }


def roles(content: Mapping[str, Any]) -> Roles:
    """The roles of a content, for the fields of their duties."""
    process, _faults = read_map(dict(content))
    return [(role.key, role.name.in_language(get_language() or "zh") or role.key) for role in process.roles if role.key]


def shelf() -> list[tuple[str, Text]]:
    """The maps that come with the product."""
    return [(key, shipped_map(key).name) for key in shipped_maps()]


WRITING = Writing(
    kind=MAPS,
    schema=MAP,
    title=_("Process map"),
    hint=_("Exactly one role is accountable in each step, at least one is responsible. Loops and branches are ways."),
    read=read_map,
    data=map_data,
    to_yaml=map_to_yaml,
    shelf=shelf,
    shipped=shipped_map,
    panel="standards/process_maps/panel.html",
    context=panel,
    roles=roles,
)
EDITOR = Editor(WRITING)
