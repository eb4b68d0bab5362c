"""How an SOP is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.messages import AnalysisError, Text
from qualityloop.foundation.roles import STAFF, Role
from qualityloop.people.models import Department
from qualityloop.standards.outline.editor import Editor, Writing
from qualityloop.standards.outline.schema import Field, Group, Listed
from qualityloop.standards.sops.content import Procedure, read_sop, shipped_sop, shipped_sops, sop_data, sop_to_yaml
from qualityloop.standards.sops.kind import SOPS, laid_out
from qualityloop.standards.sops.queries import readers_of
from qualityloop.standards.versions.models import Content

NAME = pgettext_lazy("of a thing", "Name")
READERS = tuple((role.value, role.label) for role in Role if role.value in STAFF)

ACTION = Group(
    (
        Field("name", pgettext_lazy("of a procedure", "What"), "both", 12),
        Field("how", _("How"), "both_area", 12),
        Field("caution", _("Caution"), "both_area", 12),
    )
)
UNUSUAL = Group((Field("case", _("If"), "both", 12), Field("action", _("then"), "both_area", 12)))
SOP = Group(
    (
        Field("name", NAME, "both", 12),
        Field("purpose", _("Purpose"), "both_area", 12),
        Field("applies_to", _("Applies to"), "both", 6),
        Field("tools", _("Tools and material"), "both", 6),
        Field("records", _("Records kept"), "both", 6),
        Field("map_steps", _("Steps of the process map"), "lines", 6, hint=_("their keys, a line each")),
        Field("readers", _("Has to be read by"), "checks", 12, options=READERS),
        Field("departments", _("… and by these departments"), "lines", 6, hint=_("a line each")),
    ),
    (
        Listed("steps", pgettext_lazy("of a process map", "Steps"), _("step"), ACTION, "name", "step"),
        Listed("exceptions", _("Unusual cases"), _("case"), UNUSUAL, "case", "case"),
    ),
)


def panel(
    _request: HttpRequest, content: Content, sop: Procedure | None, _faults: Sequence[AnalysisError]
) -> dict[str, Any]:
    """How it will look, and how many people will have to read it."""
    if sop is None:
        return {}
    known = set(Department.objects.filter(name__in=sop.departments).values_list("name", flat=True))
    return {
        "sop": laid_out(sop, get_language() or "zh"),
        "reader_count": readers_of(sop).count(),
        "unknown_departments": [name for name in sop.departments if name not in known],
    }


def shelf() -> list[tuple[str, Text]]:
    """The SOPs that come with the product."""
    return [(key, shipped_sop(key).name) for key in shipped_sops()]


WRITING = Writing(
    kind=SOPS,
    schema=SOP,
    title=_("SOP"),
    hint=_("Steps are numbered by themselves. Each version is read and confirmed anew."),
    read=read_sop,
    data=sop_data,
    to_yaml=sop_to_yaml,
    shelf=shelf,
    shipped=shipped_sop,
    panel="standards/sops/panel.html",
    context=panel,
)
EDITOR = Editor(WRITING)
