"""The pages that every kind of document has: list, document with its versions, one version, comparison, actions.

`pages(kind)` gives the addresses; a room adds its own for beginning and editing. Names: `standards:KEY` (list),
`standards:KEY_document`, `_version`, `_compare`, `_new_version`, `_review_date`, and `_review`, `_reopen`, `_release`,
`_withdraw` for the actions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from qualityloop.foundation.audit.presentation import history_panel
from qualityloop.foundation.panels import panels_of
from qualityloop.foundation.permissions import requires
from qualityloop.standards.versions import forms, queries, services
from qualityloop.standards.versions.comparing import compare
from qualityloop.standards.versions.kinds import ContentError, Kind
from qualityloop.standards.versions.models import Document, Version
from qualityloop.standards.versions.services import VersionError


def pages(kind: Kind) -> list[URLPattern]:
    """The addresses of a kind, to be put under `standards/KEY/`."""
    made = Pages(kind)
    see, edit, review = requires(kind.see), requires(kind.edit), requires(kind.review)
    version = "<str:key>/<int:number>/"
    return [
        path("", see(require_safe(made.index)), name=kind.key),
        path("<str:key>/", see(require_safe(made.document)), name=f"{kind.key}_document"),
        path("<str:key>/compare/", see(require_safe(made.compare)), name=f"{kind.key}_compare"),
        path("<str:key>/new-version/", edit(require_POST(made.new_version)), name=f"{kind.key}_new_version"),
        path("<str:key>/review-date/", edit(require_POST(made.review_date)), name=f"{kind.key}_review_date"),
        path(version, see(require_safe(made.version)), name=f"{kind.key}_version"),
        path(f"{version}review/", review(require_POST(made.action("review"))), name=f"{kind.key}_review"),
        path(f"{version}reopen/", review(require_POST(made.action("reopen"))), name=f"{kind.key}_reopen"),
        path(f"{version}release/", edit(require_POST(made.action("release"))), name=f"{kind.key}_release"),
        path(f"{version}withdraw/", edit(require_POST(made.action("withdraw"))), name=f"{kind.key}_withdraw"),
    ]


def version_of(kind: str, key: str, number: int) -> Version:
    """The version that an address names, or 404."""
    found = Version.objects.select_related("document", "author", "reviewer")
    return get_object_or_404(found, document__kind=kind, document__key=key, number=number)


class Pages:
    """The views of one kind."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind

    def index(self, request: HttpRequest) -> HttpResponse:
        """All documents of the kind, each with what is in force and what is being worked on."""
        found = list(queries.documents(self.kind.key).prefetch_related("versions__author", "versions__reviewer"))
        lines = [_line(document) for document in found]
        return render(request, "standards/versions/index.html", {**self._rights(request), "lines": lines})

    def document(self, request: HttpRequest, key: str) -> HttpResponse:
        """A document: its versions, when each was in force, and its history."""
        document = get_object_or_404(Document, kind=self.kind.key, key=key)
        return self._document(request, document, forms.ReviewDateForm(initial={"day": document.review_on}))

    def _document(self, request: HttpRequest, document: Document, review_date: Form) -> HttpResponse:
        context = {
            **self._rights(request),
            **_line(document),
            "review_date": review_date,
            **history_panel(document),
        }
        return render(request, "standards/versions/document.html", context)

    def version(self, request: HttpRequest, key: str, number: int) -> HttpResponse:
        """One version with its content, and what can be done with it."""
        return self._version(request, version_of(self.kind.key, key, number), None)

    def _version(self, request: HttpRequest, version: Version, bound: tuple[str, Form] | None) -> HttpResponse:
        standings = queries.standings_of(version.document)
        standing = next(s for s in standings if s.version.pk == version.pk)
        rights = self._rights(request)
        older = next((s.version for s in standings if s.version.number < version.number), None)
        context = {
            **rights,
            "document": version.document,
            "version": version,
            "standing": standing,
            "content": version.content,
            "faults": self.kind.check(version.content) if version.is_open else (),
            "actions": actions(standing, rights["may_edit"], rights["may_review"], _own(request, version)),
            "forms": forms.forms_for(bound),
            "asked": bound[0] if bound else None,
            "refused": bound[1].non_field_errors() if bound else (),
            "older": older,
            "open_version": next((s.version for s in standings if s.version.is_open), None),
            "editor_url": reverse(self.kind.editor, args=[version.document.key, version.number]),
            "export_url": self._export(version),
            "panels": panels_of(request, version),
            **self.kind.context(request, version),
        }
        return render(request, "standards/versions/version.html", context)

    def compare(self, request: HttpRequest, key: str) -> HttpResponse:
        """Two versions of a document side by side: `a` (older) and `b`; without them the newest two."""
        document = get_object_or_404(Document, kind=self.kind.key, key=key)
        found = {v.number: v for v in document.versions.select_related("document")}
        if not found:
            raise Http404
        numbers = sorted(found, reverse=True)
        new = found.get(_number(request, "b"), found[numbers[0]])
        older = next((n for n in numbers if n < new.number), new.number)
        old = found.get(_number(request, "a"), found[older])
        changes = compare(self.kind.sections(old.content), self.kind.sections(new.content))
        context = {**self._rights(request), "document": document, "old": old, "new": new, "changes": changes}
        return render(request, "standards/versions/compare.html", {**context, "versions": [found[n] for n in numbers]})

    def new_version(self, request: HttpRequest, key: str) -> HttpResponse:
        """Begin a draft with the content of the version in force, or of the one that was asked for."""
        document = get_object_or_404(Document, kind=self.kind.key, key=key)
        based_on = document.versions.filter(number=_number(request, "based_on", request.POST)).first()
        try:
            made = services.draft_create(actor=request.user, document=document, based_on=based_on)
        except VersionError as error:
            messages.error(request, error.in_language(_language()))
            return redirect(f"standards:{self.kind.key}_document", key)
        return redirect(self.kind.editor, key, made.number)

    def review_date(self, request: HttpRequest, key: str) -> HttpResponse:
        """Set when the document is to be looked through again."""
        document = get_object_or_404(Document, kind=self.kind.key, key=key)
        form = forms.ReviewDateForm(request.POST)
        if not form.is_valid():
            return self._document(request, document, form)
        services.review_date_set(actor=request.user, document=document, day=form.cleaned_data["day"])
        messages.success(request, _("The date of the next review is noted."))
        return redirect(f"standards:{self.kind.key}_document", key)

    def action(self, name: str) -> Callable[[HttpRequest, str, int], HttpResponse]:
        """The view that moves a version on: review, reopen, release or withdraw."""

        def view(request: HttpRequest, key: str, number: int) -> HttpResponse:
            version = version_of(self.kind.key, key, number)
            form = type(forms.forms_for(None)[name])(request.POST, auto_id=f"{name}-%s")
            if form.is_valid():
                try:
                    _do(name, request.user, version, form)
                except VersionError as error:
                    field = {"valid_from": "valid_on"}.get(error.field, error.field)
                    form.add_error(field if field in form.fields else None, error.in_language(_language()))
                except ContentError as error:
                    form.add_error(None, error.in_language(_language()))
                else:
                    messages.success(request, DONE[name]())
                    return redirect(f"standards:{self.kind.key}_version", key, number)
            return self._version(request, version_of(self.kind.key, key, number), (name, form))

        return view

    def _rights(self, request: HttpRequest) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "may_edit": self.kind.edit.allows(request.user),
            "may_review": self.kind.review.allows(request.user),
        }

    def _export(self, version: Version) -> str | None:
        return reverse(self.kind.export, args=[version.document.key, version.number]) if self.kind.export else None


