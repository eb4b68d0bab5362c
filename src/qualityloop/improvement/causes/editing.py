"""Changing trees one node at a time, so that several people can: no change is lost, each can be taken back.

Whoever changes a node says which version they saw. If somebody else has changed the same aspect since (its text, its
place …) that is a conflict, and both texts are kept for the person to choose; other aspects go side by side.
"""

from __future__ import annotations

from types import EllipsisType
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qualityloop.foundation.audit.recording import record
from qualityloop.foundation.models import User
from qualityloop.improvement.causes import actions
from qualityloop.improvement.causes.models import Aspect, Category, CauseTag, Edit, Node, RootCause, Tree, Vote
from qualityloop.improvement.causes.taxonomy import taxonomy_start
from qualityloop.improvement.problems.models import Problem

DEEPEST = 8  # levels of a tree
MOST = 400  # nodes of a tree
PREFIX = "improvement_causes.node."
CAUSE = PREFIX + "text"  # under which the history names a cause
TEXTS = (Aspect.TEXT, Aspect.KNOWN_BY)


class Conflict(Exception):  # noqa: N818 (an outcome, not a failure)
    """Somebody has changed the same thing since: whose, what it is now, what was to be written."""

    def __init__(self, node: Node, edit: Edit, mine: str) -> None:
        self.node, self.edit, self.mine = node, edit, mine
        self.who = str(edit.actor or _("the system"))
        self.theirs = str(getattr(node, edit.aspect)) if edit.aspect in TEXTS else ""
        super().__init__(self.sentence)

    @property
    def sentence(self) -> str:
        """What has happened, in words."""
        if self.edit.aspect in TEXTS:
            text = _("{who} has changed this meanwhile to “{theirs}”; you wrote “{mine}”. Nothing is lost: choose.")
        elif self.edit.aspect == Aspect.REMOVED:
            text = _("{who} has removed “{node}” meanwhile; you wrote “{mine}”.")
        elif self.edit.aspect == Aspect.ADDED:
            text = _("{who} has added “{node}” below it meanwhile; look at it before you remove it.")
        else:
            text = _("{who} has moved or changed “{node}” meanwhile; look at it and try again.")
        return text.format(who=self.who, theirs=self.theirs, mine=self.mine, node=self.node.text)


def trees_start(*, actor: Any, problem: Problem, address_of: str = "") -> None:
    """Begin the fishbone of a problem with the categories in use; nothing where it is begun."""
    taxonomy_start()
    with transaction.atomic():
        kept = _locked(problem)
        if Node.objects.filter(problem=kept, tree=Tree.FISHBONE).exists():
            return
        names = list(Category.objects.filter(active=True).values_list("name", flat=True))
        Node.objects.bulk_create(
            [Node(problem=kept, tree=Tree.FISHBONE, text=name, place=float(n)) for n, name in enumerate(names)]
        )
        record(
            actor=actor, action=actions.STARTED, record=kept, before=None,
            after={"improvement_causes.category.name": names}, address=address_of,
        )  # fmt: skip


def node_add(
    *,
    actor: Any,
    problem: Problem,
    tree: str,
    text: str,
    parent: Node | None = None,
    after: Node | None = None,
    origin: Node | None = None,
    known_by: str = "",
    tag: CauseTag | None = None,
    address_of: str = "",
) -> Node:
    """Hang a node on `parent` (none: at the top), behind its sibling `after` (none: as the last)."""
    if tree not in Tree.values:
        raise ValidationError({"tree": _("There is no such tree.")})
    with transaction.atomic():
        kept = _locked(problem)
        words = _worded(text)
        if parent is not None:
            parent = _fresh(parent, kept, tree)
        if depth_of(parent) >= DEEPEST:
            raise ValidationError({"text": _("A tree has at most {n} levels.").format(n=DEEPEST)})
        if Node.objects.filter(problem=kept, tree=tree, removed=False).count() >= MOST:
            raise ValidationError({"text": _("A tree has at most {n} causes.").format(n=MOST)})
        node = Node.objects.create(
            problem=kept, tree=tree, parent=parent, text=words, known_by=known_by.strip(), origin=origin, tag=tag,
            place=_place(kept, tree, parent, after),
        )  # fmt: skip
        _note(actor, node, Aspect.ADDED, None, {"text": words, **_where(node)}, address_of)
    return node


