"""Beginning, editing, checking, trying out, importing and exporting an evaluation standard."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qualityloop.analysis.indicators.draft import INDICATOR_KEY
from qualityloop.analysis.indicators.loading import (
    load_standard,
    read_draft,
    shipped_draft,
    shipped_standards,
    standard_to_xlsx,
    standard_to_yaml,
)
from qualityloop.analysis.indicators.xlsx_file import MAX_BYTES
from qualityloop.analysis.messages import AnalysisError, Text, message
from qualityloop.foundation.lake import current_lake
from qualityloop.foundation.permissions import requires
from qualityloop.standards import permissions
from qualityloop.standards.indicators import editing, typed
from qualityloop.standards.indicators.content import (
    check,
    content_of_draft,
    empty,
    name_of,
    standard_from,
    standard_of,
)
from qualityloop.standards.indicators.kind import INDICATORS
from qualityloop.standards.indicators.preview import preview
from qualityloop.standards.indicators.suggestions import offered
from qualityloop.standards.versions import queries, services
from qualityloop.standards.versions.kinds import ContentError, Fault
from qualityloop.standards.versions.models import Content, State, Version
from qualityloop.standards.versions.pages import version_of
from qualityloop.standards.versions.services import VersionError

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class NewForm(forms.Form):
    """How an evaluation standard begins."""

    key = forms.CharField(label=_lazy("Key"), max_length=64, help_text=_lazy("Lower-case letters, digits, - and _."))
    name_zh = forms.CharField(label=_lazy("Name (Chinese)"), max_length=200, required=False)
    name_en = forms.CharField(label=_lazy("Name (English)"), max_length=200, required=False)
    begin = forms.CharField(required=False)
    file = forms.FileField(label=_lazy("YAML or Excel file"), required=False)
    reason = forms.CharField(label=_lazy("Reason of the change"), max_length=2000, required=False)


@requires(permissions.EDIT)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Begin with a template, a file or nothing."""
    language = _language()
    form = NewForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            content = _begun(form, language)
            data = form.cleaned_data
            made = services.document_create(
                actor=request.user, kind=INDICATORS.key, key=data["key"], content=content, reason=data["reason"]
            )
            return redirect("standards:indicators_edit", made.document.key, made.number)
        except VersionError as error:
            form.add_error(error.field or None, error.in_language(language))
        except AnalysisError as error:
            form.add_error("file", error.in_language(language))
    templates = [load_standard(key) for key in shipped_standards()]
    context = {
        "kind": INDICATORS,
        "form": form,
        "begin": request.POST.get("begin", "after-sales"),
        "templates": [(t.key, t.name.in_language(language), len(t.indicators)) for t in templates],
    }
    return render(request, "standards/indicators/new.html", context)


def _begun(form: NewForm, language: str) -> Content:
    data = form.cleaned_data
    name = Text(data["name_zh"].strip(), data["name_en"].strip())
    if data["begin"] in shipped_standards():
        content = content_of_draft(shipped_draft(data["begin"]))
    elif data["begin"] == "file":
        content = _uploaded(data["file"])
    else:
        return empty(name if name.zh or name.en else Text(data["key"], data["key"]))
    if name.zh or name.en:
        content["name"] = {"zh": name.zh, "en": name.en}
    return content


def _uploaded(file: Any) -> Content:
    """What an uploaded file says; AnalysisError with the place where it cannot be read."""
    if file is None:
        raise AnalysisError(message("Choose a file."))
    return content_of_draft(read_draft(str(file.name)[:100], file.read(MAX_BYTES + 1)))


@requires(permissions.EDIT)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """The table of a draft. Every button saves what was typed first."""
    version = _draft(key, number)
    if request.method != "POST":
        return _editor(request, version, version.content)
    content = typed.table_typed(version.content, request.POST)
    what, _colon, which = request.POST.get("do", "save").partition(":")
    if what in ("up", "down"):
        content = typed.moved(content, which, -1 if what == "up" else 1)
    elif what == "remove":
        content = typed.without(content, which)
    return _saved(request, version, content, what, which)


