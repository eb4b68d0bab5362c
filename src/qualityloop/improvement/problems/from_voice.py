"""转为改进 from a negative review or comment: the text and what was said of it come along."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from qualityloop.feedback.negatives.models import Opinion
from qualityloop.feedback.negatives.queries import opinions_for
from qualityloop.foundation.panels import Panel, register_panel
from qualityloop.foundation.permissions import requires
from qualityloop.improvement.problems.models import Problem, SourceKind
from qualityloop.improvement.problems.permissions import PROBLEM_OPEN
from qualityloop.improvement.problems.presentation import page_of
from qualityloop.improvement.problems.queries import problems_for
from qualityloop.improvement.problems.services import Found
from qualityloop.improvement.problems.turning import Turned
from qualityloop.improvement.problems.views_turning import form_for, opened_from, turn_page

RECORD = "feedback_negatives.opinion"


def turned_opinion(one: Opinion) -> Turned:
    """What a customer said, as a problem; a person grades it."""
    url = one.get_absolute_url()
    found = Found(source_kind=SourceKind.VOICE, source_ref=_ref(one), source_url=url,
                  period=timezone.localtime(one.at).date(), value=None)  # fmt: skip
    words = _("{kind} {number}: “{text}”").format(kind=one.get_kind_display(), number=one.number, text=one.excerpt)  # type: ignore[attr-defined]
    evidence = [{"kind": "rows", "title": one.number[:200], "note": words, "url": url}]
    return Turned(found, one.excerpt[:60] or one.number, words, "", "", {"by": "person"}, evidence)


@requires(PROBLEM_OPEN)
@require_http_methods(["GET", "HEAD", "POST"])
def turn_opinion(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what is to be opened, then open it; a text of which a problem was made leads to that."""
    one = opinions_for(request.user).filter(pk=pk).first()
    if one is None:
        raise Http404
    if (known := _problem_of(one)) is not None:
        seen = problems_for(request.user).filter(pk=known.pk).exists()
        return redirect(page_of(known) if seen else one.get_absolute_url())
    turned = turned_opinion(one)
    form = form_for(request, turned)
    if request.method == "POST" and form.is_valid():
        opened = opened_from(request, turned, {**form.cleaned_data})
        messages.success(request, _("Opened with the number {number}.").format(number=opened.problem.number))
        seen = problems_for(request.user).filter(pk=opened.problem.pk).exists()
        return redirect(page_of(opened.problem) if seen else one.get_absolute_url())
    return turn_page(request, turned, form, None)


def _ref(one: Opinion) -> str:
    return f"{one.kind}/{one.record_id}"


def _problem_of(one: Opinion) -> Problem | None:
    """The problem that was opened from a text."""
    return Problem.objects.filter(source_kind=SourceKind.VOICE, source_ref=_ref(one)).order_by("-pk").first()


def _panel(request: HttpRequest, one: Opinion) -> dict[str, Any] | None:
    problem = _problem_of(one)
    seen = problem if problem is not None and problems_for(request.user).filter(pk=problem.pk).exists() else None
    may = PROBLEM_OPEN.allows(request.user) and problem is None
    return {"problem": seen, "turn": "improvement_problems:turn_voice"} if seen is not None or may else None


def connect() -> None:
    """Stand on the pages of texts of customers."""
    register_panel(
        RECORD,
        Panel("improvement", gettext_lazy("Improvement"), "problems/of_theme.html", _panel, order=5, side=True),
    )
