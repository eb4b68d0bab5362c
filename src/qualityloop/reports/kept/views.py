"""Pages of diagnosis reports: one report, asking for one, having one made again and compared."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qualityloop.analysis.messages import AnalysisError
from qualityloop.analysis.problems.wording import period_label
from qualityloop.diagnosis.courses import courses
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.jobs.models import JobRun
from qualityloop.foundation.lake.reading import lake_path
from qualityloop.foundation.panels import Fact, fact, record_page
from qualityloop.foundation.permissions import requires
from qualityloop.foundation.wording import language, shown
from qualityloop.reports.kept import permissions, services
from qualityloop.reports.kept.forms import AskForm
from qualityloop.reports.kept.making import numbers_kept
from qualityloop.reports.kept.models import DiagnosisReport, State
from qualityloop.reports.kept.presentation import contents, examples_of
from qualityloop.reports.kept.queries import reports_for

FORMS = {"docx": "Word", "pdf": "PDF", "xlsx": "Excel", "html": "HTML", "json": "JSON"}
SHOWN = 5  # comparisons on the page


def _found(request: HttpRequest, pk: int) -> DiagnosisReport:
    one = reports_for(request.user).select_related("asked_by").filter(pk=pk).first()
    if one is None:
        raise Http404
    return one


@requires(permissions.SEE)
@require_safe
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """One report: its problems and numbers, its files, and whether it could be made again."""
    one = _found(request, pk)
    found, damage = None, ""
    if one.state == State.MADE:
        try:
            found = contents(one, numbers_kept(one), language())
        except AnalysisError as error:
            damage = error.in_language(language())
    comparisons = list(one.comparisons.select_related("actor")[:SHOWN])
    period = period_label(one.period, one.grain, language())  # type: ignore[arg-type]  # one of its choices
    context = {
        "title": f"{one.number} · {_('Service quality diagnosis report')} {period}",
        "crumbs": [(reverse("reports_kept:reports"), _("Diagnosis reports"))],
        "status_word": one.get_state_display(),  # type: ignore[attr-defined]
        "status_tone": "met" if one.state == State.MADE else "insufficient",
        "subtitle": shown(one.said_kept), "found": found, "damage": damage,
        "files": [(FORMS[f.form], f.file.size, f.sha256, f.url) for f in one.files.select_related("file")],
        "left_out": shown(one.left_out_kept), "runs": _runs(one),
        "comparisons": [(c, examples_of(c)[:5]) for c in comparisons],
        "may_make": permissions.MAKE.allows(request.user),
    }  # fmt: skip
    return record_page(request, one, "kept/report.html", facts=_facts(one), context=context)


def _facts(one: DiagnosisReport) -> list[Fact]:
    by = str(one.asked_by) if one.asked_by else _("on schedule")
    return [
        fact(one, "grain"), Fact(_("Days of the trends"), f"{one.start} – {one.end}"),
        Fact(_("Standard"), f"{one.standard_name()} v{one.standard_version}"), fact(one, "language"),
        Fact(_("Snapshot"), one.snapshot), Fact(_("SHA-256 of the numbers"), one.numbers_sha256),
        Fact(_("Asked for by"), by), fact(one, "asked_at"), fact(one, "made_at"), fact(one, "program"),
    ]  # fmt: skip


def _runs(one: DiagnosisReport) -> list[JobRun]:
    """Jobs at work for this report, and the one that failed to make it."""
    making = JobRun.objects.filter(pk=one.run) if one.state == State.ASKED else JobRun.objects.none()
    comparing = JobRun.objects.filter(once=f"report-compare-{one.pk}", state__in=("queued", "running"))
    return [*making, *comparing]


@requires(permissions.MAKE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Ask for a report."""
    known = courses(lake_path().parent)
    standards = [(key, course.newest.standard.name.in_language(language())) for key, course in known.items()]
    form = AskForm(request.POST or None, standards=standards, initial={"language": language()})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            one = services.report_ask(
                actor=request.user, grain=given["grain"], standard=given["standard"], language=given["language"],
                period=given["period"].isoformat() if given["period"] else "", address=address_of(request),
            )  # fmt: skip
            return redirect(one.get_absolute_url())
        except AnalysisError as error:
            form.add_error("period" if given["period"] else None, error.in_language(language()))
    back = reverse("reports_kept:reports")
    context: dict[str, Any] = {
        "form": form, "title": _("Make a report"), "back": back, "button": _("Make a report"),
        "note": _("The same question about the same records gives the report that is there already."),
        "crumbs": [(back, _("Diagnosis reports"))],
    }  # fmt: skip
    return render(request, "foundation/form_page.html", context, status=422 if form.errors else 200)


@requires(permissions.MAKE)
@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a report computed again and compared; one that was never finished is made."""
    one = _found(request, pk)
    try:
        if one.state == State.MADE:
            services.report_compare(actor=request.user, report=one)
        else:
            services.report_resume(actor=request.user, report=one)
    except AnalysisError as error:
        messages.error(request, error.in_language(language()))
    return redirect(one.get_absolute_url())
