"""Opening a problem of something found, with all that is known of it; never two of the same thing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from qualityloop.improvement.evidence.services import evidence_add
from qualityloop.improvement.problems import services
from qualityloop.improvement.problems.forms import ProblemForm
from qualityloop.improvement.problems.models import SourceKind
from qualityloop.improvement.problems.panels import TARGET
from qualityloop.improvement.problems.queries import problem_of, staff_of
from qualityloop.improvement.problems.services import Opened
from qualityloop.improvement.problems.turning import Turned


def turned_form(user: object, one: Turned, data: Mapping[str, Any] | None = None) -> ProblemForm:
    """The form of a problem that is turned out of something found; a grade by rule is not asked for."""
    staff = staff_of(user)
    initial = {"title": one.title, "what": one.what, "owner": staff, "department": staff.department if staff else None}
    form = ProblemForm(data, initial=initial)
    if one.grade:  # the rule says it
        for name in ("grade", "grade_reason"):
            del form.fields[name]
    return form


def turned_open(*, actor: Any, one: Turned, values: Mapping[str, Any], address: str = "") -> Opened:
    """Open the problem with all its evidence, or link the finding to the one that is open.

    Of a single thing (a warning, a theme, an item, a text) one problem is made: that one is answered. A number of the
    diagnosis is no single thing, but another number each period.
    """
    graded = {"grade": one.grade, "grade_reason": one.grade_reason} if one.grade else {}
    stated: dict[str, Any] = {
        "title": one.title,
        "what": one.what,
        "grade": "ordinary",
        "grade_reason": "–",
        **values,
        **graded,
    }
    with transaction.atomic():
        if one.found.source_kind != SourceKind.DIAGNOSIS:
            known = problem_of(one.found.source_kind, one.found.source_ref)
            if known is not None:
                return Opened(known, new=False)
        opened = services.problem_open(
            actor=actor, found=one.found, grade_facts=one.grade_facts, address_of=address, **stated
        )
        for piece in one.evidence if opened.new else ():
            evidence_add(actor=actor, target_kind=TARGET, thing=opened.problem, address_of=address, **piece)
    return opened
