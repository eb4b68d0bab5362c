"""转为改进 from an early warning: its evidence, its rows and its grade come along."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from qualityloop.diagnosis.warnings.models import EarlyWarning
from qualityloop.diagnosis.warnings.pictures import indicator_key
from qualityloop.diagnosis.warnings.presentation import rows_url, value_text
from qualityloop.diagnosis.warnings.queries import warnings_for
from qualityloop.foundation.panels import Panel, register_panel
from qualityloop.foundation.permissions import requires
from qualityloop.improvement.problems import services
from qualityloop.improvement.problems.models import Problem, SourceKind
from qualityloop.improvement.problems.permissions import PROBLEM_OPEN
from qualityloop.improvement.problems.queries import open_twin, problem_of, seen_by
from qualityloop.improvement.problems.services import Found
from qualityloop.improvement.problems.turning import Turned
from qualityloop.improvement.problems.views_turning import turn_or_link

RECORD = "diagnosis_warnings.earlywarning"


def turned_warning(warning: EarlyWarning, user: object) -> Turned:
    """What a warning says about a problem; graded as the warning is."""
    said, key = warning.evidence, indicator_key(warning) or ""
    standard = said.get("standard") or {}
    version = str(standard.get("version") or "")
    group = tuple((str(column), value) for column, value in warning.grouping)
    detail = said.get("detail") or {}
    value = said.get("value") if warning.rule != "drift" else detail.get("value")
    found = Found(
        source_kind=SourceKind.WARNING, source_ref=warning.number, source_url=warning.get_absolute_url(), indicator=key,
        group=group, period=date.fromisoformat(said["from"][:10]), grain=str(detail.get("grain") or ""), value=value,
        target=said.get("limit") if warning.rule != "drift" else None, standard=str(standard.get("key") or ""),
        standard_version=int(version) if version.isdigit() and len(version) < 18 else None,
        snapshot=str(said.get("snapshot") or ""),
    )  # fmt: skip
    title = f"{warning.name()} · {warning.sentence()}"
    number: dict[str, Any] = {
        "kind": "number", "title": f"{warning.name()} {value_text(warning, value)} (n = {said.get('n') or '–'})",
        "url": warning.get_absolute_url(), "indicator": key, "group": [list(pair) for pair in group],
        "period": found.period, "grain": found.grain, "standard": found.standard, "version": version,
        "snapshot": found.snapshot, "value": value, "n": said.get("n"), "low": said.get("low"),
        "high": said.get("high"),
    }  # fmt: skip
    evidence = [number]
    if rows := rows_url(warning, user):
        evidence.append({"kind": "rows", "title": _("Rows behind {name}").format(name=warning.name()), "url": rows})
    evidence.append({
        "kind": "remark", "title": _("Early warning {number}").format(number=warning.number),
        "note": warning.sentence(), "url": warning.get_absolute_url(),
    })  # fmt: skip
    facts = {"by": "warning", "rule": warning.rule, "p": said.get("p")}
    return Turned(found, title[:200], "", warning.severity, warning.sentence(), facts, evidence)


@requires(PROBLEM_OPEN)
@require_http_methods(["GET", "HEAD", "POST"])
def turn_warning(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what is to be opened, then open it; a problem about the same number that is open is linked instead."""
    warning = warnings_for(request.user).filter(pk=pk).first()
    if warning is None:
        raise Http404
    one = turned_warning(warning, request.user)
    return turn_or_link(request, one, _problem_of(warning))


def _problem_of(warning: EarlyWarning) -> Problem | None:
    """The problem that was opened from a warning, else the one that is open about the same number."""
    twin = problem_of(SourceKind.WARNING, warning.number)
    return twin or open_twin(indicator_key(warning) or "", services.group_key(warning.grouping))


def _panel(request: HttpRequest, warning: EarlyWarning) -> dict[str, Any] | None:
    one = _problem_of(warning)
    seen = seen_by(request.user, one)
    may = PROBLEM_OPEN.allows(request.user) and one is None
    return {"problem": seen, "may_turn": may} if seen is not None or may else None


def connect() -> None:
    """Stand on the pages of warnings."""
    register_panel(
        RECORD,
        Panel("improvement", gettext_lazy("Improvement"), "problems/of_warning.html", _panel, order=5, side=True),
    )
