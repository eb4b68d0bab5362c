"""Pages of early warning: one warning, taking it, ending it; rules and what other rooms have watched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qualityloop.analysis.indicators.standard import Indicator
from qualityloop.analysis.messages import AnalysisError
from qualityloop.analysis.problems.wording import format_value
from qualityloop.analysis.warning.finding import Parameter
from qualityloop.analysis.warning.registry import RULES as KNOWN
from qualityloop.diagnosis.warnings import permissions, services
from qualityloop.diagnosis.warnings.forms import EndForm, HandForm, RuleForm, WatchForm, indicators
from qualityloop.diagnosis.warnings.models import EarlyWarning, RuleSetting, Severity, State, Watch
from qualityloop.diagnosis.warnings.pictures import picture
from qualityloop.diagnosis.warnings.presentation import TONES, evidence_facts, rows_url
from qualityloop.diagnosis.warnings.queries import warnings_for
from qualityloop.diagnosis.warnings.trying import WEEKS, Tried, try_rule, try_watch
from qualityloop.diagnosis.warnings.wording import rule_words
from qualityloop.foundation.audit.presentation import history_panel
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.panels import Fact, fact, record_page, timeline_of
from qualityloop.foundation.permissions import requires
from qualityloop.foundation.wording import language


def _found(request: HttpRequest, pk: int) -> EarlyWarning:
    one = warnings_for(request.user).select_related("owner", "department").filter(pk=pk).first()
    if one is None:
        raise Http404
    return one


@requires(permissions.WARNINGS)
@require_safe
def warning(request: HttpRequest, pk: int) -> HttpResponse:
    """One warning: what signals, how sure it is, who takes care, what came of it."""
    one = _found(request, pk)
    try:
        chart = picture(one, language())
    except AnalysisError:
        chart = None
    facts = [
        fact(one, "state"), fact(one, "severity", tone=TONES[one.severity]),
        Fact(_("Person in charge"), str(one.owner) if one.owner else _("nobody yet")),
        Fact(_("Department"), str(one.department) if one.department else ""),
        fact(one, "opened_at"), fact(one, "due_at", note=_("overdue") if one.overdue else ""), fact(one, "taken_at"),
        fact(one, "ended_at"), Fact(_("Times reopened"), one.reopened or ""),
        Fact(_("Watched for"), one.source_label, one.source_url),
    ]  # fmt: skip
    context = {
        "title": f"{one.number} · {one.name()}",
        "crumbs": [(reverse("diagnosis_warnings:warnings"), _("Early warnings"))],
        "status_word": Severity(one.severity).label, "status_tone": TONES[one.severity], "subtitle": one.sentence(),
        "chart": chart, "evidence": evidence_facts(one, request.user), "rows_url": rows_url(one, request.user),
        "timeline": timeline_of(request, one), "endings": one.endings.select_related("actor"),
        "may_work": permissions.WORK.allows(request.user) and one.state != State.ENDED,
        "mine": one.owner_id == request.user.pk and one.state == State.TAKEN,
    }  # fmt: skip
    return record_page(request, one, "warnings/warning.html", facts=facts, context=context)


@requires(permissions.WORK)
@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a warning."""
    one = _found(request, pk)
    try:
        services.warning_take(actor=request.user, warning=one, address=address_of(request))
        messages.success(request, _("The warning is yours; it is due {at}.").format(at=_local(one.due_at)))
    except AnalysisError as error:
        messages.error(request, error.in_language(language()))
    return redirect(one.get_absolute_url())


def _local(at: Any) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M")


