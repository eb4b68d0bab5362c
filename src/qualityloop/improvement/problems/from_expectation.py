"""转为改进 from an item of a study of expectation and perception: its place in the matrix comes along."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from qualityloop.analysis.expectation import Item
from qualityloop.diagnosis.themes.models import ExpectationStudy
from qualityloop.diagnosis.themes.presentation_expectation import QUADRANTS, Numbered, numbered
from qualityloop.diagnosis.themes.queries import studies_for
from qualityloop.diagnosis.themes.studies import matrix_kept
from qualityloop.foundation.panels import Panel, register_panel
from qualityloop.foundation.permissions import requires
from qualityloop.improvement.problems.models import Problem, SourceKind
from qualityloop.improvement.problems.permissions import PROBLEM_OPEN
from qualityloop.improvement.problems.services import Found
from qualityloop.improvement.problems.turning import Turned
from qualityloop.improvement.problems.views_turning import turn_once, turn_panel

RECORD = "diagnosis_themes.expectationstudy"
TURN = "improvement_problems:turn_study"


def turned_item(study: ExpectationStudy, item: Item, place: int) -> Turned:
    """What an item of a study says about a problem; a person grades it, and an undecided place is called so."""
    url = f"{study.get_absolute_url()}#item-{place}"
    field = next(str(name) for key, name, _note, _tone in QUADRANTS if key == item.quadrant)
    words = _("{item}: importance {importance}, performance {performance} ({n} replies); field “{field}”").format(
        item=item.name, importance=_with_interval(item.importance, item.importance_low, item.importance_high),
        performance=_with_interval(item.performance, item.performance_low, item.performance_high), n=item.n,
        field=field,
    )  # fmt: skip
    if item.undecided:
        words = _("{words} – undecided: another sample of customers might put it elsewhere").format(words=words)
    found = Found(source_kind=SourceKind.EXPECTATION, source_ref=_ref(study, place), source_url=url,
                  period=study.first_day, value=item.performance)  # fmt: skip
    title = _("Expectation and perception {number}").format(number=study.number)
    evidence = [{"kind": "rows", "title": title[:200], "note": words, "url": url}]
    return Turned(found, item.name[:200], words, "", "", {"by": "person"}, evidence)


def _with_interval(value: float, low: float | None, high: float | None) -> str:
    return f"{value:.2f}" if low is None or high is None else f"{value:.2f} ({low:.2f}–{high:.2f})"


@requires(PROBLEM_OPEN)
@require_http_methods(["GET", "HEAD", "POST"])
def turn_item(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Show what is to be opened, then open it; an item of which a problem was made leads to that."""
    study = studies_for(request.user).filter(pk=pk).first()
    matrix = matrix_kept(study) if study is not None else None
    if study is None or matrix is None or not 1 <= number <= len(matrix.items):
        raise Http404
    return turn_once(request, turned_item(study, matrix.items[number - 1], number))


def _ref(study: ExpectationStudy, place: int) -> str:
    return f"{study.number}/{place}"


def _panel(request: HttpRequest, study: ExpectationStudy) -> dict[str, Any] | None:
    matrix = matrix_kept(study)
    if matrix is None:
        return None
    rows: list[tuple[Numbered, Problem | None]] = []
    for one in numbered(matrix):
        turn = TURN if one.item.quadrant == "concentrate" else ""
        found = turn_panel(request, SourceKind.EXPECTATION, _ref(study, one.number), turn)
        if found is not None:
            rows.append((one, found["problem"]))
    return {"rows": rows} if rows else None


def connect() -> None:
    """Stand on the pages of studies."""
    register_panel(
        RECORD,
        Panel("improvement", gettext_lazy("Improvement"), "problems/of_study.html", _panel, order=5, side=True),
    )
