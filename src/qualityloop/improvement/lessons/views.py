"""Pages 经验库 and 持续改进台账."""

from __future__ import annotations

import csv
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.panels import Fact, fact, record_page
from qualityloop.foundation.permissions import requires
from qualityloop.improvement.effects.presentation import VERDICT_TONES, change_words
from qualityloop.improvement.lessons import services
from qualityloop.improvement.lessons.listings import lessons_for
from qualityloop.improvement.lessons.models import Lesson
from qualityloop.improvement.lessons.permissions import LESSON_WRITE, LESSONS
from qualityloop.improvement.lessons.yearly import Year, Yield, years_for
from qualityloop.improvement.plans.presentation import prediction_words
from qualityloop.improvement.plans.views.finding import done, form_page
from qualityloop.improvement.problems.presentation import page_of as problem_page
from qualityloop.improvement.problems.queries import problems_for
from qualityloop.people.models import Department


class LessonForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a lesson says."""

    class Meta:
        model = Lesson
        fields = services.FIELDS


class ShareForm(forms.Form):
    """With whom a lesson is shared."""

    departments = forms.ModelMultipleChoiceField(
        Department.objects.filter(is_active=True), label=gettext_lazy("Departments"), required=True
    )


@requires(LESSONS)
@require_safe
def lesson(request: HttpRequest, pk: int) -> HttpResponse:
    """One lesson."""
    one = get_object_or_404(lessons_for(request.user).select_related("problem", "author"), pk=pk)
    own = problems_for(request.user).filter(pk=one.problem_id).exists()
    names = ("what", "cause", "worked", "failed", "elsewhere")
    parts = [(Lesson._meta.get_field(name).verbose_name, getattr(one, name)) for name in names]  # type: ignore[union-attr]
    context = {
        "title": one.title, "crumbs": [(reverse("improvement_lessons:lessons"), _("Lessons"))], "parts": parts,
        "status_word": one.get_verdict_display(), "may": LESSON_WRITE.allows(request.user),  # type: ignore[attr-defined]
        "mine": one.useful_to.filter(pk=request.user.pk).exists(),
    }  # fmt: skip
    facts = [
        Fact(_("Problem"), one.problem.number, problem_page(one.problem) if own else ""),
        fact(one, "tags"),
        fact(one, "useful"),
        Fact(_("Author"), one.author or ""),
        fact(one, "created_at"),
    ]
    return record_page(request, one, "lessons/lesson.html", facts=facts, context=context)


@requires(LESSON_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a lesson."""
    one = get_object_or_404(lessons_for(request.user), pk=pk)
    form = LessonForm(request.POST or None, instance=one)
    if request.method == "POST" and form.is_valid():
        services.lesson_change(
            actor=request.user,  # type: ignore[arg-type]
            lesson=one,
            address=address_of(request),
            **form.cleaned_data,
        )
        return redirect(services.page_of(one))
    crumbs = [(reverse("improvement_lessons:lessons"), _("Lessons"))]
    return form_page(request, form, _("Change the lesson"), services.page_of(one), crumbs)


@requires(LESSON_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def share(request: HttpRequest, pk: int) -> HttpResponse:
    """Share a lesson with departments."""
    one = get_object_or_404(lessons_for(request.user), pk=pk)
    form = ShareForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        chosen = list(form.cleaned_data["departments"])
        told = services.lesson_share(
            actor=request.user,  # type: ignore[arg-type]
            lesson=one,
            departments=chosen,
            address=address_of(request),
        )
        messages.success(request, _("{n} people are told.").format(n=told))
        return redirect(services.page_of(one))
    crumbs = [(reverse("improvement_lessons:lessons"), _("Lessons"))]
    return form_page(request, form, _("Share the lesson"), services.page_of(one), crumbs, note=one.title)


@requires(LESSONS)
@require_POST
def useful(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a lesson as useful, or take the mark back."""
    one = get_object_or_404(lessons_for(request.user), pk=pk)
    work = lambda: services.lesson_useful(actor=request.user, lesson=one)  # type: ignore[arg-type]  # noqa: E731
    return done(request, work, services.page_of(one))


@requires(LESSONS)
@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """The register of continuous improvement, as a page or (`format=csv`) as a file."""
    years = years_for(request.user)
    if request.GET.get("format") == "csv":
        return _file(years)
    shown = [(year, [_shown(one) for one in year.yields]) for year in years]
    return render(request, "lessons/register.html", {"years": years, "yields": [pair for pair in shown if pair[1]]})


def _shown(one: Yield) -> dict[str, Any]:
    """A yield in words."""
    found = one.evaluation
    return {
        "yield": one, "problem": one.measure.plan.problem, "predicted": prediction_words(one.measure),
        "url": reverse("improvement_effects:evaluation", args=[found.pk]) if found else "",
        "value": change_words(found, found.value) if found else "",
        "low": change_words(found, found.low) if found else "",
        "high": change_words(found, found.high) if found else "",
        "verdict": found.get_verdict_display() if found else "",  # type: ignore[attr-defined]
        "tone": VERDICT_TONES[found.verdict] if found else "",
    }  # fmt: skip


def _file(years: list[Year]) -> HttpResponse:
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="register.csv"'
    writer = csv.writer(response)
    words = [_("Year"), _("Problems opened"), _("Problems closed"), _("Measures begun")]
    words += [pgettext("verdict", text) for text in ("effective", "not effective", "cannot be told yet")]
    words += [_("Standards changed"), _("Net benefit, low"), _("Net benefit, likely"), _("Net benefit, high")]
    words += [_("Closed with proof"), _("Closed without proof")]
    writer.writerow(words)
    for one in years:
        verdicts = [one.verdicts[key] for key in ("effective", "not_effective", "cannot_tell_yet")]
        numbers = [round(value) for value in (one.low, one.mean, one.high)] if one.counted else ["", "", ""]
        writer.writerow([one.year, one.opened, one.closed, one.measures, *verdicts, one.standards, *numbers,
                         one.proven, one.unproven])  # fmt: skip
    return response
