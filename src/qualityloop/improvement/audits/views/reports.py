"""质量审核报告: printable, and as an Excel table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from qualityloop.foundation.export import Cell, table_response
from qualityloop.foundation.permissions import requires
from qualityloop.improvement.audits import permissions, queries
from qualityloop.improvement.audits.models import Answer, Part, Point, Round
from qualityloop.improvement.audits.presentation import (
    SEVERITY_TONES,
    document_names,
    facts,
    groups_of,
    share_words,
    source_of,
)
from qualityloop.improvement.audits.result import result_of
from qualityloop.improvement.audits.views.rounds import crumbs, of


@requires(permissions.AUDITS)
@require_safe
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """The report of a round: what it comes to, what was found, the whole checklist, of which versions it was made."""
    one = of(request, pk)
    points = queries.points_of(one)
    result = result_of(one, points)
    labels = dict(Part.choices)
    context = {
        "title": _("Audit report: {title}").format(title=one.title), "round": one, "crumbs": crumbs(one),
        "facts": [f for f in facts(one) if f.value], "points_said": share_words(result.points),
        "cases_said": share_words(result.cases), "counts": [(lab, result.counts[key]) for key, lab in Answer.choices],
        "parts": [(labels[part], share_words(share)) for part, share in result.parts],
        "findings": [(f, SEVERITY_TONES[f.severity]) for f in queries.findings_of(one)],
        "groups": groups_of(request.user, points), "unanswered": result.unanswered,
        "sampled": result.points.low is not None,
    }  # fmt: skip
    return render(request, "audits/report.html", context)


@requires(permissions.AUDITS)
@require_safe
def table(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The checklist with answers and findings as an Excel file."""
    one = of(request, pk)
    header = [
        _("Made from"), _("Where"), _("What is checked"), _("Source"), pgettext("checklist", "Answer"),
        _("Cases looked at"), _("Cases that conform"), _("Note"), _("Findings"),
        _("Problems"), _("Answered by"), _("Answered at"),
    ]  # fmt: skip
    return table_response(one.number, "xlsx", header, _rows(one))


def _rows(one: Round) -> Iterator[list[Cell]]:
    points = list(queries.points_of(one))
    names = document_names(points)
    for point in points:
        yield _row(point, names)


def _row(point: Point, names: Mapping[tuple[str, str], str]) -> list[Cell]:
    findings = list(point.findings.all())
    if point.follows is not None:
        findings.insert(0, point.follows)
    said = "\n".join(f"[{f.get_severity_display()}] {f.text}" for f in findings)
    problems = "\n".join(f"{f.problem.number} {f.problem.get_state_display()}" for f in findings if f.problem)
    at = timezone.localtime(point.answered_at).replace(tzinfo=None) if point.answered_at else None
    return [
        str(Part(point.part).label), point.area, point.text, source_of(point, names),
        str(Answer(point.answer).label) if point.answer else "", point.looked, point.fine, point.note, said, problems,
        str(point.answered_by or ""), at,
    ]  # fmt: skip
