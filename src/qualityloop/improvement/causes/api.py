"""Operations on fishbones, whys and root causes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from qualityloop.foundation.api import ApiError, Strict, allows, refused_as, register_router, spoken
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.improvement.causes import editing, services
from qualityloop.improvement.causes.editing import Conflict, revision_of
from qualityloop.improvement.causes.models import CauseTag, Direction, Node, RootCause, Tree
from qualityloop.improvement.causes.permissions import CAUSE_EDIT, CAUSES, LOCK
from qualityloop.improvement.causes.queries import Branch, node_for, root_causes, tree_of
from qualityloop.improvement.problems import api
from qualityloop.improvement.problems.queries import problems_for

causes = Router(tags=[spoken(_("Root causes"))])

Number = Annotated[int, Field(ge=1, le=2**63 - 1)]
Trees = Literal["fishbone", "whys"]
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]


class NewCause(Strict):
    """A cause to hang into a tree."""

    tree: Trees
    text: str = Field(min_length=1, max_length=300)
    parent: Number | None = Field(None, description=spoken(_("Id of the cause it hangs on; none: at the top")))
    after: Number | None = Field(None, description=spoken(_("Id of the sibling it stands behind; none: as the last")))
    known_by: str = Field("", max_length=2000, description=spoken(_("How do we know")))
    tag: Number | None = Field(None, description=spoken(_("Id of a kind of cause")))


class CauseChange(Strict):
    """What is to be changed; 409 where somebody has changed the same since `version`."""

    version: Version
    text: str | None = Field(None, min_length=1, max_length=300)
    known_by: str | None = Field(None, max_length=2000)
    tag: Number | None = None


class CauseMove(Strict):
    """Where a cause is to hang."""

    version: Version
    parent: Number | None = None
    after: Number | None = None
    first: bool = Field(False, description=spoken(_("As the first; without this and `after` as the last")))


class CauseUndo(Strict):
    """In which tree."""

    tree: Trees


class Lock(Strict):
    """Why this one is the root, and what kind of cause it is."""

    reason: str = Field(min_length=1, max_length=2000)
    tag: Number | None = None


class CauseReason(Strict):
    """The reason."""

    reason: str = Field(min_length=1, max_length=2000)


class Towards(Strict):
    """The direction of the improvement; `version` as it was read, 0 before any."""

    text: str = Field(max_length=5000)
    version: Annotated[int, Field(ge=0, le=2**31 - 1)]


class CauseAnswer(BaseModel):
    """A cause."""

    id: int
    tree: str
    parent: int | None
    text: str
    known_by: str
    tag: str | None
    version: int
    votes: int = 0
    locked: bool = False
    level: int = 1


class CauseUndoAnswer(BaseModel):
    """Whether something was taken back, and of which cause."""

    undone: bool
    cause: int | None
    text: str


class TreeAnswer(BaseModel):
    """A tree, from top to bottom."""

    tree: str
    revision: int
    causes: list[CauseAnswer]


class RootAnswer(BaseModel):
    """A locked root cause."""

    id: int
    cause: int
    text: str
    reason: str
    category: str
    tag: str


class AnalysisAnswer(BaseModel):
    """What was found out about a problem."""

    trees: list[TreeAnswer]
    root_causes: list[RootAnswer]
    direction: str
    direction_version: int


@causes.get(
    "/of/{pk}",
    response=AnalysisAnswer,
    operation_id="causes_of",
    **allows(CAUSES, _("Causes of a problem"), _("Fishbone, whys, locked root causes, direction.")),
)
def of(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """Fishbone, whys, locked root causes, direction."""
    problem = api.whole(request, pk)
    direction = Direction.objects.filter(problem=problem).first()
    trees = []
    for tree in Tree.values:
        shown = tree_of(problem, tree)
        listed = [_branch(branch) for top in shown.tops for branch in top.walk()]
        trees.append({"tree": tree, "revision": shown.revision, "causes": listed})
    return {
        "trees": trees, "root_causes": [_root(one) for one in root_causes(problem)],
        "direction": direction.text if direction else "", "direction_version": direction.version if direction else 0,
    }  # fmt: skip


@causes.post(
    "/of/{pk}",
    response={201: CauseAnswer},
    operation_id="causes_add",
    **allows(CAUSE_EDIT, _("Add a cause"), _("The first one begins the fishbone with the categories in use.")),
)
def add(request: HttpRequest, pk: Key, new: NewCause) -> Status[dict[str, Any]]:
    """The first one begins the fishbone with the categories in use."""
    problem = api.whole(request, pk)
    with _refusing():
        if new.tree == "fishbone":
            editing.trees_start(actor=request.user, problem=problem, address_of=address_of(request))
        node = editing.node_add(
            actor=request.user, problem=problem, tree=new.tree, text=new.text, known_by=new.known_by,
            parent=_other(request, new.parent), after=_other(request, new.after), tag=_tag(new.tag),
            address_of=address_of(request),
        )  # fmt: skip
    return Status(201, _node(node))


@causes.post(
    "/of/{pk}/start",
    response=AnalysisAnswer,
    operation_id="causes_start",
    **allows(CAUSE_EDIT, _("Begin the fishbone"), _("With the categories in use; one that is begun stays as it is.")),
)
def start(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """With the categories in use; one that is begun stays as it is."""
    problem = api.whole(request, pk)
    with _refusing():
        editing.trees_start(actor=request.user, problem=problem, address_of=address_of(request))
    return of(request, pk)


@causes.post(
    "/of/{pk}/undo",
    response=CauseUndoAnswer,
    operation_id="causes_undo",
    **allows(CAUSE_EDIT, _("Take one's last change back"), _("In one tree; 409 where somebody has built on it.")),
)
def undo(request: HttpRequest, pk: Key, asked: CauseUndo) -> dict[str, Any]:
    """In one tree; 409 where somebody has built on it."""
    problem = api.whole(request, pk)
    with _refusing():
        edit = editing.undo(actor=request.user, problem=problem, tree=asked.tree, address_of=address_of(request))
    if edit is None:
        return {"undone": False, "cause": None, "text": ""}
    return {"undone": True, "cause": edit.node_id, "text": edit.node.text}


@causes.post(
    "/{pk}/why",
    response={201: CauseAnswer},
    operation_id="causes_why",
    **allows(CAUSE_EDIT, _("Ask why of a bone"), _("It is the first answer of the whys; the same when asked again.")),
)
def why(request: HttpRequest, pk: Key) -> Status[dict[str, Any]]:
    """It is the first answer of the whys; the same when asked again."""
    bone = _found(request, pk)
    with _refusing():
        node = editing.bone_asked(actor=request.user, bone=bone, address_of=address_of(request))
    return Status(201, _node(node))


@causes.patch(
    "/{pk}",
    response=CauseAnswer,
    operation_id="causes_change",
    **allows(CAUSE_EDIT, _("Change a cause"), _("409 where somebody has changed the same since the version given.")),
)
def change(request: HttpRequest, pk: Key, wanted: CauseChange) -> dict[str, Any]:
    """409 where somebody has changed the same since the version given."""
    given = wanted.model_dump(exclude_unset=True)
    if "tag" in given:
        given["tag"] = _tag(given["tag"])
    with _refusing():
        return _node(
            editing.node_change(
                actor=request.user, node=_found(request, pk), address_of=address_of(request), **given
            )
        )  # fmt: skip


@causes.post(
    "/{pk}/move",
    response=CauseAnswer,
    operation_id="causes_move",
    **allows(CAUSE_EDIT, _("Move a cause"), _("With everything that hangs on it.")),
)
def move(request: HttpRequest, pk: Key, wanted: CauseMove) -> dict[str, Any]:
    """With everything that hangs on it."""
    with _refusing():
        return _node(
            editing.node_move(
                actor=request.user, node=_found(request, pk), version=wanted.version,
                parent=_other(request, wanted.parent), after=_other(request, wanted.after), first=wanted.first,
                address_of=address_of(request),
            )
        )  # fmt: skip


@causes.delete(
    "/{pk}",
    response={204: None},
    operation_id="causes_remove",
    **allows(CAUSE_EDIT, _("Remove a cause"), _("With everything that hangs on it; nothing of it may be locked.")),
)
def remove(request: HttpRequest, pk: Key) -> Status[None]:
    """With everything that hangs on it; nothing of it may be locked."""
    node = _found(request, pk)
    with _refusing():
        editing.node_remove(
            actor=request.user, node=node, version=node.version, revision=revision_of(node.problem, node.tree),
            address_of=address_of(request),
        )  # fmt: skip
    return Status(204, None)


@causes.post(
    "/{pk}/vote",
    response=CauseAnswer,
    operation_id="causes_vote",
    **allows(CAUSE_EDIT, _("Vote for a cause"), _("Or take one's vote back.")),
)
def vote(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """Or take one's vote back."""
    node = _found(request, pk)
    with _refusing():
        editing.vote(actor=request.user, node=node, address_of=address_of(request))  # type: ignore[arg-type]
    return _node(node)


