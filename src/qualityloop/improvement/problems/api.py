"""Operations on problems and their evidence; the list is served by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.db.models import Model
from django.http import Http404, HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import File, Form, Router
from ninja.files import UploadedFile
from ninja.responses import Status
from pydantic import BaseModel, Field

from qualityloop.foundation.api import ApiError, Day, Instant, Strict, allows, refused_as, register_router, spoken
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.files.store import file_keep
from qualityloop.improvement.evidence.files import PURPOSE
from qualityloop.improvement.evidence.measuring import Wanted, measured
from qualityloop.improvement.evidence.models import Evidence
from qualityloop.improvement.evidence.permissions import EVIDENCE
from qualityloop.improvement.evidence.queries import evidence_of
from qualityloop.improvement.evidence.services import evidence_add, evidence_remove
from qualityloop.improvement.evidence.targets import on
from qualityloop.improvement.problems import services
from qualityloop.improvement.problems.models import Problem
from qualityloop.improvement.problems.permissions import PROBLEM_CLOSE, PROBLEM_EDIT, PROBLEM_OPEN, PROBLEMS
from qualityloop.improvement.problems.queries import problem_whole, seen_by
from qualityloop.improvement.problems.services import Found
from qualityloop.people.models import Department, Staff

problems = Router(tags=[spoken(_("Problems and improvements"))])
evidence = Router(tags=[spoken(_("Evidence"))])

Number = Annotated[int, Field(ge=1, le=2**63 - 1)]
Grade = Literal["urgent", "important", "ordinary"]
Pair = Annotated[list[Annotated[str, Field(max_length=200)] | None], Field(min_length=2, max_length=2)]
Finite = Annotated[float, Field(allow_inf_nan=False)]


class NewProblem(Strict):
    """A problem to open."""

    title: str = Field(min_length=1, max_length=200)
    what: str = Field("", max_length=20_000)
    grade: Grade
    grade_reason: str = Field(min_length=1, max_length=500)
    source_kind: Literal["diagnosis", "warning", "theme", "expectation", "voice", "audit", "risk", "hand"] = "hand"
    source_ref: str = Field("", max_length=200)
    indicator: str = Field("", max_length=100, description=spoken(_("Key of the indicator behind it")))
    group: list[Pair] = Field([], max_length=4, description=spoken(_("Pairs of column and value")))
    period: Day | None = None
    grain: Literal["", "day", "week", "month", "quarter", "year"] = ""
    value: Finite | None = None
    target: Finite | None = None
    standard: str = Field("", max_length=100)
    snapshot: str = Field("", max_length=100)
    department: Number | None = Field(None, description=spoken(_("Id of a department")))
    owner: Number | None = Field(None, description=spoken(_("Id of a member of staff")))
    members: list[Number] = Field([], max_length=200, description=spoken(_("Ids of members of staff")))
    due_at: Instant | None = None


class ProblemChange(Strict):
    """What is to be changed; what is left out stays."""

    title: str | None = Field(None, min_length=1, max_length=200)
    what: str | None = Field(None, max_length=20_000)
    grade: Grade | None = None
    grade_reason: str | None = Field(None, min_length=1, max_length=500)
    department: Number | None = None
    owner: Number | None = None
    members: Annotated[list[Number], Field(max_length=200)] | None = Field(
        None, description=spoken(_("Ids of members of staff"))
    )
    due_at: Instant | None = None
    reason: str = Field("", max_length=500, description=spoken(_("Why, for the history")))


class Closing(Strict):
    """How a problem ended."""

    verdict: Literal["effective", "not_effective", "undecided", "dropped"]
    reason: str = Field("", max_length=2000)
    what_next: str = Field("", max_length=2000, description=spoken(_("What happens next")))
    signature: str = Field("", max_length=200, description=spoken(_("One's own name, as the account has it")))


class ProblemReason(Strict):
    """Why."""

    reason: str = Field(min_length=1, max_length=2000)


class ProblemAnswer(BaseModel):
    """A problem after it was written."""

    id: int
    number: str
    title: str
    what: str
    grade: str
    grade_reason: str
    state: str
    verdict: str
    indicator: str
    group: list[list[str | None]]
    department: int | None
    owner: int | None
    members: list[int]
    created_at: datetime
    due_at: datetime | None


class OpenedAnswer(BaseModel):
    """The problem, and whether it was opened now; else the finding was linked to the one that was open."""

    problem: ProblemAnswer | None = Field(description=spoken(_("None where the caller may not see it")))
    number: str
    new: bool


class NewEvidence(Strict):
    """A piece of evidence on a problem or a cause."""

    target: Literal["problem", "cause"]
    id: Number = Field(description=spoken(_("Id of what it belongs to")))
    kind: Literal["number", "rows", "record", "remark"]
    title: str = Field("", max_length=200)
    note: str = Field("", max_length=5000)
    url: str = Field("", max_length=1000, description=spoken(_("Path of a page of this application")))
    record: str = Field("", max_length=60, description=spoken(_("ticket, interaction, complaint, review …")))
    record_number: str = Field("", max_length=200)
    seconds: Annotated[float, Field(ge=0, le=864_000, allow_inf_nan=False)] | None = None
    indicator: str = Field("", max_length=100)
    group: list[Pair] = Field([], max_length=4)
    period: Day | None = None
    value: Finite | None = None
    n: Annotated[int, Field(ge=0, le=2**62)] | None = None
    low: Finite | None = None
    high: Finite | None = None
    standard: str = Field("", max_length=100)
    snapshot: str = Field("", max_length=100)


class MeasuredEvidence(Strict):
    """A number of the data, to be put on a problem or a cause; value, n and interval are computed here."""

    target: Literal["problem", "cause"]
    id: Number = Field(description=spoken(_("Id of what it belongs to")))
    indicator: str = Field(min_length=1, max_length=100)
    grain: Literal["day", "week", "month", "quarter", "year"] = "month"
    day: Day = Field(description=spoken(_("Any day of the period")))
    g: list[Annotated[str, Field(min_length=1, max_length=300)]] = Field(
        [], max_length=4, description=spoken(_("Only a group, such as team:夜班组; may be given several times"))
    )
    standard: str = Field("", max_length=100)
    note: str = Field("", max_length=5000)


class FileEvidence(Strict):
    """A file to be put on a problem or a cause."""

    target: Literal["problem", "cause"]
    id: Number = Field(description=spoken(_("Id of what it belongs to")))
    title: str = Field("", max_length=200)
    note: str = Field("", max_length=5000)


class EvidenceAnswer(BaseModel):
    """A piece of evidence."""

    id: int
    kind: str
    title: str
    note: str
    url: str
    indicator: str
    period: date | None
    value: float | None
    n: int | None
    low: float | None
    high: float | None
    standard: str
    snapshot: str
    at: datetime


@problems.post(
    "",
    response={200: OpenedAnswer, 201: OpenedAnswer},
    operation_id="improvements_open",
    **allows(PROBLEM_OPEN, _("Open a problem"), _("One about the same number that is open is linked instead (200).")),
)
def problem_open(request: HttpRequest, new: NewProblem) -> Status[dict[str, Any]]:
    """One about the same number that is open is linked instead (200)."""
    values = new.model_dump()
    found = Found(
        **{name: values[name] for name in ("source_kind", "source_ref", "indicator", "period", "grain", "value",
                                           "target", "standard", "snapshot")},
        group=tuple((str(pair[0]), pair[1]) for pair in values["group"]),
    )  # fmt: skip
    with refused_as(422):
        opened = services.problem_open(
            actor=request.user, title=new.title, what=new.what, grade=new.grade, grade_reason=new.grade_reason,
            found=found, due_at=new.due_at, members=_members(new.members), address_of=address_of(request),
            **_people(values),
        )  # fmt: skip
    return Status(201 if opened.new else 200, opened_answer(request.user, opened))


@problems.patch(
    "/{pk}",
    response=ProblemAnswer,
    operation_id="improvements_change",
    **allows(PROBLEM_EDIT, _("Change a problem"), _("What differs enters the history.")),
)
def problem_change(request: HttpRequest, pk: Key, change: ProblemChange) -> dict[str, Any]:
    """What differs enters the history."""
    one = whole(request, pk)
    values = change.model_dump(exclude_unset=True)
    reason = values.pop("reason", "")
    people = _people(values)
    kept = {n: v for n, v in values.items() if n not in people and v is not None}
    if "members" in kept:
        kept["members"] = _members(kept["members"])
    with refused_as(422):
        return answer(
            services.problem_change(
                actor=request.user, problem=one, reason=reason, address_of=address_of(request), **kept, **people
            )
        )  # fmt: skip


@problems.post(
    "/{pk}/close",
    response=ProblemAnswer,
    operation_id="improvements_close",
    **allows(PROBLEM_CLOSE, _("Close a problem"), _("As effective only when its effect has been proven, else signed.")),
)
def problem_close(request: HttpRequest, pk: Key, closing: Closing) -> dict[str, Any]:
    """As effective only when its effect has been proven, else signed."""
    return _moved(request, pk, state="closed", **closing.model_dump())


@problems.post(
    "/{pk}/reopen",
    response=ProblemAnswer,
    operation_id="improvements_reopen",
    **allows(PROBLEM_CLOSE, _("Open a closed problem again"), _("With the reason.")),
)
def problem_reopen(request: HttpRequest, pk: Key, why: ProblemReason) -> dict[str, Any]:
    """With the reason."""
    return _moved(request, pk, state="open", reason=why.reason)


@problems.get(
    "/{pk}/evidence",
    response=list[EvidenceAnswer],
    operation_id="improvements_evidence",
    **allows(PROBLEMS, _("Evidence on a problem"), _("Oldest first.")),
)
def problem_evidence(request: HttpRequest, pk: Key) -> list[dict[str, Any]]:
    """Oldest first."""
    return [_piece(one) for one in evidence_of("problem", whole(request, pk).pk)]


@evidence.post(
    "",
    response={201: EvidenceAnswer},
    operation_id="evidence_add",
    **allows(EVIDENCE, _("Give evidence"), _("On a problem or a cause that one may change.")),
)
def give(request: HttpRequest, new: NewEvidence) -> Status[dict[str, Any]]:
    """On a problem or a cause that one may change."""
    values = new.model_dump()
    kind, pk = values.pop("target"), values.pop("id")
    return _given(request, kind, pk, lambda: values)


@evidence.post(
    "/number",
    response={201: EvidenceAnswer},
    operation_id="evidence_add_number",
    **allows(EVIDENCE, _("Give a number of the data as evidence"), _("With n, interval, snapshot and its rows.")),
)
def give_number(request: HttpRequest, new: MeasuredEvidence) -> Status[dict[str, Any]]:
    """With n, interval, snapshot and its rows."""
    wanted = Wanted(new.indicator, new.grain, new.day, tuple(new.g), new.standard)
    return _given(request, new.target, new.id, lambda: {**measured(request.user, wanted), "note": new.note})


@evidence.post(
    "/file",
    response={201: EvidenceAnswer},
    operation_id="evidence_add_file",
    **allows(EVIDENCE, _("Give a file as evidence"), _("Kinds and size are limited as on the page.")),
)
def give_file(request: HttpRequest, new: Form[FileEvidence], file: File[UploadedFile]) -> Status[dict[str, Any]]:
    """Kinds and size are limited as on the page."""

    def kept() -> dict[str, Any]:
        stored = file_keep(file, name=file.name or "", purpose=PURPOSE, actor=request.user)  # type: ignore[arg-type]
        return {"kind": "file", "file": stored, "title": new.title, "note": new.note}

    return _given(request, new.target, new.id, kept)


def _given(request: HttpRequest, kind: str, pk: int, values: Callable[[], dict[str, Any]]) -> Status[dict[str, Any]]:
    """Evidence on what the caller may change; its values are asked for once that is sure."""
    found = on(request.user, kind, pk)
    if found is None or not found[0].may_change(request.user, found[1]):
        raise Http404
    with refused_as(422):
        one = evidence_add(
            actor=request.user, target_kind=kind, thing=found[1], address_of=address_of(request), **values()
        )  # fmt: skip
    return Status(201, _piece(one))


@evidence.delete(
    "/{pk}",
    response={204: None},
    operation_id="evidence_remove",
    **allows(EVIDENCE, _("Take evidence away"), _("What it was stays in the history.")),
)
def take(request: HttpRequest, pk: Key) -> Status[None]:
    """What it was stays in the history."""
    one = Evidence.objects.select_related("file").filter(pk=pk).first()
    found = on(request.user, one.target_kind, one.target_id) if one is not None else None
    if one is None or found is None or not found[0].may_change(request.user, found[1]):
        raise Http404
    evidence_remove(actor=request.user, evidence=one, thing=found[1], address_of=address_of(request))
    return Status(204, None)


def whole(request: HttpRequest, pk: int) -> Problem:
    """A problem that the caller may see, or 404."""
    one = problem_whole(request.user, pk)
    if one is None:
        raise Http404
    return one


def opened_answer(user: object, opened: services.Opened) -> dict[str, Any]:
    """A problem that was opened or is there, for whoever may see it."""
    seen = opened.new or seen_by(user, opened.problem) is not None
    return {"problem": answer(opened.problem) if seen else None, "number": opened.problem.number, "new": opened.new}


def answer(one: Problem) -> dict[str, Any]:
    """A problem as the API says it."""
    names = (
        "number",
        "title",
        "what",
        "grade",
        "grade_reason",
        "state",
        "verdict",
        "indicator",
        "group",
        "created_at",
        "due_at",
    )
    return {"id": one.pk, "department": one.department_id, "owner": one.owner_id,
            "members": sorted(one.members.values_list("pk", flat=True)),
            **{name: getattr(one, name) for name in names}}  # fmt: skip


def _piece(one: Evidence) -> dict[str, Any]:
    return {"id": one.pk, **{name: getattr(one, name) for name in EvidenceAnswer.model_fields if name != "id"}}


def _moved(request: HttpRequest, pk: int, **move: str) -> dict[str, Any]:
    one = whole(request, pk)
    with refused_as(422):
        return answer(services.problem_state(actor=request.user, problem=one, address_of=address_of(request), **move))


def _members(pks: list[int]) -> list[Staff]:
    """Members of staff by their ids."""
    return [_named(Staff, pk) for pk in dict.fromkeys(pks)]


def _named(model: type[Model], pk: int) -> Any:
    found = model._default_manager.filter(pk=pk).first()
    if found is None:
        text = gettext("There is no {what} with the id {id}.")
        raise ApiError(422, "refused", text.format(what=model._meta.verbose_name, id=pk))
    return found


def _people(values: dict[str, Any]) -> dict[str, Any]:
    """Department and owner in place of their ids."""
    found: dict[str, Any] = {}
    kinds: tuple[tuple[str, type[Model]], ...] = (("department", Department), ("owner", Staff))
    for name, model in kinds:
        if name in values:
            found[name] = _named(model, values[name]) if values[name] is not None else None
    return found


register_router("improvements", problems)
register_router("evidence", evidence)
