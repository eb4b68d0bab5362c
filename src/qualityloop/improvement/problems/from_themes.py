"""转为改进 from a theme of texts: its share, checked or not, and its texts come along."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from qualityloop.diagnosis.themes.models import Theme, ThemeState
from qualityloop.diagnosis.themes.presentation import interval_of, share_text
from qualityloop.diagnosis.themes.queries import shares_of, themes_for
from qualityloop.foundation.panels import Panel, register_panel
from qualityloop.foundation.permissions import requires
from qualityloop.improvement.problems.models import SourceKind
from qualityloop.improvement.problems.permissions import PROBLEM_OPEN
from qualityloop.improvement.problems.services import Found
from qualityloop.improvement.problems.turning import Turned
from qualityloop.improvement.problems.views_turning import turn_once, turn_panel

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
    return turn_once(request, turned_theme(theme))


def _ref(theme: Theme) -> str:
    return f"{theme.run.number}/{theme.pk}"


def _panel(request: HttpRequest, theme: Theme) -> dict[str, Any] | None:
    turn = "improvement_problems:turn_theme" if theme.state != ThemeState.MERGED else ""
    return turn_panel(request, SourceKind.THEME, _ref(theme), turn)


def connect() -> None:
    """Stand on the pages of themes."""
    register_panel(
        RECORD,
        Panel("improvement", gettext_lazy("Improvement"), "problems/of_theme.html", _panel, order=5, side=True),
    )