def _saved(request: HttpRequest, version: Version, content: Content, what: str, which: str) -> HttpResponse:
    try:
        services.draft_save(
            actor=request.user,
            version=version,
            content=content,
            reason=request.POST.get("reason", version.reason).strip()[:2000],
            known_hash=request.POST.get("known_hash"),
        )
    except VersionError as error:
        return _editor(request, version_of(INDICATORS.key, version.document.key, version.number), content, error)
    arguments = [version.document.key, version.number]
    if what == "row":
        return HttpResponseRedirect(
            reverse("standards:indicators_row", args=arguments)
            + (f"?{urlencode({'indicator': which})}" if which else "")
        )
    if what == "done":
        return redirect("standards:indicators_version", *arguments)
    messages.success(request, _("The draft is saved."))
    return redirect("standards:indicators_edit", *arguments)


def _editor(
    request: HttpRequest, version: Version, content: Content, error: VersionError | None = None
) -> HttpResponse:
    language = _language()
    faults = check(content)
    said = editing.said(faults, language)
    columns = editing.columns_of(language)
    context = {
        "kind": INDICATORS,
        "document": version.document,
        "version": version,
        "content": content,
        "name": name_of(content),
        "reason": request.POST.get("reason", version.reason),
        "dimensions": [*content.get("dimensions", []), {"key": "", "zh": "", "en": ""}],
        "rows": editing.table_rows(content, said, language),
        "columns": editing.labels(columns, language),
        "faults": faults,
        "head_faults": {path.replace(".", "_"): text for path, text in said.items() if path[:10] != "indicators"},
        "error": error.in_language(language) if error else "",
        "suggestions": offered(language),
    }
    return render(request, "standards/indicators/edit.html", context)