def bone_asked(*, actor: Any, bone: Node, address_of: str = "") -> Node:
    """Go on from a bone with whys: its text is the first answer there. Asked again, it is the same node."""
    kept = Node.objects.filter(origin=bone, tree=Tree.WHYS, removed=False).select_related("parent", "tag").first()
    if kept is not None:
        return kept
    return node_add(
        actor=actor, problem=bone.problem, tree=Tree.WHYS, text=bone.text, origin=bone, known_by=bone.known_by,
        address_of=address_of,
    )  # fmt: skip


def node_change(
    *, actor: Any, node: Node, version: int, text: str | None = None, known_by: str | None = None,
    tag: CauseTag | EllipsisType | None = ..., address_of: str = "",
) -> Node:  # fmt: skip
    """Another text, "how do we know", or kind. Conflict where somebody changed the same since `version`."""
    with transaction.atomic():
        kept = _kept(node)
        wanted: list[tuple[Aspect, Any]] = []
        if text is not None:
            wanted.append((Aspect.TEXT, _worded(text)))
        if known_by is not None:
            wanted.append((Aspect.KNOWN_BY, known_by.strip()))
        if not isinstance(tag, EllipsisType):
            wanted.append((Aspect.TAG, tag))
        for aspect, value in wanted:
            before = getattr(kept, aspect)
            if before == value:
                continue
            _check(actor, kept, version, {aspect, Aspect.REMOVED}, str(value))
            setattr(kept, aspect, value)
            _step(kept, aspect)
            _note(actor, kept, aspect, _plain(before), _plain(value), address_of)
    return kept


def node_move(
    *, actor: Any, node: Node, version: int, parent: Node | None, after: Node | None = None, first: bool = False,
    address_of: str = "",
) -> Node:  # fmt: skip
    """Hang a node elsewhere: below `parent`, behind `after`, as the first or (neither) as the last."""
    with transaction.atomic():
        kept = _kept(node)
        if parent is not None:
            parent = _fresh(parent, kept.problem, kept.tree)
            if kept.pk in _ancestry(parent):
                raise ValidationError({"parent": _("A cause cannot hang on itself.")})
        if depth_of(parent) + _height(kept) > DEEPEST:
            raise ValidationError({"parent": _("A tree has at most {n} levels.").format(n=DEEPEST)})
        _check(actor, kept, version, {Aspect.PLACE, Aspect.REMOVED}, kept.text)
        before = _where(kept)
        place = _first(kept, parent) if first else _place(kept.problem, kept.tree, parent, after, kept)
        kept.parent, kept.place = parent, place
        if _where(kept) == before:
            return kept
        _step(kept, "parent", "place")
        _note(actor, kept, Aspect.PLACE, before, _where(kept), address_of)
    return kept


def node_remove(*, actor: Any, node: Node, version: int, revision: int, address_of: str = "") -> None:
    """Take a node and what hangs on it out of the tree. Conflict where somebody else changed any of it since.

    `revision` is the tree's that the person saw: what others hung on it or wrote below it later is not thrown away.
    """
    with transaction.atomic():
        kept = _kept(node)
        branch = _branch(kept)
        keys = [one.pk for one in branch]
        if RootCause.objects.filter(node__in=keys, unlocked_at__isnull=True).exists():
            raise ValidationError(_("A locked root cause hangs on it; unlock it first."))
        later = Edit.objects.filter(node__in=keys, pk__gt=revision, undone=False).exclude(actor=_person(actor))
        if (edit := later.select_related("node", "actor").last()) is not None:
            raise Conflict(edit.node, edit, kept.text)
        _check(actor, kept, version, {Aspect.TEXT, Aspect.REMOVED}, kept.text)
        Node.objects.filter(pk__in=keys).update(removed=True)
        kept.removed = True
        _step(kept, "removed")
        _note(actor, kept, Aspect.REMOVED, {"texts": [one.text for one in branch], "nodes": keys}, None, address_of)


