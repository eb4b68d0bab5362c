"""The page 操作记录: who did what, when, from where, and why."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from qualityloop.foundation.audit.actions import ACTIONS
from qualityloop.foundation.audit.permissions import AUDIT
from qualityloop.foundation.audit.presentation import export_header, export_row, lines
from qualityloop.foundation.audit.queries import Filter, count_of_all, entries, filter_asked
from qualityloop.foundation.export import FORMATS, table_response
from qualityloop.foundation.paging import page_asked
from qualityloop.foundation.permissions import requires


@requires(AUDIT)
@require_safe
def audit_log(request: HttpRequest) -> HttpResponseBase:
    """Entries that fit the filter, newest first, paged; or all of them as a file."""
    wanted = filter_asked(request.GET)
    found = entries(wanted)
    form = request.GET.get("format", "")
    if form in FORMATS:
        rows = (export_row(entry) for entry in found.iterator(chunk_size=500))
        return table_response("audit-log", form, export_header(), rows)
    page = page_asked(request.GET)
    shown = list(found[page.offset : page.offset + page.size + 1])
    if not shown and page.number > 1:
        page = page_asked({})
        shown = list(found[: page.size + 1])
    context = {
        "lines": list(lines(shown[: page.size])),
        "page": page.among(more=len(shown) > page.size, of=count_of_all() if wanted.is_empty else None),
        "wanted": wanted,
        "actions": sorted(((a.key, str(a.label)) for a in ACTIONS.values()), key=lambda pair: pair[1]),
        "query": _query(wanted),
    }
    return render(request, "foundation/audit.html", context)


def _query(wanted: Filter) -> str:
    """The filter as it stands in an address, `?` included."""
    values = {
        "actor": wanted.actor,
        "action": wanted.action,
        "record": wanted.record,
        "from": wanted.start.isoformat() if wanted.start else "",
        "to": wanted.end.isoformat() if wanted.end else "",
    }
    return "?" + urlencode({key: value for key, value in values.items() if value})
