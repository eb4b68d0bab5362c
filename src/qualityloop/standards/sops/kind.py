"""The kind of document SOP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from qualityloop.foundation.roles import Role
from qualityloop.standards.outline.editor import faults_of
from qualityloop.standards.score_sheets.kind import name_of
from qualityloop.standards.sops import queries
from qualityloop.standards.sops.content import Procedure, read_sop
from qualityloop.standards.versions.kinds import Fault, Kind, Section, register_kind
from qualityloop.standards.versions.models import Content, Version


def check(content: Content) -> Sequence[Fault]:
    """Everything that is wrong with an SOP."""
    return faults_of(read_sop, content)


def sections(content: Content) -> Sequence[Section]:
    """Head, steps and unusual cases, to be compared."""
    shown_ = laid_out(read_sop(content)[0], get_language() or "zh")
    head = {name: shown_[name] for name in ("name", "purpose", "applies_to", "tools", "records", "readers")}
    labels = {
        "name": pgettext("of a thing", "Name"), "purpose": _("Purpose"), "applies_to": _("Applies to"),
        "tools": _("Tools and material"), "records": _("Records kept"), "readers": _("Has to be read by"),
    }  # fmt: skip
    steps = {str(s["number"]): (f"{s['number']} {s['name']}", {k: s[k] for k in STEP}) for s in shown_["steps"]}
    cases = {str(n): (u["case"], u) for n, u in enumerate(shown_["exceptions"], 1)}
    return (
        Section("sop", _("SOP"), labels, {"sop": (head["name"], head)}),
        Section(
            "steps",
            pgettext("of a process map", "Steps"),
            {"name": pgettext("of a procedure", "What"), "how": _("How"), "caution": _("Caution")},
            steps,
        ),
        Section("exceptions", _("Unusual cases"), {"case": _("If"), "action": _("then")}, cases),
    )


STEP = ("name", "how", "caution")


def laid_out(sop: Procedure, language: str) -> dict[str, Any]:
    """An SOP as pages and printed documents show it."""
    roles = [str(Role(role).label) for role in sop.readers if role in Role.values]
    return {
        "name": sop.name.in_language(language),
        "purpose": sop.purpose.in_language(language),
        "applies_to": sop.applies_to.in_language(language),
        "tools": sop.tools.in_language(language),
        "records": sop.records.in_language(language),
        "map_steps": ", ".join(sop.map_steps),
        "readers": ", ".join([*roles, *sop.departments]),
        "steps": [
            {
                "number": number,
                "name": step.name.in_language(language),
                "how": step.how.in_language(language),
                "caution": step.caution.in_language(language),
            }
            for number, step in enumerate(sop.steps, 1)
        ],
        "exceptions": [
            {"case": u.case.in_language(language), "action": u.action.in_language(language)} for u in sop.exceptions
        ],
    }


def shown(request: HttpRequest, version: Version) -> dict[str, Any]:
    """The SOP of a version, whether the person has read it, and for those who lead who has not."""
    sop, _faults = read_sop(version.content)
    holding = queries.in_force_now(version)
    return {
        "sop": laid_out(sop, get_language() or "zh"),
        "confirmable": holding,
        "confirmation": queries.confirmation(version, request.user),
        "must_read": queries.must_read(sop, request.user),  # type: ignore[arg-type]
        "reading": queries.readers_shown(version, request.user),
    }


SOPS = register_kind(
    Kind(
        key="sops",
        label=gettext_lazy("SOP"),
        plural=gettext_lazy("SOPs"),
        icon="list-details",
        note=gettext_lazy("How a step is done: numbered steps, cautions and unusual cases in one form for all."),
        check=check,
        sections=sections,
        name=name_of,
        template="standards/sops/content.html",
        editor="standards:sops_edit",
        new="standards:sops_new",
        context=shown,
        export="standards:sops_export",
    )
)
