"""Operations that turn something found into a problem, with the facts and the evidence that its page takes over."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Literal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import Path
from ninja.responses import Status
from pydantic import Field

from qualityloop.diagnosis.courses import courses
from qualityloop.diagnosis.permissions import ROWS
from qualityloop.diagnosis.themes.models import ThemeState
from qualityloop.diagnosis.themes.queries import studies_for, themes_for
from qualityloop.diagnosis.themes.studies import matrix_kept
from qualityloop.diagnosis.views.asked import Asked
from qualityloop.diagnosis.warnings.queries import warnings_for
from qualityloop.feedback.negatives.queries import opinions_for
from qualityloop.foundation.api import Day, Instant, Strict, allows, spoken
from qualityloop.foundation.api.filling import filled
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.wording import language
from qualityloop.improvement.evidence.measuring import Wanted, choice_of, group_of
from qualityloop.improvement.problems.api import Grade, Number, OpenedAnswer, opened_answer, problems
from qualityloop.improvement.problems.from_expectation import turned_item
from qualityloop.improvement.problems.from_themes import turned_theme
from qualityloop.improvement.problems.from_voice import turned_opinion
from qualityloop.improvement.problems.from_warnings import turned_warning
from qualityloop.improvement.problems.opening import turned_form, turned_open
from qualityloop.improvement.problems.permissions import PROBLEM_OPEN
from qualityloop.improvement.problems.turning import Turned, turned

ITEM = Annotated[int, Path(ge=1, le=1000, description=spoken(_("Place of the item in the study, from 1")))]
INDICATOR = Annotated[str, Path(max_length=100, description=spoken(_("Key of the indicator behind it")))]
ANSWERS = {200: OpenedAnswer, 201: OpenedAnswer}
LINKED = _("With its facts and evidence; 200 and the problem that is there where one was made of it already.")


class Turning(Strict):
    """What a person adds; what is left out is taken over from what was found."""

    title: str | None = Field(None, min_length=1, max_length=200)
    what: str | None = Field(None, max_length=20_000)
    grade: Grade | None = Field(None, description=spoken(_("Needed where no rule grades it, else not allowed")))
    grade_reason: str | None = Field(None, min_length=1, max_length=500)
    department: Number | None = Field(None, description=spoken(_("Id of a department")))
    owner: Number | None = Field(None, description=spoken(_("Id of a member of staff")))
    members: list[Number] = Field([], max_length=200, description=spoken(_("Ids of members of staff")))
    due_at: Instant | None = None


class TurningNumber(Turning):
    """Which number of an indicator becomes a problem, and what a person adds."""

    grain: Literal["day", "week", "month", "quarter", "year"] = "month"
    day: Day = Field(description=spoken(_("Any day of the period")))
    g: list[Annotated[str, Field(min_length=1, max_length=300)]] = Field(
        [], max_length=4, description=spoken(_("Only a group, such as team:夜班组; may be given several times"))
    )
    standard: str = Field("", max_length=100)


def _opened(request: HttpRequest, one: Turned, given: Turning) -> Status[dict[str, Any]]:
    """The problem, of what was found and what a person adds, by the rules of the page."""
    names = set(Turning.model_fields)
    added = given.model_dump(include=names, exclude_unset=True)
    if one.grade and (graded := sorted({"grade", "grade_reason"} & set(added))):
        raise _graded_by_rule(graded)
    if not one.grade:
        added = {"grade": "", "grade_reason": "", **added}
    values = filled(partial(turned_form, request.user, one), added)
    opened = turned_open(actor=request.user, one=one, values=values, address=address_of(request))
    return Status(201 if opened.new else 200, opened_answer(request.user, opened))


def _graded_by_rule(names: list[str]) -> ValidationError:
    """Where the rule says the grade, a person's would be lost."""
    return ValidationError(dict.fromkeys(names, gettext("The rule grades it; leave this out.")))


@problems.post(
    "/from-number/{key}",
    response=ANSWERS,
    operation_id="improvements_from_number",
    **allows(
        PROBLEM_OPEN, _("Turn a number into a problem"),
        _("Graded by the rule, with its rows and drivers; one about the same number that is open is linked (200)."),
    ),
)  # fmt: skip
def from_number(request: HttpRequest, key: INDICATOR, number: TurningNumber) -> Status[dict[str, Any]]:
    """Graded by the rule, with its rows and drivers; one about the same number that is open is linked (200)."""
    wanted = Wanted(key, number.grain, number.day, tuple(number.g), number.standard)
    lake, choice = choice_of(wanted)
    sees_rows = ROWS.allows(request.user)
    ask = Asked(request, lake, choice, courses(settings.QUALITYLOOP_HOME), language(), sees_rows)
    group = group_of(wanted, ask.indicator(key), lake, people=sees_rows)
    return _opened(request, turned(ask, key, group), number)


@problems.post(
    "/from-warning/{pk}",
    response=ANSWERS,
    operation_id="improvements_from_warning",
    **allows(PROBLEM_OPEN, _("Turn an early warning into a problem"), LINKED),
)
def from_warning(request: HttpRequest, pk: Key, given: Turning) -> Status[dict[str, Any]]:
    """With its facts and evidence; 200 and the problem that is there where one was made of it already."""
    warning = warnings_for(request.user).filter(pk=pk).first()
    if warning is None:
        raise Http404
    return _opened(request, turned_warning(warning, request.user), given)


@problems.post(
    "/from-theme/{pk}",
    response=ANSWERS,
    operation_id="improvements_from_theme",
    **allows(PROBLEM_OPEN, _("Turn a theme into a problem"), LINKED),
)
def from_theme(request: HttpRequest, pk: Key, given: Turning) -> Status[dict[str, Any]]:
    """With its facts and evidence; 200 and the problem that is there where one was made of it already."""
    theme = themes_for(request.user).filter(pk=pk).exclude(state=ThemeState.MERGED).first()
    if theme is None:
        raise Http404
    return _opened(request, turned_theme(theme), given)


@problems.post(
    "/from-study/{pk}/{number}",
    response=ANSWERS,
    operation_id="improvements_from_study",
    **allows(PROBLEM_OPEN, _("Turn an item of a study into a problem"), LINKED),
)
def from_study(request: HttpRequest, pk: Key, number: ITEM, given: Turning) -> Status[dict[str, Any]]:
    """With its facts and evidence; 200 and the problem that is there where one was made of it already."""
    study = studies_for(request.user).filter(pk=pk).first()
    matrix = matrix_kept(study) if study is not None else None
    if study is None or matrix is None or number > len(matrix.items):
        raise Http404
    return _opened(request, turned_item(study, matrix.items[number - 1], number), given)


@problems.post(
    "/from-voice/{pk}",
    response=ANSWERS,
    operation_id="improvements_from_voice",
    **allows(PROBLEM_OPEN, _("Turn a customer's text into a problem"), LINKED),
)
def from_voice(request: HttpRequest, pk: Key, given: Turning) -> Status[dict[str, Any]]:
    """With its facts and evidence; 200 and the problem that is there where one was made of it already."""
    one = opinions_for(request.user).filter(pk=pk).first()
    if one is None:
        raise Http404
    return _opened(request, turned_opinion(one), given)