@causes.post(
    "/{pk}/lock",
    response={201: RootAnswer},
    operation_id="causes_lock",
    **allows(LOCK, _("Lock a root cause"), _("At most two at once; the first one moves the problem on.")),
)
def lock(request: HttpRequest, pk: Key, wanted: Lock) -> Status[dict[str, Any]]:
    """At most two at once; the first one moves the problem on."""
    node = _found(request, pk)
    with _refusing():
        cause = services.cause_lock(
            actor=request.user, node=node, reason=wanted.reason, tag=_tag(wanted.tag), address_of=address_of(request)
        )
    return Status(201, _root(cause))


@causes.post(
    "/{pk}/unlock",
    response={204: None},
    operation_id="causes_unlock",
    **allows(LOCK, _("Unlock a root cause"), _("With the reason.")),
)
def unlock(request: HttpRequest, pk: Key, wanted: CauseReason) -> Status[None]:
    """With the reason."""
    node = _found(request, pk)
    cause = RootCause.objects.filter(node=node, unlocked_at__isnull=True).first()
    if cause is None:
        raise Http404
    with _refusing():
        services.cause_unlock(actor=request.user, cause=cause, reason=wanted.reason, address_of=address_of(request))
    return Status(204, None)


@causes.put(
    "/of/{pk}/direction",
    response=Towards,
    operation_id="causes_direction",
    **allows(LOCK, _("Set the direction of the improvement"), _("Refused where somebody has changed it since.")),
)
def direction(request: HttpRequest, pk: Key, wanted: Towards) -> dict[str, Any]:
    """Refused where somebody has changed it since."""
    problem = api.whole(request, pk)
    with _refusing():
        kept = services.direction_set(
            actor=request.user, problem=problem, text=wanted.text, version=wanted.version,
            address_of=address_of(request),
        )  # fmt: skip
    return {"text": kept.text, "version": kept.version}


