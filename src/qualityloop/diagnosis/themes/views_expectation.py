"""Pages 期望与感知: what matters to customers and how well it is done, from stored answers or a table of replies."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, pgettext, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from qualityloop.analysis.messages import AnalysisError
from qualityloop.diagnosis.themes.forms import day_field
from qualityloop.diagnosis.themes.models import ExpectationStudy, Importance, Overall, StudyState
from qualityloop.diagnosis.themes.permissions import STUDIES, STUDY_MAKE
from qualityloop.diagnosis.themes.presentation_expectation import matrix_context
from qualityloop.diagnosis.themes.queries import studies_for
from qualityloop.diagnosis.themes.replies import matrix_of
from qualityloop.diagnosis.themes.studies import STUDY, matrix_kept, study_ask, study_of_file
from qualityloop.diagnosis.themes.surveyed import NARROWED, known_items, known_values
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.jobs.models import JobRun
from qualityloop.foundation.lake import current_lake
from qualityloop.foundation.panels import Fact, fact, known, record_page
from qualityloop.foundation.permissions import person, requires
from qualityloop.foundation.wording import shown

TONES = {StudyState.READY: "met", StudyState.WAITING: "warning", StudyState.REFUSED: "insufficient"}


class RepliesForm(forms.Form):
    """The table of replies."""

    file = forms.FileField(
        label=gettext_lazy("Table of replies (CSV or Excel)"),
        help_text=gettext_lazy(
            "A line per reply, a column per item. Importance in columns “importance: item”, or overall "
            "satisfaction in a column “overall”, from which importance is then derived."
        ),
    )
    name = forms.CharField(
        label=gettext_lazy("Keep the study under this name"), max_length=100, required=False,
        help_text=gettext_lazy("Empty: the matrix is shown and nothing is kept. The file itself is never kept."),
    )  # fmt: skip


class StudyForm(forms.Form):
    """Which stored answers are compared."""

    name = forms.CharField(label=pgettext_lazy("study", "Name"), max_length=100)
    first = day_field(gettext_lazy("From"))
    last = day_field(gettext_lazy("Until"))
    importance = forms.ChoiceField(label=gettext_lazy("Importance"), choices=Importance.choices)
    overall = forms.ChoiceField(
        label=gettext_lazy("Overall satisfaction"), choices=Overall.choices, required=False,
        help_text=gettext_lazy("Only used where importance is derived"),
    )  # fmt: skip
    touchpoint = forms.ChoiceField(label=gettext_lazy("Touchpoint"), required=False)
    team = forms.ChoiceField(label=gettext_lazy("Team"), required=False)
    product = forms.ChoiceField(label=gettext_lazy("Product"), required=False)
    items = forms.MultipleChoiceField(
        label=pgettext_lazy("survey", "Items"), required=False,
        help_text=gettext_lazy("None chosen: all items that were rated"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        today = timezone.localdate()
        kwargs["initial"] = {"first": today - timedelta(days=180), "last": today}
        super().__init__(*args, **kwargs)
        lake = current_lake()
        known = known_values(lake)
        for name in NARROWED:
            values = [("", _("all")), *((value, value) for value in sorted(known.get(name, [])))]
            self.fields[name].choices = values  # type: ignore[attr-defined]
        self.fields["items"].choices = [(item, item) for item in known_items(lake)]  # type: ignore[attr-defined]


def _crumbs() -> list[tuple[str, str]]:
    return [(reverse("diagnosis_themes:studies"), _("Expectation and perception"))]


@requires(STUDY_MAKE)
@require_http_methods(["GET", "HEAD", "POST"])
def expectation(request: HttpRequest) -> HttpResponse:
    """The importance–performance matrix of an uploaded table, kept where it gets a name."""
    form = RepliesForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form, "crumbs": _crumbs()}
    if request.method == "POST" and form.is_valid():
        file, name = form.cleaned_data["file"], form.cleaned_data["name"]
        try:
            if name:
                study = study_of_file(
                    actor=person(request), name=name, file=file.name, content=file.read(), address=address_of(request)
                )
                return redirect(study.get_absolute_url())
            context |= matrix_context(matrix_of(file.name, file.read()))
        except AnalysisError as error:
            form.add_error("file", error.in_language(get_language() or "zh"))
    return render(request, "themes/expectation.html", context, status=422 if form.errors else 200)


@requires(STUDY_MAKE)
@require_http_methods(["GET", "HEAD", "POST"])
def study_new(request: HttpRequest) -> HttpResponse:
    """Ask for a study of stored answers."""
    form = StudyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            study = study_ask(
                actor=person(request), name=given["name"], first=given["first"], last=given["last"],
                importance=given["importance"], overall=given["overall"] or Overall.CSAT, items=given["items"],
                only={name: given[name] for name in NARROWED}, address=address_of(request),
            )  # fmt: skip
            return redirect(study.get_absolute_url())
        except AnalysisError as error:
            form.add_error(None, error.in_language(get_language() or "zh"))
    note = _("From stored answers by item: what is important and not done well comes first.")
    context = {
        "form": form, "title": _("New study of expectation and perception"), "note": note,
        "back": reverse("diagnosis_themes:studies"), "crumbs": _crumbs(), "button": _("Compute"),
    }  # fmt: skip
    return render(request, "foundation/form_page.html", context, status=422 if form.errors else 200)


@requires(STUDIES)
@require_safe
def study(request: HttpRequest, pk: int) -> HttpResponse:
    """One study: the matrix as it was computed, and from what."""
    one = studies_for(request.user).filter(pk=pk).first()
    if one is None:
        raise Http404
    matrix, latest = matrix_kept(one), JobRun.objects.filter(once=f"{STUDY}-{one.pk}").order_by("-pk").first()
    context = {
        "title": one.name, "subtitle": one.number, "crumbs": _crumbs(), "status_word": StudyState(one.state).label,
        "status_tone": TONES[StudyState(one.state)], "reason": shown(one.reason_kept),
        "job": latest if latest and (latest.is_live or latest.error) else None,
        **(matrix_context(matrix) if matrix else {}),
    }  # fmt: skip
    return record_page(request, one, "themes/study.html", facts=_facts(one), context=context)


def _facts(one: ExpectationStudy) -> list[Fact]:
    period = f"{one.first_day} – {one.last_day}" if one.first_day else ""
    facts = [
        fact(one, "origin"), Fact(_("File"), one.file), Fact(_("Period"), period),
        *(fact(one, name) for name in NARROWED if getattr(one, name)),
        Fact(pgettext("survey", "Items"), "、".join(one.items)),
        fact(one, "importance"), *([fact(one, "overall")] if one.importance != Importance.STATED else []),
        fact(one, "replies"), Fact(_("Snapshot"), one.snapshot), fact(one, "made_by"), fact(one, "made_at"),
    ]  # fmt: skip
    return known(facts)
