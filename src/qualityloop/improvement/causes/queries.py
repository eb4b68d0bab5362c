"""Reading fishbones, whys and root causes, for whoever asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, QuerySet

from qualityloop.improvement.causes.editing import revision_of
from qualityloop.improvement.causes.models import Node, RootCause, Vote
from qualityloop.improvement.evidence.models import Evidence
from qualityloop.improvement.evidence.queries import evidence_by
from qualityloop.improvement.problems.models import Problem
from qualityloop.improvement.problems.queries import may_work_on, problems_for

TARGET = "cause"  # what evidence calls a node


@dataclass
class Branch:
    """A node as it stands in its tree. `on_chain`: it is a locked root, or a locked root hangs on it."""

    node: Node
    level: int
    children: list[Branch] = field(default_factory=list)
    votes: int = 0
    mine: bool = False
    evidence: list[Evidence] = field(default_factory=list)
    locked: bool = False
    on_chain: bool = False

    def walk(self) -> Iterator[Branch]:
        """This one and all below it, from top to bottom."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Shown:
    """A tree of a problem at a revision."""

    tree: str
    tops: list[Branch]
    revision: int

    @property
    def count(self) -> int:
        """How many nodes it has."""
        return sum(1 for top in self.tops for _one in top.walk())


def tree_of(problem: Problem, tree: str, user: Any = None) -> Shown:
    """A tree with votes, evidence and locks; five queries."""
    revision = revision_of(problem, tree)  # first: what is read later is at least as new
    nodes = list(Node.objects.filter(problem=problem, tree=tree, removed=False).select_related("tag", "origin"))
    keys = [node.pk for node in nodes]
    votes = Counter(Vote.objects.filter(node__in=keys).values_list("node_id", flat=True))
    mine = (
        set(Vote.objects.filter(node__in=keys, person_id=user.pk).values_list("node_id", flat=True)) if user else set()
    )
    evidence = evidence_by(TARGET, keys)
    locked = set(RootCause.objects.filter(problem=problem, unlocked_at__isnull=True).values_list("node_id", flat=True))
    found = {
        node.pk: Branch(node, 1, [], votes[node.pk], node.pk in mine, evidence.get(node.pk, []), node.pk in locked)
        for node in nodes
    }
    tops: list[Branch] = []
    for node in nodes:
        above = found.get(node.parent_id or 0)
        (above.children if above is not None else tops).append(found[node.pk])
    for top in tops:
        _settle(top, 1)
    return Shown(tree, tops, revision)


def _settle(branch: Branch, level: int) -> bool:
    branch.level = level
    below = [_settle(child, level + 1) for child in branch.children]
    branch.on_chain = branch.locked or any(below)
    return branch.on_chain


def root_causes(problem: Problem) -> list[RootCause]:
    """The causes that are locked now."""
    return list(
        RootCause.objects.filter(problem=problem, unlocked_at__isnull=True).select_related(
            "tag__category", "locked_by", "node"
        )
    )


def unlocked(problem: Problem) -> list[RootCause]:
    """Causes that were held for the root once."""
    return list(
        RootCause.objects.filter(problem=problem, unlocked_at__isnull=False).select_related("tag", "unlocked_by")
    )


def node_for(user: Any, pk: int) -> Node | None:
    """A node of a problem that the person may see."""
    node = Node.objects.filter(pk=pk, removed=False).select_related("problem", "tag__category", "parent").first()
    return node if node is not None and problems_for(user).filter(pk=node.problem_id).exists() else None


def may_change(user: Any, node: Node) -> bool:
    """Whether the person may put evidence on a node."""
    return may_work_on(user, node.problem)


def root_causes_for(user: Any) -> QuerySet[RootCause]:
    """Root causes that are locked in problems which `user` may see."""
    return RootCause.objects.filter(unlocked_at__isnull=True, problem__in=problems_for(user).values("pk"))


@dataclass(frozen=True, slots=True)
class Recurring:
    """A kind of cause: how often it was the root, how often effective against, in which departments and indicators."""

    category: str
    tag: str
    tag_id: int
    count: int
    departments: tuple[tuple[str, int], ...]
    indicators: tuple[tuple[str, int], ...]
    months: tuple[int, ...]  # counts in the months asked for, oldest first


def recurring(user: Any, months: list[str], zone: Any) -> list[Recurring]:
    """Kinds of causes by how often they were the root, with where and when; one query."""
    rows = root_causes_for(user).values_list(
        "tag_id", "tag__name", "tag__category__name", "problem__department__name", "problem__indicator", "locked_at"
    )
    names: dict[int, tuple[str, str]] = {}
    counted: Counter[int] = Counter()
    where: dict[int, Counter[str]] = {}
    what: dict[int, Counter[str]] = {}
    when: dict[int, Counter[str]] = {}
    for tag, name, category, department, indicator, at in rows:
        names[tag] = (category, name)
        counted[tag] += 1
        where.setdefault(tag, Counter())[department or ""] += 1
        what.setdefault(tag, Counter())[indicator or ""] += 1
        when.setdefault(tag, Counter())[at.astimezone(zone).strftime("%Y-%m")] += 1
    return [
        Recurring(
            names[tag][0], names[tag][1], tag, count, tuple(where[tag].most_common(5)), tuple(what[tag].most_common(5)),
            tuple(when[tag][month] for month in months),
        )
        for tag, count in sorted(counted.items(), key=lambda item: (-item[1], names[item[0]]))
    ]  # fmt: skip


def categories_counted() -> list[Any]:
    """Categories with their kinds of causes, each with how often it was the root."""
    from qualityloop.improvement.causes.models import Category, CauseTag

    used = dict(RootCause.objects.values_list("tag_id").annotate(n=Count("pk")))
    by: dict[int, list[Any]] = {}
    for tag in CauseTag.objects.all():
        by.setdefault(tag.category_id, []).append((tag, used.get(tag.pk, 0)))
    return [(category, by.get(category.pk, [])) for category in Category.objects.all()]
