"""Pages 问题主题: groupings, one grouping, one theme, labelling its sample."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qualityloop.analysis.messages import AnalysisError
from qualityloop.diagnosis.themes import permissions, services
from qualityloop.diagnosis.themes.forms import MergeForm, RenameForm, RunForm, SplitForm
from qualityloop.diagnosis.themes.models import RunState, Theme, ThemeRun, ThemeState, ThemeText
from qualityloop.diagnosis.themes.presentation import (
    TONES,
    carried_text,
    chart_of,
    interval_of,
    lines_of,
    share_text,
)
from qualityloop.diagnosis.themes.queries import labelled, next_to_label, runs_for, shares_of, themes_for
from qualityloop.diagnosis.themes.sources import SOURCES
from qualityloop.foundation.audit.presentation import history_panel
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.jobs.models import JobRun
from qualityloop.foundation.panels import Fact, fact, record_page
from qualityloop.foundation.permissions import person, requires

SHOWN = 50  # texts of a theme on its page


def _run(request: HttpRequest, pk: int) -> ThemeRun:
    found = runs_for(request.user).select_related("made_by").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _theme(request: HttpRequest, pk: int) -> Theme:
    found = themes_for(request.user).select_related("run__made_by", "into", "carried__run").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(reverse("diagnosis_themes:runs"), _("Themes of problems")), *more]


def _said(error: AnalysisError) -> str:
    return error.in_language(get_language() or "zh")


@requires(permissions.WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Ask for a grouping."""
    form = RunForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            run = services.run_ask(actor=person(request), address=address_of(request), **form.cleaned_data)
            return redirect(run.get_absolute_url())
        except AnalysisError as error:
            form.add_error(None, _said(error))
    note = _("The texts that you may see are grouped by what they say; you then confirm, rename, merge or split.")
    back = reverse("diagnosis_themes:runs")
    return _form(request, form, _("Group texts"), back, _crumbs(), note, _("Begin to group"))


@requires(permissions.THEMES)
@require_safe
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """One grouping: its themes, their shares, what to do next."""
    one = _run(request, pk)
    job = JobRun.objects.filter(once__endswith=f"-{one.pk}", key__in=(services.GROUP, services.COUNT)).order_by("-pk")
    latest = job.first()
    shares = shares_of(one)
    lines = lines_of(request.user, one, shares, rows=SOURCES[one.dataset].right.allows(request.user))
    chart = chart_of([line.theme for line in lines], shares)
    context = {
        "run": one, "job": latest if latest and (latest.is_live or latest.error) else None, "lines": lines,
        "chart": chart, "sample": labelled(one), "crumbs": _crumbs(), "others_share": _part(one.others, one.count),
        "carried": sum(bool(line.theme.carried_id) and line.theme.state == ThemeState.PROPOSED for line in lines),
        "confirmed": sum(line.theme.state == ThemeState.CONFIRMED for line in lines),
        "may_work": permissions.WORK.allows(request.user), "empty": one.state == RunState.EMPTY,
        "waiting": one.state == RunState.WAITING, "vital": [line.theme.name for line in lines if line.vital],
        **history_panel(one),
    }  # fmt: skip
    return render(request, "themes/run.html", context)


def _part(some: int, whole: int) -> str:
    return f"{100 * some / whole:.0f} %" if whole else "–"


@requires(permissions.WORK)
@require_POST
def count(request: HttpRequest, pk: int) -> HttpResponse:
    """Have the confirmed themes counted."""
    one = _run(request, pk)
    try:
        services.count_ask(actor=person(request), run=one)
        messages.success(request, _("The confirmed themes are being counted in all texts."))
    except AnalysisError as error:
        messages.error(request, _said(error))
    return redirect(one.get_absolute_url())