def undo(*, actor: Any, problem: Problem, tree: str, address_of: str = "") -> Edit | None:
    """Take back the actor's last change of a tree; None where there is none left. Conflict where others built on it."""
    with transaction.atomic():
        kept = _locked(problem)
        mine = Edit.objects.filter(problem=kept, tree=tree, actor=_person(actor), undone=False)
        edit = mine.select_related("node", "actor").last()
        if edit is None:
            return None
        node = Node.objects.select_for_update(of=("self",)).select_related("parent", "tag").get(pk=edit.node_id)
        if edit.aspect == Aspect.ADDED:
            _take_back_adding(actor, node, edit)
        else:
            if edit.aspect != Aspect.REMOVED:
                _check(actor, node, edit.version, {edit.aspect}, node.text)
            _take_back(node, edit)
        edit.undone = True
        edit.save(update_fields=["undone"])
        record(
            actor=actor, action=actions.UNDONE, record=kept, before=None,
            after={CAUSE: node.text}, address=address_of,
        )  # fmt: skip
        Edit.objects.create(  # tells the others' pages that the tree is another; never taken back itself
            problem=kept, tree=tree, node=node, aspect=edit.aspect, before=edit.after, after=edit.before,
            version=node.version, actor=_person(actor), undone=True,
        )  # fmt: skip
    return edit


def vote(*, actor: User, node: Node, address_of: str = "") -> bool:
    """Give one's vote to a node, or take it back; answers whether it has it now."""
    with transaction.atomic():
        kept = _kept(node)
        taken, _n = Vote.objects.filter(node=kept, person=actor).delete()
        if not taken:
            Vote.objects.create(node=kept, person=actor)
        record(
            actor=actor, action=actions.VOTED, record=kept.problem, before=None,
            after={CAUSE: kept.text}, address=address_of,
        )  # fmt: skip
    return not taken


def revision_of(problem: Problem, tree: str) -> int:
    """The revision of a tree: the key of its last change, 0 before any."""
    return Edit.objects.filter(problem=problem, tree=tree).order_by("-pk").values_list("pk", flat=True).first() or 0


def _take_back_adding(actor: Any, node: Node, edit: Edit) -> None:
    """An added node goes, unless others have hung something on it or worded it anew."""
    branch = [one.pk for one in _branch(node)]
    others = Edit.objects.filter(node__in=branch, pk__gt=edit.pk, undone=False).exclude(actor=_person(actor))
    if (later := others.select_related("node", "actor").last()) is not None:
        raise Conflict(later.node, later, node.text)
    if RootCause.objects.filter(node__in=branch, unlocked_at__isnull=True).exists():
        raise ValidationError(_("A locked root cause hangs on it; unlock it first."))
    Node.objects.filter(pk__in=branch).update(removed=True)
    node.removed = True
    _step(node, "removed")


def _take_back(node: Node, edit: Edit) -> None:
    if edit.aspect == Aspect.REMOVED:
        Node.objects.filter(pk__in=edit.before["nodes"]).update(removed=False)
        node.removed = False
        if node.parent is not None and node.parent.removed:
            node.parent = None  # what it hung on is gone: better at the top than lost
        _step(node, "removed", "parent")
    elif edit.aspect == Aspect.PLACE:
        parent = Node.objects.filter(pk=edit.before["parent"], removed=False).first()
        node.parent, node.place = parent, edit.before["place"]
        _step(node, "parent", "place")
    elif edit.aspect == Aspect.TAG:
        node.tag = CauseTag.objects.filter(pk=edit.before).first()
        _step(node, "tag")
    else:
        setattr(node, edit.aspect, edit.before)
        _step(node, edit.aspect)


def _locked(problem: Problem) -> Problem:
    """The problem, ours until the transaction ends: changes of one tree come one after the other."""
    kept = Problem.objects.select_for_update().get(pk=problem.pk)
    if kept.is_closed:
        raise ValidationError(_("The problem is closed; open it again first."))
    return kept


def _kept(node: Node) -> Node:
    problem = _locked(Problem(pk=node.problem_id))
    kept = Node.objects.select_for_update(of=("self",)).select_related("parent", "tag").get(pk=node.pk)
    kept.problem = problem
    return kept


def _fresh(node: Node, problem: Problem, tree: str) -> Node:
    found = Node.objects.filter(pk=node.pk, problem=problem, tree=tree, removed=False).first()
    if found is None:
        raise ValidationError({"parent": _("What it should hang on is no longer there.")})
    return found


def _check(actor: Any, node: Node, version: int, aspects: set[Any], mine: str) -> None:
    """Conflict where others changed one of these aspects since `version`."""
    later = Edit.objects.filter(node=node, version__gt=version, aspect__in=aspects, undone=False)
    edit = later.exclude(actor=_person(actor)).select_related("actor").last()
    if edit is not None:
        raise Conflict(node, edit, mine)
    if node.removed and Aspect.REMOVED in aspects:
        raise ValidationError(_("“{node}” has been removed.").format(node=node.text))


