"""Pages 数据清洗: one finding with both records beside each other, the rules."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qualityloop.analysis.messages import AnalysisError
from qualityloop.collection.cleaning import queries, services
from qualityloop.collection.cleaning.jobs import CLEAN, clean_soon
from qualityloop.collection.cleaning.models import Finding, FindingState, RuleKey
from qualityloop.collection.cleaning.permissions import CLEANING, CLEANING_RULES
from qualityloop.collection.cleaning.rules import KINDS, setting_of, settings_in_order
from qualityloop.collection.cleaning.rules.contract import RuleForm
from qualityloop.collection.cleaning.subjects import SUBJECTS
from qualityloop.collection.cleaning.words import dataset_name, evidence_words
from qualityloop.foundation.audit.presentation import history_panel
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.jobs.models import JobRun
from qualityloop.foundation.panels import Fact, fact, known
from qualityloop.foundation.permissions import person, requires
from qualityloop.foundation.wording import language


@requires(CLEANING)
@require_http_methods(["GET", "HEAD", "POST"])
def finding(request: HttpRequest, number: int) -> HttpResponse:
    """One finding: what the rule saw, both records, and taking it back or setting it aside again."""
    found = get_object_or_404(queries.findings_for(request.user).select_related("actor"), pk=number)
    problem = ""
    if request.method == "POST":
        problem = _judged(request, found)
        if not problem:
            return redirect("cleaning:finding", number=found.pk)
    subject = SUBJECTS[found.dataset]
    sides = [
        queries.side_of(request.user, subject, found.record_id, found.number),
        queries.side_of(request.user, subject, found.other_id, found.other_number),
    ]
    context = {
        "finding": found, "evidence": evidence_words(found), "dataset": dataset_name(found.dataset), "problem": problem,
        "typed": request.POST.get("reason", "") if problem else "",
        "sides": [(side, _facts(found, side.record), _texts(found, side.record)) for side in sides if side],
        **history_panel(found),
    }  # fmt: skip
    return render(request, "cleaning/finding.html", context, status=422 if problem else 200)


def _judged(request: HttpRequest, found: Finding) -> str:
    """Do what the button says; why not, in words."""
    act = services.finding_take_back if found.is_aside else services.finding_set_aside
    wanted = request.POST.get("state", "")
    if wanted not in FindingState.values or wanted == found.state:
        return _("Somebody was faster; this is how it stands now.")
    try:
        done = act(
            actor=person(request), finding=found, reason=request.POST.get("reason", ""), address=address_of(request)
        )
    except AnalysisError as error:
        return error.in_language(language())
    said = _("It does not count any more.") if done.is_aside else _("Taken back: it counts again.")
    messages.success(request, said)
    return ""


def _facts(found: Finding, record: Any) -> list[Fact]:
    if record is None:
        return []
    subject = SUBJECTS[found.dataset]
    wrong = (found.evidence.get("column") or subject.instant) if found.rule == RuleKey.TIMES else ""
    names = [subject.instant, *subject.moments, "customer", "channel", "product", "category", "status", "team", "agent",
             "source"]  # fmt: skip
    return known(fact(record, name, tone="missed" if name == wrong else "") for name in names)


def _texts(found: Finding, record: Any) -> list[str]:
    return [text for name in SUBJECTS[found.dataset].texts if record is not None and (text := getattr(record, name))]


@requires(CLEANING)
@require_POST
def run(request: HttpRequest) -> HttpResponse:
    """Have all records looked at."""
    clean_soon(person(request), everything=True)
    messages.success(request, _("The records are being looked at."))
    back = "cleaning:rules" if CLEANING_RULES.allows(request.user) else "cleaning:findings"
    return redirect(back)


@requires(CLEANING_RULES)
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """All rules: how they are set, what they have caught."""
    counts = queries.caught_by_rule()
    job = JobRun.objects.filter(key=CLEAN).order_by("-pk").first()
    lines = [
        {"setting": one, "help": KINDS[one.key].help, "says": _says(KINDS[one.key].form, one.options),
         "aside": counts.get(one.key, {}).get(FindingState.ASIDE, 0),
         "back": counts.get(one.key, {}).get(FindingState.TAKEN_BACK, 0)}
        for one in settings_in_order()
    ]  # fmt: skip
    context = {"lines": lines, "state": queries.last_state(), "run": job if job and job.is_live else None}
    return render(request, "cleaning/rules.html", context)


def _says(form: type[RuleForm], options: dict[str, Any]) -> list[tuple[str, str]]:
    found = form.shipped() | options
    said = []
    for name, field in form.base_fields.items():
        value = found.get(name)
        if name == "active" or value in (None, [], ""):
            continue
        words = (
            f"{value:g}" if isinstance(value, float) else ", ".join(value) if isinstance(value, list) else str(value)
        )
        said.append((str(field.label), words))
    return said


@requires(CLEANING_RULES)
@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: HttpRequest, key: str) -> HttpResponse:
    """Set one rule."""
    if key not in KINDS:
        raise Http404
    kind, setting = KINDS[key], setting_of(key)
    initial = {"active": setting.active, **kind.form.shipped(), **setting.options}
    form = kind.form(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.rule_save(
            actor=person(request), key=key, active=form.cleaned_data["active"], options=form.options(),
            address=address_of(request),
        )  # fmt: skip
        messages.success(request, _("Kept; the records are being looked at."))
        return redirect("cleaning:rules")
    back = reverse("cleaning:rules")
    crumbs = [(reverse("cleaning:findings"), _("Records set aside")), (back, _("Rules of data cleaning"))]
    context = {"form": form, "title": str(setting), "note": kind.help, "back": back, "crumbs": crumbs}
    return render(request, "foundation/form_page.html", context, status=422 if form.errors else 200)
