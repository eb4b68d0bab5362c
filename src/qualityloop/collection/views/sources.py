"""数据源: where records come from by themselves, when they were last heard of, what could not be taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qualityloop.collection import sourcing
from qualityloop.collection.forms import SourceForm
from qualityloop.collection.models import DataSource
from qualityloop.collection.permissions import SOURCES as RIGHT
from qualityloop.collection.polling import rhythm
from qualityloop.collection.sources import SOURCES, Source
from qualityloop.foundation.audit.presentation import history_panel
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.permissions import person, requires

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Line:
    """A source in the list."""

    source: DataSource
    way: Source | None
    lag: timedelta | None
    silent: bool
    problems: int


def _line(source: DataSource) -> Line:
    now, limit = timezone.now(), rhythm(source)
    lag = now - source.last_news_at if source.last_news_at else None
    silent = bool(limit and (lag or now - source.created_at) > limit)
    return Line(source, SOURCES.get(source.kind), lag, silent, getattr(source, "problems", 0))


@requires(RIGHT)
@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """All sources."""
    problems = Count("seen", filter=~Q(seen__problem_json=""))
    found = DataSource.objects.select_related("mapping").annotate(problems=problems)
    context = {"lines": [_line(source) for source in found], "kinds": list(SOURCES.values())}
    return render(request, "collection/sources.html", context)


@requires(RIGHT)
@require_safe
def source(request: HttpRequest, number: int) -> HttpResponse:
    """One source: settings, runs, files that could not be taken."""
    found = get_object_or_404(DataSource.objects.select_related("mapping", "actor"), pk=number)
    way = SOURCES.get(found.kind)
    shown = [
        (option.label, "••••••" if option.secret and found.options.get(option.key) else _said(found, option.key))
        for option in (way.options if way else ())
    ]
    context = {
        "line": _line(found),
        "source": found,
        "settings_shown": shown,
        "runs": list(found.runs.select_related("run")[:SHOWN]),
        "problems": list(found.seen.exclude(problem_json="")[:SHOWN]),
        **history_panel(found),
    }
    return render(request, "collection/source.html", context)


def _said(found: DataSource, key: str) -> str:
    value = found.options.get(key)
    return ", ".join(value) if isinstance(value, list) else str(value or "")


@requires(RIGHT)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make a source of the kind that the address names, or the first."""
    kind = request.GET.get("kind", next(iter(SOURCES)))
    if kind not in SOURCES:
        raise Http404
    return _form(request, DataSource(kind=kind), _("The source is set up."))


@requires(RIGHT)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """Change a source."""
    found = get_object_or_404(DataSource, pk=number)
    if found.kind not in SOURCES:
        raise Http404
    return _form(request, found, _("The source is changed."))


def _form(request: HttpRequest, found: DataSource, done: str) -> HttpResponse:
    form = SourceForm(request.POST or None, instance=found, way=SOURCES[found.kind])
    if request.method == "POST" and form.is_valid():
        saved = sourcing.source_save(
            actor=person(request), source=form.save(commit=False), options=form.options(), address=address_of(request)
        )
        messages.success(request, done)
        return redirect("collection:source", number=saved.pk)
    context = {"form": form, "source": found, "way": SOURCES[found.kind]}
    return render(request, "collection/source_form.html", context, status=422 if form.errors else 200)


@requires(RIGHT)
@require_POST
def ask(request: HttpRequest, number: int) -> HttpResponse:
    """Ask a source now."""
    sourcing.source_ask(actor=person(request), source=get_object_or_404(DataSource, pk=number))
    messages.info(request, _("The source is being asked; the result appears below."))
    return redirect("collection:source", number=number)


@requires(RIGHT)
@require_POST
def forget(request: HttpRequest, number: int) -> HttpResponse:
    """Try a file again that could not be taken."""
    found = get_object_or_404(DataSource, pk=number)
    key = request.POST.get("file", "")
    seen = found.seen.filter(pk=int(key)).first() if key.isdigit() and len(key) < 19 else None
    if seen is None:
        raise Http404
    sourcing.seen_forget(actor=person(request), seen=seen, address=address_of(request))
    messages.info(request, _("The file is tried again the next time the source is asked."))
    return redirect("collection:source", number=number)