@contextmanager
def _refusing() -> Iterator[None]:
    """Conflicts are said with 409, what a service refuses with 422."""
    try:
        with refused_as(422):
            yield
    except Conflict as error:
        raise ApiError(409, "conflict", error.sentence) from error


def _found(request: HttpRequest, pk: int) -> Node:
    node = node_for(request.user, pk)
    if node is None:
        raise Http404
    return node


def _other(request: HttpRequest, pk: int | None) -> Node | None:
    """A node that is named beside the one that it is about; 422 where it is not there."""
    if pk is None:
        return None
    node = Node.objects.filter(pk=pk, removed=False, problem__in=problems_for(request.user).values("pk")).first()
    if node is None:
        raise ApiError(422, "refused", str(_("What it should hang on is no longer there.")))
    return node


def _tag(pk: int | None) -> CauseTag | None:
    if pk is None:
        return None
    tag = CauseTag.objects.filter(pk=pk).first()
    if tag is None:
        raise ApiError(422, "refused", str(_("There is no such kind of cause.")))
    return tag


def _node(node: Node) -> dict[str, Any]:
    return {
        "id": node.pk, "tree": node.tree, "parent": node.parent.pk if node.parent else None, "text": node.text,
        "known_by": node.known_by, "tag": str(node.tag) if node.tag else None, "version": node.version,
        "votes": node.votes.count(), "level": editing.depth_of(node),
        "locked": RootCause.objects.filter(node=node, unlocked_at__isnull=True).exists(),
    }  # fmt: skip


def _branch(branch: Branch) -> dict[str, Any]:
    node = branch.node
    return {
        "id": node.pk, "tree": node.tree, "parent": node.parent_id, "text": node.text, "known_by": node.known_by,
        "tag": str(node.tag) if node.tag else None, "version": node.version, "votes": branch.votes,
        "locked": branch.locked, "level": branch.level,
    }  # fmt: skip


def _root(cause: RootCause) -> dict[str, Any]:
    return {"id": cause.pk, "cause": cause.node_id, "text": cause.text, "reason": cause.reason,
            "category": str(cause.tag.category), "tag": str(cause.tag)}  # fmt: skip


register_router("causes", causes)
