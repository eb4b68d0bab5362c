"""Pages of monitoring: live figures, weekly review, monthly reports."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from qualityloop.analysis.indicators.evaluate.periods import period_of
from qualityloop.analysis.indicators.standard import Indicator
from qualityloop.analysis.indicators.values import Value
from qualityloop.analysis.problems.wording import SIGNAL_WORDS, STATUS_WORDS, format_value
from qualityloop.diagnosis import services
from qualityloop.diagnosis.choices import choose
from qualityloop.diagnosis.codec import to_not_computed, to_value
from qualityloop.diagnosis.permissions import INDICATORS
from qualityloop.diagnosis.presentation import Speaker, series_by_key
from qualityloop.diagnosis.views.asked import Asked, asked
from qualityloop.diagnosis.warnings import monitoring, permissions
from qualityloop.diagnosis.warnings.models import MonthReport, WeekReview
from qualityloop.diagnosis.warnings.presentation import TONES
from qualityloop.diagnosis.warnings.queries import open_warnings
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.export import table_response
from qualityloop.foundation.lake import current_lake
from qualityloop.foundation.permissions import requires
from qualityloop.foundation.wording import language
from qualityloop.operations.models import Ticket
from qualityloop.operations.permissions import TICKETS
from qualityloop.operations.queues import Queues, queues

FIGURES = 6


@requires(INDICATORS)
@require_safe
@asked
def monitor(ask: Asked) -> HttpResponseBase:
    """Each indicator against baseline, target, warning line, last period, last year and its control limits."""
    found = services.values(ask.lake, ask.choice, None, ())
    series = series_by_key([to_value(item) for item in found["values"]])
    reasons = {item.key: ask.speaker.say(item.reason) for item in map(to_not_computed, found["not_computed"])}
    warned = {w.series: w for w in reversed(_warnings(ask.request))}
    lines = []
    for one in ask.choice.standard.indicators:
        card = ask.speaker.card(one, series.get(one.key, []))
        limits = _limits(one, card.shown.value, ask.language) if card else ""
        baseline = format_value(one.baseline, one.unit, ask.language)
        against = ask.speaker.change(one, card.shown.value.value, one.baseline) if card else ("–", None)
        lines.append({
            "name": ask.speaker.say(one.name), "card": card, "limits": limits, "baseline": baseline,
            "against": against[0], "against_better": against[1], "goal": ask.speaker.goal(one).split(" · "),
            "reason": reasons.get(one.key, ""), "url": ask.speaker.indicator_url(one.key),
            "team_url": ask.speaker.indicator_url(one.key, by="team"), "warning": warned.get(one.key),
        })  # fmt: skip
    live = {"figures": _figures(ask), "queues": _queues(ask.request), "live_at": timezone.localtime()}
    return ask.render("monitoring.html", lines=lines, **live)


def _queues(request: HttpRequest) -> Queues | None:
    """What waits now; None for those who may not see tickets, and where none were ever kept."""
    if not TICKETS.allows(request.user) or not Ticket.objects.exists():
        return None
    return queues(request.user)


@requires(TICKETS)
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """The queues alone, asked for again and again."""
    return render(request, "diagnosis/queues.html", {"queues": queues(request.user), "live_at": timezone.localtime()})


def _warnings(request: HttpRequest) -> list[Any]:
    return list(open_warnings(request.user)) if permissions.WARNINGS.allows(request.user) else []


def _limits(indicator: Indicator, value: Value, words: str) -> str:
    if value.lower_limit is None or value.upper_limit is None:
        return ""
    low, high = (format_value(v, indicator.unit, words) for v in (value.lower_limit, value.upper_limit))
    return f"{low} – {high}"


def _figures(ask: Asked) -> dict[str, Any]:
    """The standard's headline indicators on the newest day and in its week, and how many warnings are open."""
    standard = ask.choice.standard
    keys = [*standard.headline, *(i.key for i in standard.indicators if i.key not in standard.headline)][:FIGURES]
    columns: dict[str, dict[str, Any]] = {}
    last = ask.choice.last
    for grain in ("day", "week"):
        asked_for = {"standard": standard.key, "grain": grain, "period": period_of(last, grain).isoformat()}
        choice = choose(asked_for, ask.lake, ask.known, standard.key)
        if choice is None:
            continue
        found = services.values(ask.lake, choice, None, ())
        speaker = Speaker(choice, ask.language, rows=ask.sees_rows)
        now = {v.key: v for v in map(to_value, found["values"]) if v.period == choice.period}
        columns[grain] = {key: speaker.shown(standard.indicator(key), now[key]) for key in keys if key in now}
    names = {i.key: ask.speaker.say(i.name) for i in standard.indicators}
    tiles = [(names[key], columns.get("day", {}).get(key), columns.get("week", {}).get(key)) for key in keys]
    waiting = _warnings(ask.request)
    return {"tiles": tiles, "day": last, "week": period_of(last, "week"), "open": len(waiting),
            "urgent": sum(w.severity == "urgent" for w in waiting)}  # fmt: skip


@requires(INDICATORS)
@require_safe
@asked
def figures(ask: Asked) -> HttpResponseBase:
    """The figures alone, asked for again and again."""
    return ask.render("monitoring_figures.html", figures=_figures(ask), live_at=timezone.localtime())


class ReviewForm(forms.Form):
    """What the week's meeting notes and decides."""

    notes = forms.CharField(
        label=gettext_lazy("Notes"), required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 5})
    )
    decisions = forms.CharField(
        label=gettext_lazy("Decisions"), required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 5})
    )


