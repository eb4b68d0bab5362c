"""What a person does in a tree, as a page sends it: one word and the node it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from qualityloop.foundation.audit.sessions import address_of
from qualityloop.improvement.causes import editing
from qualityloop.improvement.causes.editing import Conflict
from qualityloop.improvement.causes.models import Node, Tree
from qualityloop.improvement.problems.models import Problem


@dataclass(slots=True)
class Done:
    """How it went: the node to go to, what to say, or what is in the way."""

    focus: int | None = None
    said: str = ""
    error: str = ""
    conflict: Conflict | None = None

    @property
    def status(self) -> int:
        """Of the answer."""
        return 409 if self.conflict else 422 if self.error else 200


@dataclass(frozen=True, slots=True)
class _Asked:
    request: HttpRequest
    problem: Problem
    tree: str

    def number(self, name: str) -> int:
        text = self.request.POST.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0

    def node(self, name: str = "node") -> Node | None:
        """A node of this tree by its key."""
        if not (key := self.number(name)):
            return None
        return Node.objects.filter(pk=key, problem=self.problem, tree=self.tree).select_related("parent").first()

    @property
    def who(self) -> dict[str, Any]:
        return {"actor": self.request.user, "address_of": address_of(self.request)}


def done(request: HttpRequest, problem: Problem, tree: str) -> Done:
    """Do it; what stands against it is part of the answer."""
    ask = _Asked(request, problem, tree)
    try:
        return _do(ask, request.POST.get("do", ""))
    except Conflict as conflict:
        return Done(focus=conflict.node.pk, conflict=conflict)
    except ValidationError as error:
        return Done(focus=ask.number("node") or None, error=" ".join(error.messages))


def _do(ask: _Asked, what: str) -> Done:
    if what in ("add", "undo"):
        return _add(ask) if what == "add" else _undo(ask)
    node = ask.node()
    if node is None:
        raise ValidationError(_("This cause is no longer there."))
    if what == "change":
        editing.node_change(node=node, version=ask.number("version"), text=ask.request.POST.get("text", ""), **ask.who)
        return Done(focus=node.pk)
    if what == "vote":
        given = editing.vote(node=node, **ask.who)
        return Done(focus=node.pk, said=_("Your vote counts.") if given else _("Your vote is taken back."))
    if what == "remove":
        return _remove(ask, node)
    return _move(ask, node, what)


def _undo(ask: _Asked) -> Done:
    edit = editing.undo(problem=ask.problem, tree=ask.tree, **ask.who)
    if edit is None:
        return Done(said=_("There is nothing of yours left to take back."))
    return Done(focus=edit.node_id, said=_("Taken back: {cause}").format(cause=edit.node.text))


def _add(ask: _Asked) -> Done:
    parent = ask.node("parent")
    if ask.request.POST.get("parent") and parent is None:
        raise ValidationError(_("What it should hang on is no longer there."))
    node = editing.node_add(
        problem=ask.problem, tree=ask.tree, text=ask.request.POST.get("text", ""), parent=parent,
        after=ask.node("after"), **ask.who,
    )  # fmt: skip
    return Done(focus=node.pk, said=_("Added: {cause}").format(cause=node.text))


def _remove(ask: _Asked, node: Node) -> Done:
    siblings = _siblings(node)
    at = [one.pk for one in siblings].index(node.pk) if node in siblings else 0
    editing.node_remove(node=node, version=ask.number("version"), revision=ask.number("revision"), **ask.who)
    rest = siblings[:at] or siblings[at + 1 :]
    focus = rest[-1 if siblings[:at] else 0].pk if rest else node.parent_id
    return Done(focus=focus, said=_("Removed: {cause}. Ctrl+Z brings it back.").format(cause=node.text))


def _move(ask: _Asked, node: Node, what: str) -> Done:
    """By drag (`move`) or by keys: in below the sibling above, out behind the parent, up and down."""
    siblings = _siblings(node)
    at = next((n for n, one in enumerate(siblings) if one.pk == node.pk), 0)
    where: dict[str, Any] | None = None
    if what == "move":
        parent = ask.node("parent")
        if ask.request.POST.get("parent") and parent is None:
            raise ValidationError(_("What it should hang on is no longer there."))
        after = ask.node("after")
        where = {"parent": parent, "after": after, "first": after is None}
    elif what == "indent" and at > 0:
        where = {"parent": siblings[at - 1]}
    elif what == "outdent" and node.parent is not None:
        if ask.tree == Tree.FISHBONE and node.parent.parent_id is None:
            raise ValidationError(_("A cause stays below a category."))
        where = {"parent": node.parent.parent, "after": node.parent}
    elif what == "up" and at > 0:
        where = {"parent": node.parent, "after": siblings[at - 2] if at > 1 else None, "first": at == 1}
    elif what == "down" and at + 1 < len(siblings):
        where = {"parent": node.parent, "after": siblings[at + 1]}
    if where is None:
        return Done(focus=node.pk)
    editing.node_move(node=node, version=ask.number("version"), **where, **ask.who)
    return Done(focus=node.pk, said=_("Moved: {cause}").format(cause=node.text))


def _siblings(node: Node) -> list[Node]:
    return list(Node.objects.filter(problem=node.problem_id, tree=node.tree, parent=node.parent_id, removed=False))
