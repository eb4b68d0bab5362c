"""转为改进 from a theme of texts: its share, checked or not, and its texts come along."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from qualityloop.diagnosis.themes.models import Theme, ThemeState
from qualityloop.diagnosis.themes.presentation import interval_of, share_text
from qualityloop.diagnosis.themes.queries import shares_of, themes_for
from qualityloop.foundation.panels import Panel, register_panel
from qualityloop.foundation.permissions import requires
from qualityloop.improvement.problems.models import Problem, SourceKind
from qualityloop.improvement.problems.permissions import PROBLEM_OPEN
from qualityloop.improvement.problems.presentation import page_of
from qualityloop.improvement.problems.queries import problems_for
from qualityloop.improvement.problems.services import Found
from qualityloop.improvement.problems.turning import Turned
from qualityloop.improvement.problems.views_turning import form_for, opened_from, turn_page

RECORD = "diagnosis_themes.theme"


def turned_theme(theme: Theme) -> Turned:
    """What a theme says about a problem; a person grades it, and an unchecked share is called so."""
    share = shares_of(theme.run).get(theme.pk)
    url = theme.get_absolute_url()
    value = None if share is None else share.estimate if share.checked else share.counted
    found = Found(source_kind=SourceKind.THEME, source_ref=_ref(theme), source_url=url, period=theme.run.first_day,
                  value=value)  # fmt: skip
    words = _("{name}: {share} of {n} texts ({interval})").format(
        name=theme.name, share=share_text(share), n=theme.run.count, interval=interval_of(share)
    )
    evidence = [
        {
            "kind": "rows",
            "title": _("Texts of the theme {name}").format(name=theme.name)[:200],
            "note": words,
            "url": url,
        },
        {"kind": "remark", "title": _("Telling words"), "note": "、".join(theme.words)},
    ]
    return Turned(found, theme.name[:200], words, "", "", {"by": "person"}, evidence)


@requires(PROBLEM_OPEN)
@require_http_methods(["GET", "HEAD", "POST"])
def turn_theme(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what is to be opened, then open it; a theme of which a problem was made leads to that."""
    theme = themes_for(request.user).filter(pk=pk).exclude(state=ThemeState.MERGED).first()
    if theme is None:
        raise Http404
    if (known := _problem_of(theme)) is not None:
        seen = problems_for(request.user).filter(pk=known.pk).exists()
        return redirect(page_of(known) if seen else theme.get_absolute_url())
    one = turned_theme(theme)
    form = form_for(request, one)
    if request.method == "POST" and form.is_valid():
        opened = opened_from(request, one, {**form.cleaned_data})
        messages.success(request, _("Opened with the number {number}.").format(number=opened.problem.number))
        seen = problems_for(request.user).filter(pk=opened.problem.pk).exists()
        return redirect(page_of(opened.problem) if seen else theme.get_absolute_url())
    return turn_page(request, one, form, None)


def _ref(theme: Theme) -> str:
    return f"{theme.run.number}/{theme.pk}"


def _problem_of(theme: Theme) -> Problem | None:
    """The problem that was opened from a theme."""
    return Problem.objects.filter(source_kind=SourceKind.THEME, source_ref=_ref(theme)).order_by("-pk").first()


def _panel(request: HttpRequest, theme: Theme) -> dict[str, Any] | None:
    one = _problem_of(theme)
    seen = one if one is not None and problems_for(request.user).filter(pk=one.pk).exists() else None
    may = PROBLEM_OPEN.allows(request.user) and one is None and theme.state != ThemeState.MERGED
    return {"problem": seen, "turn": "improvement_problems:turn_theme"} if seen is not None or may else None


def connect() -> None:
    """Stand on the pages of themes."""
    register_panel(
        RECORD,
        Panel("improvement", gettext_lazy("Improvement"), "problems/of_theme.html", _panel, order=5, side=True),
    )
