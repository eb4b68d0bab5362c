"""One cause: its text, how we know it, its evidence; locking it as the root, and unlocking."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.permissions import requires
from qualityloop.improvement.causes import editing, presentation, services
from qualityloop.improvement.causes.editing import Conflict
from qualityloop.improvement.causes.forms import LockForm, NodeForm, UnlockForm
from qualityloop.improvement.causes.models import Node, RootCause, Tree
from qualityloop.improvement.causes.permissions import CAUSE_EDIT, CAUSES, LOCK
from qualityloop.improvement.causes.queries import TARGET, node_for
from qualityloop.improvement.evidence.queries import evidence_of
from qualityloop.improvement.problems.models import Problem
from qualityloop.improvement.problems.queries import problems_for
from qualityloop.improvement.problems.views import crumbs

FORM = "foundation/form_page.html"


def _found(request: HttpRequest, number: int) -> Node:
    node = node_for(request.user, number)
    if node is None:
        raise Http404
    return node


@requires(CAUSES)
@require_http_methods(["GET", "HEAD", "POST"])
def node(request: HttpRequest, number: int) -> HttpResponse:
    """One cause with everything that belongs to it."""
    one = _found(request, number)
    may_change = CAUSE_EDIT.allows(request.user) and not one.problem.is_closed
    form = NodeForm(request.POST or None, node=one, initial=_initial(one))
    conflict: Conflict | None = None
    if request.method == "POST":
        if not may_change:
            raise Http404
        if form.is_valid():
            try:
                editing.node_change(actor=request.user, node=one, address_of=address_of(request), **form.cleaned_data)
                return redirect(presentation.page_of(one.problem, one.tree) + f"#bone-{one.pk}")
            except Conflict as found:
                conflict = found
                form = NodeForm({**request.POST.dict(), "version": found.node.version}, node=one)
                form.add_error("known_by" if found.edit.aspect == "known_by" else "text", found.sentence)
            except ValidationError as error:
                form.add_error(None, error.messages)
    context = {
        "node": one,
        "form": form,
        "record": one,
        "evidence": evidence_of(TARGET, one.pk),
        "target_kind": TARGET,
        "may_change": may_change,
        "may_lock": LOCK.allows(request.user) and not one.problem.is_closed,
        "locked": RootCause.objects.filter(node=one, unlocked_at__isnull=True).first(),
        "back": presentation.page_of(one.problem, one.tree),
        "crumbs": _crumbs(one.problem, one.tree),
    }
    status = 409 if conflict else 422 if form.errors else 200
    return render(request, "causes/node.html", context, status=status)


@requires(CAUSE_EDIT)
@require_POST
def why(request: HttpRequest, number: int) -> HttpResponse:
    """Go on from a bone with whys: its text becomes the first answer there."""
    bone = _found(request, number)
    kept = editing.bone_asked(actor=request.user, bone=bone, address_of=address_of(request))
    return redirect(presentation.page_of(bone.problem, Tree.WHYS) + f"#bone-{kept.pk}")


@requires(LOCK)
@require_http_methods(["GET", "HEAD", "POST"])
def lock(request: HttpRequest, number: int) -> HttpResponse:
    """Lock a cause as the root."""
    one = _found(request, number)
    form = LockForm(request.POST or None, node=one, initial={"tag": one.tag})
    if request.method == "POST" and form.is_valid():
        try:
            services.cause_lock(actor=request.user, node=one, address_of=address_of(request), **form.cleaned_data)
            return redirect(presentation.page_of(one.problem, one.tree))
        except ValidationError as error:
            _put(form, error)
    return _form(request, form, _("Lock as the root cause"), one.problem, one.tree, one.text)


@requires(LOCK)
@require_http_methods(["GET", "HEAD", "POST"])
def unlock(request: HttpRequest, number: int) -> HttpResponse:
    """Unlock a root cause."""
    seen = problems_for(request.user).values("pk")
    cause = RootCause.objects.filter(pk=number, problem__in=seen).select_related("problem", "node").first()
    if cause is None:
        raise Http404
    form = UnlockForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.cause_unlock(
                actor=request.user, cause=cause, address_of=address_of(request), **form.cleaned_data
            )  # fmt: skip
            return redirect(presentation.page_of(cause.problem, cause.node.tree))
        except ValidationError as error:
            _put(form, error)
    return _form(request, form, _("Unlock the root cause"), cause.problem, cause.node.tree, cause.text)


def _initial(node: Node) -> dict[str, Any]:
    return {"text": node.text, "known_by": node.known_by, "tag": node.tag, "version": node.version}


def _put(form: Any, error: ValidationError) -> None:
    if not hasattr(error, "error_dict"):
        form.add_error(None, error.messages)
        return
    for name, texts in error.message_dict.items():
        form.add_error(name if name in form.fields else None, texts)


def _crumbs(problem: Problem, tree: str) -> list[tuple[str, str]]:
    return [*crumbs(problem), (presentation.page_of(problem, tree), str(Tree(tree).label))]


def _form(request: HttpRequest, form: Any, title: str, problem: Problem, tree: str, note: str) -> HttpResponse:  # noqa: PLR0917
    context = {"form": form, "title": title, "note": note, "back": presentation.page_of(problem, tree),
               "crumbs": _crumbs(problem, tree)}  # fmt: skip
    return render(request, FORM, context, status=422 if form.errors else 200)
