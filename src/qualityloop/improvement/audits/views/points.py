"""Points of a checklist: worded, answered (by keyboard too), with what was found there."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.permissions import requires
from qualityloop.improvement.audits import mending, permissions, queries, services
from qualityloop.improvement.audits.forms import FindingForm, PointForm, ReasonForm
from qualityloop.improvement.audits.models import Finding, Point, Round, Severity
from qualityloop.improvement.audits.notices import page_of
from qualityloop.improvement.audits.presentation import ANSWER_TONES, share_words
from qualityloop.improvement.audits.result import result_of
from qualityloop.improvement.audits.views.rounds import crumbs
from qualityloop.improvement.plans.views.finding import done, form_page, found, into_form, words_of
from qualityloop.improvement.problems.permissions import PROBLEM_OPEN


def place_of(point: Point) -> str:
    """The address of a point on the page of its round."""
    return f"{page_of(point.round)}#point-{point.pk}"


def _may_word(request: HttpRequest, one: Round) -> None:
    """404 where the person may not change the points of a round."""
    if not queries.may_word(request.user, one):
        raise Http404


def _point(request: HttpRequest, pk: int) -> Point:
    one: Point = found(queries.points_for(request.user), pk, "round", "follows")
    return one


def _checked(request: HttpRequest, pk: int) -> Point:
    one = _point(request, pk)
    if not queries.may_check(request.user, one.round):
        raise Http404
    return one


@requires(permissions.AUDIT_CHECK)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a point of one's own."""
    one: Round = found(queries.rounds_for(request.user), pk)
    _may_word(request, one)
    return _worded(request, one, None, PointForm(request.POST or None), _("Add a point"))


@requires(permissions.AUDIT_CHECK)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Word a point anew."""
    point = _point(request, pk)
    _may_word(request, point.round)
    form = PointForm(request.POST or None, initial={"text": point.text, "area": point.area})
    return _worded(request, point.round, point, form, _("Change the point"))


def _worded(request: HttpRequest, one: Round, point: Point | None, form: Any, title: str) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            kept = services.point_save(
                actor=request.user, of=one, point=point, address=address_of(request), **form.cleaned_data
            )
            return redirect(f"{page_of(one)}#point-{kept.pk}")
        except ValidationError as error:
            into_form(form, error)
    return form_page(request, form, title, page_of(one), crumbs(one), note=one.title)


@requires(permissions.AUDIT_CHECK)
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a point out."""
    point = _point(request, pk)
    _may_word(request, point.round)
    address = address_of(request)
    return done(
        request, lambda: services.point_remove(actor=request.user, point=point, address=address), page_of(point.round)
    )


@requires(permissions.AUDIT_CHECK)
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer a point; asked by the checklist's script, the round's count and share are said."""
    point = _checked(request, pk)
    script = request.headers.get("Accept", "").startswith("application/json")
    post = request.POST
    try:
        kept = services.point_answer(
            actor=request.user, point=point, answer=post.get("answer", ""), note=post.get("note", ""),
            looked=_whole(post.get("looked", ""), "looked"), fine=_whole(post.get("fine", ""), "fine"),
            address=address_of(request),
        )  # fmt: skip
    except ValidationError as error:
        if script:
            return JsonResponse({"error": words_of(error)}, status=422)
        messages.error(request, words_of(error))
        return redirect(place_of(point))
    if not script:
        return redirect(place_of(point))
    points = queries.points_of(point.round)
    result = result_of(point.round, points)
    return JsonResponse(
        {"tone": ANSWER_TONES.get(kept.answer, ""), "answered": len(points) - result.unanswered,
         "points": share_words(result.points), "cases": share_words(result.cases)}
    )  # fmt: skip


def _whole(text: str, name: str) -> int | None:
    if not text.strip():
        return None
    if not text.strip().isascii() or not text.strip().isdigit() or len(text.strip()) > 9:
        raise ValidationError({name: _("Give a whole number.")})
    return int(text)


@requires(permissions.AUDIT_CHECK)
@require_http_methods(["GET", "HEAD", "POST"])
def finding(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter what was found at a point."""
    point = _checked(request, pk)
    graver = point.answer == "fails"
    initial = {"severity": Severity.GENERAL if graver else Severity.OBSERVATION, "text": point.note}
    return _found(request, point, None, FindingForm(request.POST or None, initial=initial))


@requires(permissions.AUDIT_CHECK)
@require_http_methods(["GET", "HEAD", "POST"])
def finding_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what was found."""
    one = _finding(request, pk)
    if one.point is None or not queries.may_check(request.user, one.round):
        raise Http404
    initial = {"severity": one.severity, "text": one.text, "department": one.department_id, "owner": one.owner_id}
    return _found(request, one.point, one, FindingForm(request.POST or None, initial=initial))


def _finding(request: HttpRequest, pk: int) -> Finding:
    one: Finding = found(queries.findings_for(request.user), pk, "round", "point__round", "problem")
    return one


def _found(request: HttpRequest, point: Point, one: Finding | None, form: Any) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            mending.finding_save(
                actor=request.user, point=point, finding=one, address=address_of(request), **form.cleaned_data
            )
            return redirect(place_of(point))
        except ValidationError as error:
            into_form(form, error)
    title = _("Enter a finding") if one is None else _("Change the finding")
    return form_page(request, form, title, place_of(point), crumbs(point.round), note=point.text)


@requires(PROBLEM_OPEN)
@require_POST
def to_problem(request: HttpRequest, pk: int) -> HttpResponse:
    """Turn a finding into a problem."""
    one = _finding(request, pk)
    where = place_of(one.point) if one.point else page_of(one.round)
    address = address_of(request)
    return done(
        request, lambda: mending.finding_problem(actor=request.user, finding=one, address=address), where,
        _("The finding is a problem now."),
    )  # fmt: skip


@requires(permissions.AUDIT_PLAN)
@require_http_methods(["GET", "HEAD", "POST"])
def finding_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a finding by hand."""
    one = _finding(request, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.finding_close(actor=request.user, finding=one, address=address_of(request), **form.cleaned_data)
            return redirect(page_of(one.round))
        except ValidationError as error:
            into_form(form, error)
    return form_page(request, form, _("Close the finding"), page_of(one.round), crumbs(one.round), note=one.text)