def _step(node: Node, *fields: str) -> None:
    node.version += 1
    node.save(update_fields=["version", *fields])


def _note(actor: Any, node: Node, aspect: Aspect, before: Any, after: Any, address: str) -> None:  # noqa: PLR0917
    Edit.objects.create(
        problem_id=node.problem_id, tree=node.tree, node=node, aspect=aspect, before=before, after=after,
        version=node.version, actor=_person(actor),
    )  # fmt: skip
    was, now = _said(node, aspect, before), _said(node, aspect, after)
    named = {} if aspect in (Aspect.TEXT, Aspect.REMOVED) else {CAUSE: node.text}
    record(
        actor=actor, action=actions.CHANGES[aspect], record=node.problem, before=was or None,
        after={**named, **now} or None, address=address,
    )  # fmt: skip


def _said(node: Node, aspect: Aspect, value: Any) -> dict[str, Any]:
    """A value of an edit as the history of the problem says it, by the names of columns."""
    if value is None or aspect == Aspect.ADDED:
        return {}
    if aspect == Aspect.REMOVED:
        return {CAUSE: value["texts"]}
    if aspect == Aspect.PLACE:
        above = Node.objects.filter(pk=value["parent"]).values_list("text", flat=True).first()
        return {PREFIX + "parent": above}
    if aspect == Aspect.TAG:
        return {PREFIX + "tag": CauseTag.objects.filter(pk=value).values_list("name", flat=True).first()}
    return {PREFIX + aspect.value: value}


def _worded(text: str) -> str:
    words = " ".join(text.split())
    if not words:
        raise ValidationError({"text": _("Say what the cause is.")})
    if len(words) > 300:
        raise ValidationError({"text": _("At most {n} characters.").format(n=300)})
    return words


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, CauseTag) else value


def _where(node: Node) -> dict[str, Any]:
    return {"parent": node.parent.pk if node.parent else None, "place": node.place}


def _siblings(problem: Problem, tree: str, parent: Node | None) -> list[Node]:
    return list(Node.objects.filter(problem=problem, tree=tree, parent=parent, removed=False))


def _place(problem: Problem, tree: str, parent: Node | None, after: Node | None, moved: Node | None = None) -> float:
    """A number between those of the siblings around the place."""
    siblings = [one for one in _siblings(problem, tree, parent) if moved is None or one.pk != moved.pk]
    keys = [one.pk for one in siblings]
    if after is None or after.pk not in keys:
        return siblings[-1].place + 1.0 if siblings else 0.0
    at = keys.index(after.pk)
    here = siblings[at].place
    return (here + siblings[at + 1].place) / 2 if at + 1 < len(siblings) else here + 1.0


def _first(node: Node, parent: Node | None) -> float:
    siblings = [one for one in _siblings(node.problem, node.tree, parent) if one.pk != node.pk]
    return siblings[0].place - 1.0 if siblings else 0.0


def _ancestry(node: Node | None) -> list[int]:
    """Keys of a node and of what it hangs on, up to the top."""
    found: list[int] = []
    while node is not None and node.pk not in found:
        found.append(node.pk)
        node = node.parent
    return found


def depth_of(node: Node | None) -> int:
    """Levels from the top down to a node, 0 for none."""
    return len(_ancestry(node))


def _branch(node: Node) -> list[Node]:
    """A node and all that hangs on it, from the top."""
    children: dict[int | None, list[Node]] = {}
    for one in Node.objects.filter(problem_id=node.problem_id, tree=node.tree, removed=False):
        children.setdefault(one.parent_id, []).append(one)
    found, rest = [node], list(children.get(node.pk, ()))
    while rest:
        one = rest.pop(0)
        found.append(one)
        rest += children.get(one.pk, ())
    return found


def _height(node: Node) -> int:
    """Levels of a node and what hangs on it."""
    levels: dict[int, int] = {node.pk: 1}
    for one in _branch(node)[1:]:
        levels[one.pk] = levels[one.parent_id or 0] + 1
    return max(levels.values())


def _person(actor: Any) -> User | None:
    return actor if isinstance(actor, User) else None
