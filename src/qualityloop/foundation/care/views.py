"""The page 系统状态: what `qualityloop check` says."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from qualityloop.foundation.care.checks import Level, checked
from qualityloop.foundation.care.permissions import STATE
from qualityloop.foundation.care.queries import installation
from qualityloop.foundation.permissions import requires

LEVELS = {Level.ERROR: "missed", Level.WARNING: "warning"}


@requires(STATE)
@require_safe
def state(request: HttpRequest) -> HttpResponse:
    """Every check with what it found, the worst first in each."""
    language = getattr(request, "LANGUAGE_CODE", "zh-hans")
    lines = []
    for one in checked():
        found = sorted(one.findings, key=lambda f: f.level)
        texts = [(LEVELS[f.level], f.text.in_language(language)) for f in found]
        lines.append((one.check.label.in_language(language), texts))
    here = installation()
    context = {
        "lines": lines,
        "problems": sum(bool(texts) for _, texts in lines),
        "version": here.version,
        "python": here.python,
        "django": here.django,
        "database": here.database,
        "home": here.home,
        "free": None if here.free is None else here.free / 2**30,
    }
    return render(request, "care/state.html", context)
