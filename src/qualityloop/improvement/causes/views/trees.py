"""Fishbone and whys of a problem: the page, its part that is put anew, and what is done in it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.permissions import requires
from qualityloop.improvement.causes import editing, presentation, services
from qualityloop.improvement.causes.doing import Done, done
from qualityloop.improvement.causes.forms import DirectionForm
from qualityloop.improvement.causes.models import Direction, Tree
from qualityloop.improvement.causes.permissions import CAUSE_EDIT, CAUSES, LOCK
from qualityloop.improvement.causes.queries import root_causes, tree_of, unlocked
from qualityloop.improvement.problems.models import Problem
from qualityloop.improvement.problems.views import crumbs
from qualityloop.improvement.problems.views import found as problem_found


def _found(request: HttpRequest, pk: int, tree: str) -> Problem:
    if tree not in Tree.values:
        raise Http404
    return problem_found(request, pk)


@requires(CAUSES)
@require_safe
def tree(request: HttpRequest, pk: int, tree: str) -> HttpResponse:
    """A tree of a problem, with the root causes that were found and the direction of the improvement."""
    problem = _found(request, pk, tree)
    return _page(request, problem, tree, None)


@requires(CAUSES)
@require_safe
def part(request: HttpRequest, pk: int, tree: str) -> HttpResponse:
    """The tree alone, if it is another than at the revision `revision`."""
    problem = _found(request, pk, tree)
    if request.GET.get("revision") == str(editing.revision_of(problem, tree)):
        return HttpResponse(status=204)
    return render(request, "causes/part.html", context(request, problem, tree))


@requires(CAUSE_EDIT)
@require_POST
def start(request: HttpRequest, pk: int, tree: str) -> HttpResponse:
    """Begin the fishbone with the categories in use."""
    problem = _found(request, pk, tree)
    editing.trees_start(actor=request.user, problem=problem, address_of=address_of(request))
    return redirect(presentation.page_of(problem))


@requires(CAUSE_EDIT)
@require_POST
def do(request: HttpRequest, pk: int, tree: str) -> HttpResponse:
    """Change one node. Scripts get the tree anew (409: with somebody else's change, 422: with what is wrong)."""
    problem = _found(request, pk, tree)
    answer = done(request, problem, tree)
    if request.headers.get("X-Part"):
        return render(request, "causes/part.html", context(request, problem, tree, answer), status=answer.status)
    if answer.conflict is None:
        if answer.error:
            messages.error(request, answer.error)
        return redirect(presentation.page_of(problem, tree) + (f"#bone-{answer.focus}" if answer.focus else ""))
    return _page(request, problem, tree, answer)


@requires(LOCK)
@require_http_methods(["POST"])
def direction(request: HttpRequest, pk: int) -> HttpResponse:
    """Say in which direction to improve."""
    problem = problem_found(request, pk)
    form = DirectionForm(request.POST)
    if form.is_valid():
        try:
            services.direction_set(
                actor=request.user, problem=problem, address_of=address_of(request), **form.cleaned_data
            )  # fmt: skip
            messages.success(request, _("The direction is kept."))
            return redirect(presentation.page_of(problem))
        except ValidationError as error:
            form.add_error("text", " ".join(error.messages))
    kept = Direction.objects.filter(problem=problem).first()
    shown = DirectionForm({"text": form.data.get("text", ""), "version": kept.version if kept else 0})
    shown.full_clean()
    for texts in form.errors.values():
        shown.add_error("text", list(texts))
    return _page(request, problem, Tree.FISHBONE, None, direction_form=shown, status=422)


def context(request: HttpRequest, problem: Problem, tree: str, answer: Done | None = None) -> dict[str, Any]:
    """What the part needs."""
    shown = tree_of(problem, tree, request.user)
    return {
        "problem": problem,
        "tree": tree,
        "shown": shown,
        "drawing": presentation.drawn(problem, shown) if tree == Tree.FISHBONE and shown.tops else "",
        "may_change": CAUSE_EDIT.allows(request.user) and not problem.is_closed,
        "may_lock": LOCK.allows(request.user) and not problem.is_closed,
        "answer": answer,
    }


def _page(
    request: HttpRequest, problem: Problem, tree: str, answer: Done | None, *, status: int = 200,
    direction_form: DirectionForm | None = None,
) -> HttpResponse:  # fmt: skip
    kept = Direction.objects.filter(problem=problem).first()
    initial = {"text": kept.text if kept else "", "version": kept.version if kept else 0}
    whole = {
        **context(request, problem, tree, answer),
        "crumbs": crumbs(problem),
        "trees": [(key, label, presentation.page_of(problem, key)) for key, label in Tree.choices],
        "roots": root_causes(problem),
        "former": unlocked(problem),
        "direction": kept,
        "direction_form": direction_form or DirectionForm(initial=initial),
    }
    return render(request, "causes/tree.html", whole, status=answer.status if answer else status)
