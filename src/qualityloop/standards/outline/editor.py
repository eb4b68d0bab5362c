"""The pages that write a document: begin it, edit its draft, check and try out while typing, take and give files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qualityloop.analysis.authored import MAX_BYTES
from qualityloop.analysis.messages import AnalysisError, Text, message
from qualityloop.foundation.permissions import requires
from qualityloop.standards.outline.binding import Binder, Roles, places_of
from qualityloop.standards.outline.posted import Names, content_of
from qualityloop.standards.outline.schema import Group
from qualityloop.standards.versions import services
from qualityloop.standards.versions.kinds import Fault, Kind
from qualityloop.standards.versions.models import Content, State, Version
from qualityloop.standards.versions.pages import version_of
from qualityloop.standards.versions.services import VersionError

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
VERSION = "<str:key>/<int:number>/"

Read = Callable[..., tuple[Any, list[AnalysisError]]]


def _no_panel(_request: HttpRequest, _content: Content, _read: Any, _faults: Sequence[AnalysisError]) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Writing:
    """How documents of one kind are written.

    read: a file or content → (what it says, everything that is wrong). data: what it says → content. templates: what a
    document may begin with. panel: the template beside the form that is renewed while somebody types, with `context`.
    """

    kind: Kind
    schema: Group
    title: str | Promise
    hint: str | Promise
    read: Read
    data: Callable[[Any], Content]
    to_yaml: Callable[[Any], str]
    shelf: Callable[[], Sequence[tuple[str, Text]]]
    shipped: Callable[[str], Any]
    panel: str
    context: Callable[[HttpRequest, Content, Any, Sequence[AnalysisError]], dict[str, Any]] = _no_panel
    to_xlsx: Callable[[Any, str], bytes] | None = None
    roles: Callable[[Mapping[str, Any]], Roles] = lambda _content: ()

    def check(self, content: Content) -> list[Fault]:
        """Everything that is wrong with a content, as the versions want to know it."""
        return faults_of(self.read, content)


def faults_of(read: Read, content: Content) -> list[Fault]:
    """Everything that is wrong with a content, as the versions want to know it."""
    try:
        _found, faults = read(content)
    except AnalysisError as error:
        faults = [error]
    return [Fault(fault.place.column or "", fault.text) for fault in faults]


class NewForm(forms.Form):
    """How a document begins."""

    key = forms.RegexField(
        r"^[a-z][a-z0-9_-]*$",
        label=gettext_lazy("Key"),
        max_length=64,
        help_text=gettext_lazy("Lower-case letters, digits, - and _."),
    )
    name_zh = forms.CharField(label=gettext_lazy("Name (Chinese)"), max_length=200, required=False)
    name_en = forms.CharField(label=gettext_lazy("Name (English)"), max_length=200, required=False)
    begin = forms.CharField(required=False)
    file = forms.FileField(label=gettext_lazy("File"), required=False)
    reason = forms.CharField(label=gettext_lazy("Reason of the change"), max_length=2000, required=False)


class Editor:
    """The writing pages of one kind; `urls` are put before those of the versions."""

    def __init__(self, writing: Writing) -> None:
        self.writing, self.kind = writing, writing.kind

    def urls(self) -> list[URLPattern]:
        """Addresses: KEY_new, KEY_edit, KEY_check, KEY_file, KEY_export."""
        see, edit, key = requires(self.kind.see), requires(self.kind.edit), self.kind.key
        both = require_http_methods(["GET", "HEAD", "POST"])
        return [
            path("new/", edit(both(self.new)), name=f"{key}_new"),
            path(f"{VERSION}edit/", edit(both(self.edit)), name=f"{key}_edit"),
            path(f"{VERSION}check/", edit(require_POST(self.check)), name=f"{key}_check"),
            path(f"{VERSION}file/", edit(require_POST(self.take_file)), name=f"{key}_file"),
            path(f"{VERSION}export/", see(require_safe(self.export)), name=f"{key}_export"),
        ]

    def new(self, request: HttpRequest) -> HttpResponse:
        """Begin with a template, a file or nothing."""
        shelf = self.writing.shelf()
        form = NewForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                made = services.document_create(
                    actor=request.user,
                    kind=self.kind.key,
                    key=form.cleaned_data["key"],
                    content=self._begun(form),
                    reason=form.cleaned_data["reason"],
                )
                return redirect(self.kind.editor, made.document.key, made.number)
            except VersionError as error:
                form.add_error(error.field or None, error.in_language(_language()))
            except AnalysisError as error:
                form.add_error("file", error.in_language(_language()))
        context = {
            "kind": self.kind,
            "writing": self.writing,
            "form": form,
            "begin": request.POST.get("begin", shelf[0][0] if shelf else "empty"),
            "templates": [(key, name.in_language(_language())) for key, name in shelf],
            "accepts": ".yaml,.yml,.xlsx" if self.writing.to_xlsx else ".yaml,.yml",
        }
        return render(request, "standards/outline/new.html", context)

    def _begun(self, form: NewForm) -> Content:
        data = form.cleaned_data
        if data["begin"] in {key for key, _name in self.writing.shelf()}:
            content = self.writing.data(self.writing.shipped(data["begin"]))
        elif data["begin"] == "file":
            content = self._uploaded(data["file"])
        else:
            content = {"name": data["key"]}
        content["key"] = data["key"]
        name = {"zh": data["name_zh"].strip(), "en": data["name_en"].strip()}
        if any(name.values()):
            content["name"] = {language: text for language, text in name.items() if text}
        return content

    def _uploaded(self, file: Any) -> Content:
        """What an uploaded file says; AnalysisError with the place where it is wrong."""
        if file is None:
            raise AnalysisError(message("Choose a file."))
        found, faults = self.writing.read(file.read(MAX_BYTES + 1), str(file.name)[:100])
        if faults:
            raise faults[0]
        return self.writing.data(found)

    def edit(self, request: HttpRequest, key: str, number: int) -> HttpResponse:
        """The form of a draft; saving keeps it however incomplete it is."""
        version = self._draft(key, number)
        if request.method != "POST":
            return self._form(request, version, version.content)
        content, names = self._typed(request, version)
        try:
            services.draft_save(
                actor=request.user,
                version=version,
                content=content,
                reason=request.POST.get("reason", version.reason).strip()[:2000],
                known_hash=request.POST.get("known_hash"),
            )
        except VersionError as error:
            return self._form(request, version, content, names, error.in_language(_language()))
        if request.POST.get("do") == "done":
            return redirect(f"standards:{self.kind.key}_version", key, number)
        messages.success(request, _("The draft is saved."))
        return redirect(self.kind.editor, key, number)

    def _typed(self, request: HttpRequest, version: Version) -> tuple[Content, Names]:
        """What the form holds; the key of a document is that under which it is kept."""
        content, names = content_of(self.writing.schema, request.POST)
        return {"key": version.document.key, **content}, names

    def _form(
        self, request: HttpRequest, version: Version, content: Content, names: Names | None = None, error: str = ""
    ) -> HttpResponse:
        found, faults = self._read(content)
        binder = Binder(faults, _language(), names, self.writing.roles(content))
        bound = binder.bind(self.writing.schema, content)
        context = {
            "kind": self.kind,
            "writing": self.writing,
            "document": version.document,
            "version": version,
            "group": bound,
            "error": error,
            "reason": request.POST.get("reason", version.reason),
            "export_url": reverse(f"standards:{self.kind.key}_export", args=[version.document.key, version.number]),
            "accepts": ".yaml,.yml,.xlsx" if self.writing.to_xlsx else ".yaml,.yml",
            **self._panel(request, content, found, faults, names or _names(self.writing, content)),
        }
        return render(request, "standards/outline/edit.html", context, status=409 if error else 200)

    def _panel(
        self, request: HttpRequest, content: Content, found: Any, faults: Sequence[AnalysisError], names: Names
    ) -> dict[str, Any]:
        context = self.writing.context(request, content, found, faults)
        return {"places": places_of(faults, names, _language()), "panel": self.writing.panel, **context}

    def check(self, request: HttpRequest, key: str, number: int) -> HttpResponse:
        """The panel for what stands in the form now; nothing is saved."""
        version = self._draft(key, number)
        content, names = self._typed(request, version)
        found, faults = self._read(content)
        context = {
            "kind": self.kind,
            "writing": self.writing,
            "document": version.document,
            "version": version,
            **self._panel(request, content, found, faults, names),
        }
        return render(request, "standards/outline/panel.html", context)

    def take_file(self, request: HttpRequest, key: str, number: int) -> HttpResponse:
        """Put what a file says into the draft."""
        version = self._draft(key, number)
        try:
            content = self._uploaded(request.FILES.get("file")) | {"key": version.document.key}
            reason = version.reason or _("Taken from a file")
            services.draft_save(actor=request.user, version=version, content=content, reason=reason)
            messages.success(request, _("The draft now says what the file says."))
        except (AnalysisError, VersionError) as error:
            messages.error(request, error.in_language(_language()))
        return redirect(self.kind.editor, key, number)

    def export(self, request: HttpRequest, key: str, number: int) -> HttpResponse:
        """A version as a file."""
        version = version_of(self.kind.key, key, number)
        found, faults = self._read(version.content)
        if faults:
            messages.error(request, faults[0].in_language(_language()))
            return redirect(f"standards:{self.kind.key}_version", key, number)
        body, content_type, ending = self.writing.to_yaml(found).encode(), "application/yaml; charset=utf-8", "yaml"
        if request.GET.get("format") == "xlsx" and self.writing.to_xlsx is not None:
            body, content_type, ending = self.writing.to_xlsx(found, _language()), XLSX, "xlsx"
        response = HttpResponse(body, content_type=content_type)
        response["Content-Disposition"] = f'attachment; filename="{key}-v{number}.{ending}"'
        return response

    def _read(self, content: Content) -> tuple[Any, list[AnalysisError]]:
        try:
            return self.writing.read(content)
        except AnalysisError as error:
            return None, [error]

    def _draft(self, key: str, number: int) -> Version:
        version = version_of(self.kind.key, key, number)
        if version.state != State.DRAFT:
            raise Http404
        return version


def _names(writing: Writing, content: Content) -> Names:
    """The names that the fields of a content have on a page that was opened anew."""
    names: Names = {}

    def note(group: Group, data: Mapping[str, Any], name: str, at: str) -> None:
        for field in group.fields:
            ending = ".zh" if field.kind.startswith("both") else ""
            names[f"{at}.{field.name}" if at else field.name] = f"{name}.{field.name}{ending}"
        for listed in group.lists:
            inner = f"{at}.{listed.name}" if at else listed.name
            names[inner] = f"{name}.{listed.name}"
            for place, entry in enumerate(data.get(listed.name) or [], 1):
                names[f"{inner}[{place}]"] = f"{name}.{listed.name}.~{place}"
                if isinstance(entry, Mapping):
                    note(listed.entry, entry, f"{name}.{listed.name}.~{place}", f"{inner}[{place}]")

    note(writing.schema, content, "f", "")
    return names


def _language() -> str:
    return get_language() or "zh"
