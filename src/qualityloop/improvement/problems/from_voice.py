"""转为改进 from a negative review or comment: the text and what was said of it come along."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from qualityloop.feedback.negatives.models import Opinion
from qualityloop.feedback.negatives.queries import opinions_for
from qualityloop.foundation.panels import Panel, register_panel
from qualityloop.foundation.permissions import requires
from qualityloop.improvement.problems.models import SourceKind
from qualityloop.improvement.problems.permissions import PROBLEM_OPEN
from qualityloop.improvement.problems.services import Found
from qualityloop.improvement.problems.turning import Turned
from qualityloop.improvement.problems.views_turning import turn_once, turn_panel

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
    return turn_once(request, turned_opinion(one))


def _ref(one: Opinion) -> str:
    return f"{one.kind}/{one.record_id}"


def _panel(request: HttpRequest, one: Opinion) -> dict[str, Any] | None:
    return turn_panel(request, SourceKind.VOICE, _ref(one), "improvement_problems:turn_voice")


def connect() -> None:
    """Stand on the pages of texts of customers."""
    register_panel(
        RECORD,
        Panel("improvement", gettext_lazy("Improvement"), "problems/of_theme.html", _panel, order=5, side=True),
    )
