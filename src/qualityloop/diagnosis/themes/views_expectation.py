"""Page 期望与感知: what matters to customers and how well it is done, from a table of replies; nothing is kept."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from qualityloop.analysis.expectation import Matrix
from qualityloop.analysis.messages import AnalysisError
from qualityloop.diagnosis.themes.permissions import THEMES
from qualityloop.diagnosis.themes.replies import matrix_of
from qualityloop.foundation.permissions import requires

QUADRANTS = (
    ("concentrate", _("Work on first"), _("important, not done well"), "missed"),
    ("keep_up", _("Keep up"), _("important, done well"), "met"),
    ("low_priority", _("Low priority"), _("less important, not done well"), "insufficient"),
    ("overkill", _("Possible overkill"), _("less important, done well"), "warning"),
)
HOW = {
    "stated": _("Importance as customers stated it."),
    "correlation": _("Importance is derived: the correlation of each item with overall satisfaction."),
    "regression": _("Importance is derived: the weight of each item in a regression of overall satisfaction."),
}


class RepliesForm(forms.Form):
    """The table of replies."""

    file = forms.FileField(
        label=_("Table of replies (CSV or Excel)"),
        help_text=_("A line per reply, a column per item. Importance in columns “importance: item”, or overall "
                    "satisfaction in a column “overall”, from which importance is then derived."),
    )  # fmt: skip


@requires(THEMES)
@require_http_methods(["GET", "HEAD", "POST"])
def expectation(request: HttpRequest) -> HttpResponse:
    """The importance–performance matrix of an uploaded table."""
    form = RepliesForm(request.POST or None, request.FILES or None)
    matrix: Matrix | None = None
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            matrix = matrix_of(file.name, file.read())
        except AnalysisError as error:
            form.add_error("file", error.in_language(get_language() or "zh"))
    groups = []
    if matrix is not None:
        for key, name, note, tone in QUADRANTS:
            inside = sorted((i for i in matrix.items if i.quadrant == key), key=lambda i: -i.importance)
            groups.append((name, note, tone, inside))
    context = {"form": form, "matrix": matrix, "groups": groups, "how": HOW[matrix.importance] if matrix else ""}
    return render(request, "themes/expectation.html", context, status=422 if form.errors else 200)