@requires(permissions.EDIT)
@require_http_methods(["GET", "POST"])
def row(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """One indicator with all its fields; without `indicator` in the address a new one."""
    version = _draft(key, number)
    content = version.content
    was = request.GET.get("indicator", "")
    rows = {r.get("key", ""): r for r in content.get("indicators", [])}
    if was and was not in rows:
        raise Http404
    shown = rows.get(was, {"dataset": "tickets", "period": "created_at", "unit": "percent", "better": "higher"})
    if request.method != "POST":
        return _row_page(request, version, was, shown)
    made = typed.row_typed(rows.get(was, {}), request.POST)
    problem = _key_problem(made.get("key", ""), was, rows)
    if problem:
        return _row_page(request, version, was, made, problem)
    try:
        services.draft_save(
            actor=request.user,
            version=version,
            content=typed.replaced(content, was or None, made),
            known_hash=request.POST.get("known_hash"),
        )
    except VersionError as error:
        return _row_page(request, version_of(INDICATORS.key, key, number), was, made, error.in_language(_language()))
    messages.success(request, _("The draft is saved."))
    return redirect("standards:indicators_edit", key, number)


def _key_problem(key: str, was: str, rows: dict[str, Any]) -> str:
    if not INDICATOR_KEY.fullmatch(key):
        return _("Every indicator needs a key: lower-case letters, digits and _.")
    if key != was and key in rows:
        return _("There is another indicator with this key.")
    return ""


def _row_page(
    request: HttpRequest, version: Version, was: str, shown: dict[str, str], problem: str = ""
) -> HttpResponse:
    language = _language()
    content = typed.replaced(version.content, was or None, shown)
    place = next(at for at, r in enumerate(content["indicators"]) if r is shown)
    fresh = not was and request.method != "POST"  # nothing has been typed that could be wrong
    said = {} if fresh else editing.said(check(content), language)
    context = {
        "kind": INDICATORS,
        "document": version.document,
        "version": version,
        "was": was,
        "title": Text(shown.get("name.zh", ""), shown.get("name.en", "")).in_language(language) or was,
        "groups": editing.row_groups(content, shown, place, said, language),
        "said": editing.explained(shown, language),
        "problem": problem,
        "suggestions": offered(language),
    }
    return render(request, "standards/indicators/row.html", context)


@requires(permissions.EDIT)
@require_POST
def instant_check(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """What is wrong with what stands in the form right now: {"faults": {field: text}, "said": {field: text}}."""
    version = _draft(key, number)
    language = _language()
    content, place, shown = _from_form(request, version)
    found = editing.said(check(content), language)
    if place is None:
        names = {path: f"i-{path.split('.')[1]}-{path.split('.', 2)[2]}" for path in found if path.count(".") > 1}
        faults = {names.get(path, path): text for path, text in found.items()}
        return JsonResponse({"faults": faults, "said": {}})
    prefix = f"indicators.{place}."
    mine = {path.removeprefix(prefix): text for path, text in found.items() if path.startswith(prefix)}
    return JsonResponse({"faults": mine, "said": editing.explained(shown, language)})


@requires(permissions.EDIT)
@require_POST
def try_out(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """The newest month by what stands in the form, beside the version in force. Nothing is saved."""
    version = _draft(key, number)
    language = _language()
    content, place, shown = _from_form(request, version)
    context: dict[str, Any] = {"preview": None, "faults": [], "document": version.document}
    try:
        made = standard_from(content, key, str(number))
        lake = current_lake()
        basis = _basis(version)
        old = standard_of(basis) if basis else None
        only = shown.get("key") if place is not None else None
        context["basis"] = basis
        context["preview"] = preview(lake, old, made, language, only) if lake else None
    except ContentError as error:
        context["faults"] = _mine(error.faults, place)
    except AnalysisError as error:
        context["reason"] = error.in_language(language)
    return render(request, "standards/indicators/preview.html", context)


def _mine(faults: tuple[Fault, ...], place: int | None) -> list[Fault]:
    """Those of the row that is being edited come first."""
    prefix = f"indicators.{place}."
    return sorted(faults, key=lambda fault: not fault.field.startswith(prefix))[:8]


def _from_form(request: HttpRequest, version: Version) -> tuple[Content, int | None, dict[str, str]]:
    """The content as the form would make it; for the page of one indicator its place and row."""
    if "was" not in request.POST:
        return typed.table_typed(version.content, request.POST), None, {}
    was = request.POST["was"]
    rows = {r.get("key", ""): r for r in version.content.get("indicators", [])}
    made = typed.row_typed(rows.get(was, {}), request.POST)
    content = typed.replaced(version.content, was or None, made)
    return content, next(at for at, r in enumerate(content["indicators"]) if r is made), made


def _basis(version: Version) -> Version | None:
    """What a draft is compared with: the version in force, else the newest one before it."""
    standings = queries.standings_of(version.document)
    found = next((s.version for s in standings if s.state == "in_force"), None)
    return found or next((s.version for s in standings if s.version.number < version.number), None)


@requires(permissions.EDIT)
@require_POST
def take_file(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """Replace a draft by what a file says."""
    version = _draft(key, number)
    try:
        services.draft_save(
            actor=request.user,
            version=version,
            content=_uploaded(request.FILES.get("file")),
            reason=version.reason or _("Taken from a file"),
        )
        messages.success(request, _("The draft now says what the file says."))
    except AnalysisError as error:
        messages.error(request, error.in_language(_language()))
    return redirect("standards:indicators_edit", key, number)


@requires(permissions.SEE)
@require_safe
def export(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """A version as the YAML file or Excel sheet that every other face of the product reads."""
    version = version_of(INDICATORS.key, key, number)
    language = _language()
    try:
        standard = standard_of(version)
    except ContentError as error:
        messages.error(request, error.in_language(language))
        return redirect("standards:indicators_version", key, number)
    if request.GET.get("format") == "xlsx":
        body, content_type, ending = standard_to_xlsx(standard, language), XLSX, "xlsx"
    else:
        body, content_type, ending = standard_to_yaml(standard).encode(), "application/yaml; charset=utf-8", "yaml"
    response = HttpResponse(body, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{key}-v{number}.{ending}"'
    return response


def _draft(key: str, number: int) -> Version:
    version = version_of(INDICATORS.key, key, number)
    if version.state != State.DRAFT:
        raise Http404
    return version


def _language() -> str:
    return get_language() or "zh"
