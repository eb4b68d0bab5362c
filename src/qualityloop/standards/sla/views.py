"""Beginning and editing an SLA policy, trying it out on last month's tickets, and asking when something is due."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qualityloop.analysis.messages import AnalysisError
from qualityloop.analysis.problems.wording import period_label
from qualityloop.foundation.lake import current_lake
from qualityloop.foundation.permissions import requires
from qualityloop.standards import permissions
from qualityloop.standards.indicators.preview import newest_month
from qualityloop.standards.sla.content import FIELDS, LABELS, begun, calendar_for, name_of, policy_from, policy_of
from qualityloop.standards.sla.kind import SLA
from qualityloop.standards.sla.policy import times_of
from qualityloop.standards.sla.telling import tell
from qualityloop.standards.sla.trying import compared
from qualityloop.standards.versions.drafting import begin_page, check_answer, draft_of, edit_page
from qualityloop.standards.versions.kinds import ContentError
from qualityloop.standards.versions.models import Content, Document, Version
from qualityloop.standards.versions.pages import version_of
from qualityloop.standards.versions.queries import standings_of

MOST_RULES = 100
SPARE = 2


@requires(permissions.EDIT)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Begin with rules for three priorities."""
    return begin_page(request, SLA, begun)


@requires(permissions.EDIT)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """The form of a draft."""
    version = draft_of(SLA, key, number)
    return edit_page(request, version, SLA, read=typed, template="standards/sla/edit.html", context=_context)


@requires(permissions.EDIT)
@require_POST
def instant_check(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """What is wrong with the form as it stands."""
    return check_answer(SLA, typed(draft_of(SLA, key, number).content, request.POST))


def typed(content: Content, post: QueryDict) -> Content:
    """The content as the form has it; a rule that is empty altogether is none."""
    rules = []
    for place in range(MOST_RULES):
        if f"rules.{place}.key" not in post:
            break
        row = {name: post.get(f"rules.{place}.{name}", "").strip()[:200] for name in FIELDS}
        if any(row.values()):
            rules.append(row)
    return {
        **content,
        "name": {language: post.get(f"name.{language}", "").strip()[:200] for language in ("zh", "en")},
        "calendar": post.get("calendar", "").strip()[:64],
        "pauses": post.get("pauses", "").strip()[:500],
        "rules": rules,
    }


def _context(request: HttpRequest, version: Version, content: Content, said: dict[str, str]) -> dict[str, Any]:
    from django.urls import reverse

    language = get_language() or "zh"
    rules = [*content.get("rules", []), *(dict.fromkeys(FIELDS, "") for _n in range(SPARE))]
    return {
        "name": name_of(content),
        "calendars": list(Document.objects.filter(kind="calendars")),
        "columns": [LABELS[name].in_language(language) for name in FIELDS],
        "rules": [
            [
                (
                    f"rules.{at}.{name}",
                    LABELS[name].in_language(language),
                    row.get(name, ""),
                    said.get(f"rules.{at}.{name}", ""),
                )
                for name in FIELDS
            ]
            for at, row in enumerate(rules)
        ],
        "preview_url": reverse("standards:sla_preview", args=[version.document.key, version.number]),
    }


@requires(permissions.EDIT)
@require_POST
def try_out(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """Last month's tickets by what stands in the form, beside the version in force. Nothing is saved."""
    version = draft_of(SLA, key, number)
    content = typed(version.content, request.POST)
    context: dict[str, Any] = {}
    try:
        lake = current_lake()
        month = newest_month(lake) if lake else None
        if lake is not None and month is not None and "tickets" in lake.datasets:
            basis = next((s.version for s in standings_of(version.document) if s.state == "in_force"), None)
            context |= compared(lake, month, content, basis)
            context["period"] = period_label(month, "month", get_language() or "zh")
            context["snapshot"] = lake.snapshot
            context["basis"] = basis
        else:
            policy_from(content)
    except ContentError as error:
        context["faults"] = error.faults[:8]
    except AnalysisError as error:
        context["reason"] = error.in_language(get_language() or "zh")
    return render(request, "standards/sla/preview.html", context)


class DueForm(forms.Form):
    """A ticket as one imagines it."""

    created = forms.DateTimeField(label=_("Received"), widget=forms.DateTimeInput({"type": "datetime-local"}))
    priority = forms.CharField(label=_("priority"), required=False, max_length=100)
    channel = forms.CharField(label=_("channel"), required=False, max_length=100)
    tier = forms.CharField(label=_("tier"), required=False, max_length=100)
    wait_from = forms.DateTimeField(label=_("Waits from"), required=False)
    wait_to = forms.DateTimeField(label=_("Waits until"), required=False)


@requires(permissions.SEE)
@require_safe
def due(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """When a ticket would be due by a version, and why."""
    version = version_of(SLA.key, key, number)
    form = DueForm(request.GET)
    context: dict[str, Any] = {
        "form": form,
        "version": version,
        "document": version.document,
        "asked": bool(request.GET),
    }
    if form.is_valid():
        try:
            context |= _told(version, form.cleaned_data)
        except AnalysisError as error:
            context["reason"] = error.in_language(get_language() or "zh")
    return render(request, "standards/sla/due.html", context)


def _told(version: Version, asked: dict[str, Any]) -> dict[str, Any]:
    policy, created = policy_of(version), asked["created"]
    calendar = calendar_for(version.content, created)
    created = created.astimezone(ZoneInfo(calendar.zone))
    events = []
    if asked["wait_from"] and policy.pauses:
        events = [(asked["wait_from"], policy.pauses[0])]
        if asked["wait_to"]:
            events.append((asked["wait_to"], ""))
    facts = {name: asked[name] for name in ("priority", "channel", "tier")}
    found = times_of(policy, calendar, facts=facts, created=created, now=timezone.now(), events=events)
    if found is None:
        return {"no_rule": True}
    pauses = policy.pauses_in(events)
    return {
        "rule": found.rule,
        "response": tell(created, found.response, calendar) if found.response else None,
        "resolution": tell(created, found.resolution, calendar, pauses) if found.resolution else None,
    }