@requires(permissions.WORK)
@require_POST
def carried(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm all themes that were carried over."""
    one = _run(request, pk)
    try:
        n = services.carried_confirm(actor=person(request), run=one, address=address_of(request))
        messages.success(request, ngettext("{n} theme confirmed.", "{n} themes confirmed.", n).format(n=n))
    except AnalysisError as error:
        messages.error(request, _said(error))
    return redirect(one.get_absolute_url())


@requires(permissions.WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def label(request: HttpRequest, pk: int) -> HttpResponse:
    """Label the random sample, one key per theme; the machine's opinion is not shown."""
    one = _run(request, pk)
    if request.method == "POST":
        _label(request, one)
        return redirect("diagnosis_themes:label", pk=one.pk)
    text = next_to_label(one)
    if text is not None and not SOURCES[one.dataset].right.allows(request.user):
        raise Http404
    words = SOURCES[one.dataset].of(request.user, [text.record_id]) if text else {}
    themes = Theme.objects.filter(run=one, state=ThemeState.CONFIRMED)
    mine = ThemeText.objects.filter(run=one, said_at__isnull=False, said_by=person(request))
    last = mine.select_related("said").order_by("-said_at").first()
    context = {
        "run": one, "text": text, "words": words.get(text.record_id, _("(This record is gone or not visible to you.)"))
        if text else "", "themes": [(n if n < 10 else None, theme) for n, theme in enumerate(themes, 1)],
        "sample": labelled(one), "last": last, "crumbs": _crumbs((one.get_absolute_url(), one.number)),
    }  # fmt: skip
    return render(request, "themes/label.html", context)


def _label(request: HttpRequest, one: ThemeRun) -> None:
    given = request.POST
    text = ThemeText.objects.filter(run=one, pk=_number(given.get("text"))).first()
    theme = Theme.objects.filter(run=one, pk=_number(given.get("theme"))).first()
    if text is None or (theme is None and given.get("theme") != "none"):
        raise Http404
    try:
        services.text_label(actor=person(request), text=text, theme=theme, address=address_of(request))
    except AnalysisError as error:
        messages.error(request, _said(error))


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else None


@requires(permissions.THEMES)
@require_safe
def theme(request: HttpRequest, pk: int) -> HttpResponse:
    """One theme: share, words, texts."""
    one = _theme(request, pk)
    share = shares_of(one.run).get(one.pk)
    source = SOURCES[one.run.dataset]
    inside = ThemeText.objects.filter(theme=one).order_by("-closeness", "pk")
    rows = list(inside.values_list("record_id", flat=True)[:SHOWN])
    texts = source.of(request.user, rows) if source.right.allows(request.user) else {}
    facts = [
        fact(one, "state", tone=TONES[one.state]), Fact(_("Share"), share_text(share), note=interval_of(share)),
        Fact(_("Counted by machine"), f"{100 * share.counted:.1f} %" if share else "–"),
        Fact(_("Machine and person agree"), f"{share.agreed} / {share.sampled}" if share and share.checked else ""),
        Fact(_("Texts in the group"), one.size),
        Fact(_("Overlaps with"), one.nearest, note=f"{100 * one.overlap:.0f} %"),
        Fact(_("Grouping"), one.run.number, one.run.get_absolute_url()),
        Fact(_("Carried over from"), one.carried.run.number if one.carried else "",
             one.carried.get_absolute_url() if one.carried else "", note=carried_text(one)),
        Fact(_("Merged into"), one.into or "", one.into.get_absolute_url() if one.into else ""),
    ]  # fmt: skip
    context = {
        "title": one.name, "crumbs": _crumbs((one.run.get_absolute_url(), one.run.number)),
        "status_word": ThemeState(one.state).label, "status_tone": TONES[one.state], "share": share,
        "texts": [(texts[key], source.url(key)) for key in rows if key in texts], "shown": SHOWN,
        "may_work": permissions.WORK.allows(request.user) and one.state != ThemeState.MERGED,
    }  # fmt: skip
    return record_page(request, one, "themes/theme.html", facts=facts, context=context)


VERDICTS = {"accept": ThemeState.CONFIRMED, "reject": ThemeState.DISMISSED, "reopen": ThemeState.PROPOSED}


@requires(permissions.WORK)
@require_POST
def judge(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm, dismiss or reopen a theme."""
    one = _theme(request, pk)
    state = VERDICTS.get(request.POST.get("verdict", ""))
    if state is None:
        raise Http404
    try:
        services.theme_state(actor=person(request), theme=one, state=state, address=address_of(request))
    except AnalysisError as error:
        messages.error(request, _said(error))
    page = f"{one.run.get_absolute_url()}#theme-{one.pk}"
    return redirect(one.get_absolute_url() if request.POST.get("back") == "theme" else page)


@requires(permissions.WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a theme another name."""
    one = _theme(request, pk)
    form = RenameForm(request.POST or None, initial={"name": one.name})
    return _change(request, one, form, _("Rename the theme"), lambda given: services.theme_rename(
        actor=person(request), theme=one, name=given["name"], address=address_of(request)))  # fmt: skip


@requires(permissions.WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Merge a theme into another."""
    one = _theme(request, pk)
    form = MergeForm(request.POST or None, theme=one)
    return _change(request, one, form, _("Merge the theme into another"), lambda given: services.theme_merge(
        actor=person(request), theme=one, into=given["into"], address=address_of(request)))  # fmt: skip


@requires(permissions.WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def split(request: HttpRequest, pk: int) -> HttpResponse:
    """Split a theme."""
    one = _theme(request, pk)
    form = SplitForm(request.POST or None)
    return _change(request, one, form, _("Split the theme"), lambda given: services.split_ask(
        actor=person(request), theme=one, parts=given["parts"]))  # fmt: skip


def _change(
    request: HttpRequest, one: Theme, form: forms.Form, title: str, do: Callable[[dict[str, Any]], object]
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            do(form.cleaned_data)
            return redirect(f"{one.run.get_absolute_url()}#theme-{one.pk}")
        except AnalysisError as error:
            form.add_error(None, _said(error))
    crumbs = _crumbs((one.run.get_absolute_url(), one.run.number), (one.get_absolute_url(), one.name))
    return _form(request, form, title, one.get_absolute_url(), crumbs, one.name)


def _form(  # noqa: PLR0917
    request: HttpRequest, form: forms.Form, title: str, back: str, crumbs: Any, note: str, button: str = ""
) -> HttpResponse:
    context = {"form": form, "title": title, "note": note, "back": back, "crumbs": crumbs, "button": button}
    return render(request, "foundation/form_page.html", context, status=422 if form.errors else 200)
