"""What beginning and editing have in common for kinds whose draft is one form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qualityloop.analysis.messages import Text
from qualityloop.standards.versions import services
from qualityloop.standards.versions.beginning import BeginForm
from qualityloop.standards.versions.kinds import Fault, Kind
from qualityloop.standards.versions.models import Content, State, Version
from qualityloop.standards.versions.pages import version_of
from qualityloop.standards.versions.services import VersionError

Read = Callable[[Content, QueryDict], Content]
Context = Callable[[HttpRequest, Version, Content, dict[str, str]], dict[str, Any]]


def begin_page(request: HttpRequest, kind: Kind, begun: Callable[[Text], Content]) -> HttpResponse:
    """Key and name; then the editor with what `begun` makes of the name."""
    form = BeginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.document_create(
                actor=request.user,
                kind=kind.key,
                key=form.cleaned_data["key"],
                content=begun(form.name),
                reason=form.cleaned_data["reason"],
            )
        except VersionError as error:
            form.add_error(error.field or None, error.in_language(get_language() or "zh"))
        else:
            return redirect(kind.editor, made.document.key, made.number)
    return render(request, "standards/versions/begin.html", {"kind": kind, "form": form})


def draft_of(kind: Kind, key: str, number: int) -> Version:
    """The draft that an address names, or 404."""
    version = version_of(kind.key, key, number)
    if version.state != State.DRAFT:
        raise Http404
    return version


def edit_page(
    request: HttpRequest, version: Version, kind: Kind, *, read: Read, template: str, context: Context
) -> HttpResponse:
    """Show a draft's form; save what was sent, and keep it where that cannot be."""
    content, problem = version.content, ""
    if request.method == "POST":
        content = read(version.content, request.POST)
        try:
            services.draft_save(
                actor=request.user,
                version=version,
                content=content,
                reason=request.POST.get("reason", version.reason).strip()[:2000],
                known_hash=request.POST.get("known_hash"),
            )
        except VersionError as error:
            problem = error.in_language(get_language() or "zh")
            version = version_of(kind.key, version.document.key, version.number)
        else:
            if request.POST.get("do") == "done":
                return redirect(f"standards:{kind.key}_version", version.document.key, version.number)
            messages.success(request, _("The draft is saved."))
            return redirect(kind.editor, version.document.key, version.number)
    said = said_by_field(kind.check(content))
    shown = {
        "kind": kind,
        "document": version.document,
        "version": version,
        "content": content,
        "problem": problem,
        "said": said,
        "fault_count": len(said),
        "reason": request.POST.get("reason", version.reason),
    }
    return render(request, template, {**shown, **context(request, version, content, said)})


def check_answer(kind: Kind, content: Content) -> HttpResponse:
    """What is wrong with a form as it stands: for the instant check."""
    return JsonResponse({"faults": said_by_field(kind.check(content)), "said": {}})


def said_by_field(faults: Any) -> dict[str, str]:
    """Faults by their field, in the language of the page."""
    language = get_language() or "zh"
    found: dict[str, list[str]] = {}
    for fault in faults:
        if isinstance(fault, Fault):
            found.setdefault(fault.field, []).append(fault.text.in_language(language))
    return {field: " ".join(texts) for field, texts in found.items()}
