"""转为改进 from an item of a study of expectation and perception: its place in the matrix comes along."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
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
from qualityloop.improvement.problems.presentation import page_of
from qualityloop.improvement.problems.queries import problems_for
from qualityloop.improvement.problems.services import Found
from qualityloop.improvement.problems.turning import Turned
from qualityloop.improvement.problems.views_turning import form_for, opened_from, turn_page

RECORD = "diagnosis_themes.expectationstudy"


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
    if (known := _problem_of(study, number)) is not None:
        seen = problems_for(request.user).filter(pk=known.pk).exists()
        return redirect(page_of(known) if seen else study.get_absolute_url())
    one = turned_item(study, matrix.items[number - 1], number)
    form = form_for(request, one)
    if request.method == "POST" and form.is_valid():
        opened = opened_from(request, one, {**form.cleaned_data})
        messages.success(request, _("Opened with the number {number}.").format(number=opened.problem.number))
        seen = problems_for(request.user).filter(pk=opened.problem.pk).exists()
        return redirect(page_of(opened.problem) if seen else study.get_absolute_url())
    return turn_page(request, one, form, None)


def _ref(study: ExpectationStudy, place: int) -> str:
    return f"{study.number}/{place}"


def _problem_of(study: ExpectationStudy, place: int) -> Problem | None:
    """The problem that was opened from an item of a study."""
    of = Problem.objects.filter(source_kind=SourceKind.EXPECTATION, source_ref=_ref(study, place))
    return of.order_by("-pk").first()


def _panel(request: HttpRequest, study: ExpectationStudy) -> dict[str, Any] | None:
    matrix = matrix_kept(study)
    if matrix is None:
        return None
    may, seen = PROBLEM_OPEN.allows(request.user), problems_for(request.user)
    rows: list[tuple[Numbered, Problem | None]] = []
    for one in numbered(matrix):
        problem = _problem_of(study, one.number)
        if problem is not None and seen.filter(pk=problem.pk).exists():
            rows.append((one, problem))
        elif problem is None and may and one.item.quadrant == "concentrate":
            rows.append((one, None))
    return {"rows": rows} if rows else None


def connect() -> None:
    """Stand on the pages of studies."""
    register_panel(
        RECORD,
        Panel("improvement", gettext_lazy("Improvement"), "problems/of_study.html", _panel, order=5, side=True),
    )