def actions(standing: queries.Standing, may_edit: bool, may_review: bool, own: bool) -> frozenset[str]:
    """What somebody with these rights can do with a version; `own`: four eyes forbid them to review it."""
    found = set()
    state = standing.state
    if state == "draft":
        found |= {"edit", "withdraw"} if may_edit else set()
        found |= {"review"} if may_review and not own else set()
        found |= {"wait"} if not may_review or own else set()
    if state == "reviewed":
        found |= {"release", "withdraw"} if may_edit else set()
        found |= {"reopen"} if may_review else set()
    if state in ("in_force", "scheduled"):
        found |= {"withdraw"} if may_edit else set()
    if may_edit and state not in ("draft", "reviewed"):
        found |= {"new"}
    return frozenset(found)


def _do(name: str, actor: object, version: Version, form: Form) -> None:
    if name == "review":
        services.review(actor=actor, version=version, note=form.cleaned_data["note"])
    elif name == "reopen":
        services.reopen(actor=actor, version=version, reason=form.cleaned_data["reason"])
    elif name == "withdraw":
        services.withdraw(actor=actor, version=version, reason=form.cleaned_data["reason"])
    elif isinstance(form, forms.ReleaseForm):
        services.put_in_force(actor=actor, version=version, valid_from=form.valid_from)


DONE: dict[str, Callable[[], str]] = {
    "review": lambda: _("The version is reviewed and can be put in force."),
    "reopen": lambda: _("The version is a draft again."),
    "release": lambda: _("The version is put in force."),
    "withdraw": lambda: _("The version is withdrawn."),
}


def _line(document: Document) -> dict[str, Any]:
    """A document with its versions, the one in force, the coming one and the one that is being worked on."""
    versions = list(document.versions.all())
    for version in versions:
        version.document = document
    found = queries.standings(versions)
    by_state = {standing.state: standing for standing in reversed(found)}
    return {
        "document": document,
        "standings": found,
        "in_force": by_state.get("in_force"),
        "scheduled": by_state.get("scheduled"),
        "open": by_state.get("draft") or by_state.get("reviewed"),
    }


def _own(request: HttpRequest, version: Version) -> bool:
    from django.conf import settings

    return bool(settings.QUALITYLOOP_FOUR_EYES) and version.author_id == request.user.pk


def _number(request: HttpRequest, name: str, asked: Any = None) -> int:
    text = (request.GET if asked is None else asked).get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _language() -> str:
    return get_language() or "zh"
