"""The page 系统状态: what `qualityloop check` says."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import django
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from qualityloop import __version__
from qualityloop.foundation.care.checks import Level, checked
from qualityloop.foundation.care.permissions import STATE
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
    home = Path(settings.QUALITYLOOP_HOME)
    free = shutil.disk_usage(home).free / 2**30 if home.exists() else None
    context = {
        "lines": lines,
        "problems": sum(bool(texts) for _, texts in lines),
        "version": __version__,
        "python": sys.version.split()[0],
        "django": django.get_version(),
        "database": {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[connection.vendor],
        "home": home,
        "free": free,
    }
    return render(request, "care/state.html", context)