def _week(text: str) -> date:
    try:
        asked_for = date.fromisoformat(text) if text else timezone.localdate()
    except ValueError:
        raise Http404 from None
    if not 1990 <= asked_for.year <= 2200:
        raise Http404
    return period_of(asked_for, "week")


@requires(permissions.WARNINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest) -> HttpResponse:
    """What signalled in a week, what is open, notes and decisions."""
    week = _week(request.GET.get("week", ""))
    may_write = permissions.WORK.allows(request.user)
    kept = WeekReview.objects.select_related("decided_by").filter(week=week).first()
    initial = {"notes": kept.notes, "decisions": kept.decisions} if kept else None
    form = ReviewForm(request.POST or None, initial=initial)
    if request.method == "POST":
        if not may_write:
            raise Http404
        if form.is_valid():
            monitoring.review_save(actor=request.user, week=week, values=form.cleaned_data, address=address_of(request))
            messages.success(request, _("Saved."))
            return redirect(f"{reverse('diagnosis_warnings:review')}?week={week}")
    seen = [(s, TONES[s.severity]) for s in monitoring.signalled_in(request.user, week)]
    waiting = [(w, TONES[w.severity]) for w in open_warnings(request.user)]
    context = {
        "title": _("Weekly review"), "week": week, "week_end": week + timedelta(days=6), "seen": seen,
        "waiting": waiting, "form": form, "kept": kept, "may_write": may_write,
        "before": week - timedelta(days=7), "after": week + timedelta(days=7),
        "kept_weeks": WeekReview.objects.select_related("decided_by").exclude(week=week)[:12],
    }  # fmt: skip
    return render(request, "diagnosis/week_review.html", context, status=422 if form.errors else 200)


@requires(INDICATORS)
@require_http_methods(["GET", "HEAD", "POST"])
def reports(request: HttpRequest) -> HttpResponse:
    """The monthly reports that were kept; making that of the newest whole month, where the clock has not yet."""
    lake, may = current_lake(), permissions.RULES.allows(request.user)
    newest = monitoring.newest_month(lake) if lake else None
    missing = newest is not None and not MonthReport.objects.filter(month=newest).exists()
    if request.method == "POST":
        if not may:
            raise Http404
        made = None
        if lake is not None and newest is not None:
            where = address_of(request)
            made = monitoring.month_report_make(actor=request.user, lake=lake, month=newest, address=where)
        if made is not None:
            return redirect("diagnosis_warnings:report", made.pk)
        messages.error(request, _("The data do not cover this month to its end."))
    context = {
        "title": _("Monitoring reports"), "reports": MonthReport.objects.defer("content")[:120],
        "newest": newest if may and missing else None,
    }  # fmt: skip
    return render(request, "diagnosis/month_reports.html", context)


@requires(INDICATORS)
@require_safe
def report(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One month's report as it was made, or as an Excel file."""
    one = get_object_or_404(MonthReport, pk=pk)
    lines = [_line(line) for line in one.content["lines"]]
    if request.GET.get("format") in ("xlsx", "csv"):
        header = [str(h) for h in HEADER]
        rows = [
            [line["name"], line["dimension"], line["status_word"], line["value"], line["n"], line["low"], line["high"],
             line["baseline"], line["target"], line["warning"], line["previous"], line["year_ago"],
             line["lower_limit"], line["upper_limit"], line["signal_word"], line["owner"]]
            for line in lines
        ]  # fmt: skip
        return table_response(f"monitoring-{one.month:%Y-%m}", request.GET["format"], header, rows)
    shown = one.content["warnings"] if permissions.WARNINGS.allows(request.user) else []
    suffix = language()
    context = {
        "title": _("Monitoring report {month}").format(month=f"{one.month:%Y-%m}"), "report": one, "lines": lines,
        "warnings": [(w, w[suffix], w[f"said_{suffix}"]) for w in shown],
        "crumbs": [(reverse("diagnosis_warnings:reports"), _("Monitoring reports"))],
    }  # fmt: skip
    return render(request, "diagnosis/month_report.html", context)


HEADER = (
    gettext_lazy("Indicator"), gettext_lazy("Dimension"), gettext_lazy("Status"), gettext_lazy("Value"),
    gettext_lazy("n"), gettext_lazy("Interval low"), gettext_lazy("Interval high"), gettext_lazy("Baseline"),
    gettext_lazy("Target"), gettext_lazy("Warning line"), gettext_lazy("Last period"), gettext_lazy("Last year"),
    gettext_lazy("Lower control limit"), gettext_lazy("Upper control limit"), gettext_lazy("Signal or noise"),
    gettext_lazy("Owner"),
)  # fmt: skip


def _line(kept: dict[str, Any]) -> dict[str, Any]:
    words = language()

    def text(name: str) -> str:
        return format_value(kept[name], kept["unit"], words)

    status, signal = kept["status"], kept["signal"]
    return {
        **kept,
        "name": kept[words] or kept["zh"], "dimension": kept[f"dimension_{words}"],
        "status_word": STATUS_WORDS[status].in_language(words) if status else "",
        "signal_word": SIGNAL_WORDS[signal].in_language(words) if signal else "",
        "texts": {name: text(name) for name in ("value", "baseline", "target", "warning", "previous", "year_ago")},
        "interval": f"{text('low')} – {text('high')}" if kept["low"] is not None and kept["high"] is not None else "",
        "limits": f"{text('lower_limit')} – {text('upper_limit')}" if kept["lower_limit"] is not None else "",
    }  # fmt: skip