@requires(permissions.WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def hand(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand a warning to somebody else."""
    one = _found(request, pk)
    form = HandForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            services.warning_hand(
                actor=request.user, warning=one, to=given["to"], reason=given["reason"], address=address_of(request)
            )
            return redirect(one.get_absolute_url() if warnings_for(request.user).filter(pk=pk).exists()
                            else "diagnosis_warnings:warnings")  # fmt: skip
        except AnalysisError as error:
            form.add_error(None, error.in_language(language()))
    return _form(request, one, form, _("Hand over"), one.name())


@requires(permissions.WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a warning with cause, corrective action and lesson."""
    one = _found(request, pk)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.warning_end(actor=request.user, warning=one, address=address_of(request), **form.cleaned_data)
            return redirect(one.get_absolute_url())
        except AnalysisError as error:
            form.add_error(None, error.in_language(language()))
    return _form(request, one, form, _("End the warning"), one.name())


def _form(request: HttpRequest, one: EarlyWarning, form: forms.Form, title: str, note: str) -> HttpResponse:
    crumbs = [(reverse("diagnosis_warnings:warnings"), _("Early warnings")), (one.get_absolute_url(), one.number)]
    context = {"form": form, "title": title, "note": note, "back": one.get_absolute_url(), "crumbs": crumbs}
    return render(request, "foundation/form_page.html", context, status=422 if form.errors else 200)


def _number(parameter: Parameter, value: float) -> str:
    if parameter.is_switch:
        return _("on") if value else _("off")
    return f"{value:g}"


@requires(permissions.RULES)
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """All rules, whether they are on, and with which numbers; what other rooms have watched."""
    known = {one.rule: one for one in RuleSetting.objects.all()}
    lines = []
    for key, rule in KNOWN.items():
        setting = known.get(key)
        values = rule.settings(setting.settings if setting else None)
        numbers = [(p.name.in_language(language()), _number(p, values[p.key])) for p in rule.parameters]
        lines.append(
            (key, rule_words(key), rule.about.in_language(language()), setting is None or setting.active, numbers)
        )
    names = indicators()
    watches = [(one, *_watch_words(one, names.get(one.indicator))) for one in Watch.objects.all()]
    context = {
        "lines": lines, "own": [w for w in watches if w[0].is_own], "watches": [w for w in watches if not w[0].is_own],
        "title": _("Rules of early warning"),
    }  # fmt: skip
    return render(request, "warnings/rules.html", context)


def _watch_words(one: Watch, known: Indicator | None) -> tuple[str, str]:
    """The indicator's name with its group, and the threshold in its unit."""
    name = known.name.in_language(language()) if known else one.indicator
    group = "、".join(str(value) for _column, value in one.grouping)
    limit = format_value(one.threshold, known.unit, language()) if known else f"{one.threshold:g}"
    return name + (f" · {group}" if group else ""), limit


@requires(permissions.RULES)
@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: HttpRequest, key: str) -> HttpResponse:
    """Set one rule."""
    found = KNOWN.get(key)
    if found is None:
        raise Http404
    form = RuleForm(request.POST or None, rule=found, setting=RuleSetting.objects.filter(rule=key).first())
    tried = None
    if request.method == "POST" and form.is_valid():
        if request.POST.get("do") == "try":
            tried = _tried(form, lambda: try_rule(found, found.settings(form.numbers)))
        else:
            services.rule_set(
                actor=request.user, rule=key, active=form.cleaned_data["active"], settings=form.numbers,
                address=address_of(request),
            )  # fmt: skip
            messages.success(request, _("Saved; it counts from the next evaluation on."))
            return redirect("diagnosis_warnings:rules")
    return _setting_page(request, form, rule_words(key), found.about.in_language(language()), tried)


@requires(permissions.RULES)
@require_http_methods(["GET", "HEAD", "POST"])
def watch_new(request: HttpRequest) -> HttpResponse:
    """Have an indicator watched."""
    return _watch(request, None)


@requires(permissions.RULES)
@require_http_methods(["GET", "HEAD", "POST"])
def watch(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a watch of one's own."""
    found = Watch.objects.filter(pk=pk, key__startswith=Watch.OWN).first()
    if found is None:
        raise Http404
    return _watch(request, found)


@requires(permissions.RULES)
@require_POST
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Switch a watch of one's own on or off."""
    found = Watch.objects.filter(pk=pk, key__startswith=Watch.OWN).first()
    if found is None:
        raise Http404
    services.watch_save(
        actor=request.user, watch=found, address=address_of(request),
        values={**services.values_of_watch(found), "active": not found.active},
    )  # fmt: skip
    return redirect("diagnosis_warnings:rules")


def _watch(request: HttpRequest, found: Watch | None) -> HttpResponse:
    form = WatchForm(request.POST or None, watch=found)
    tried = None
    if request.method == "POST" and form.is_valid():
        if request.POST.get("do") == "try":
            tried = _tried(form, lambda: try_watch(form.unsaved))
        else:
            services.watch_save(actor=request.user, watch=found, values=form.values, address=address_of(request))
            messages.success(request, _("Saved; it counts from the next evaluation on."))
            return redirect("diagnosis_warnings:rules")
    note = _("Warns when the value of a whole month lies past the threshold with the whole of its 95 % interval.")
    return _setting_page(request, form, found.label if found else _("New watch"), note, tried, found)


def _tried(form: forms.Form, work: Callable[[], Tried]) -> Tried | None:
    try:
        return work()
    except AnalysisError as error:
        form.add_error(None, error.in_language(language()))
        return None


def _setting_page(  # noqa: PLR0917
    request: HttpRequest, form: forms.Form, title: str, note: str, tried: Tried | None, watch: Watch | None = None
) -> HttpResponse:
    """A form that can be tried before it is saved."""
    back = reverse("diagnosis_warnings:rules")
    context: dict[str, Any] = {
        "form": form, "title": title, "note": note, "back": back, "tried": tried, "weeks": WEEKS,
        "lines": [(one, TONES[one.severity], Severity(one.severity).label) for one in tried.lines] if tried else [],
        "crumbs": [(reverse("diagnosis_warnings:warnings"), _("Early warnings")), (back, _("Rules of early warning"))],
        **(history_panel(watch) if watch else {}),
    }  # fmt: skip
    return render(request, "warnings/setting.html", context, status=422 if form.errors else 200)
