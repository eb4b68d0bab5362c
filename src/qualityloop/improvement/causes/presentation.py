"""Trees as pages show them."""

from __future__ import annotations

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qualityloop.improvement.causes.drawing import Bone, fishbone_svg
from qualityloop.improvement.causes.models import Node, Tree
from qualityloop.improvement.causes.queries import Branch, Shown
from qualityloop.improvement.problems.models import Problem


def drawn(problem: Problem, shown: Shown) -> SafeString:
    """The fishbone as SVG."""
    label = _("Fishbone of {title}").format(title=problem.title)
    return mark_safe(fishbone_svg(problem.title, [_bone(top) for top in shown.tops], label))  # noqa: S308 (it escapes)


def _bone(branch: Branch) -> Bone:
    marks = [f"+{branch.votes}"] if branch.votes else []
    if branch.evidence:
        marks.append(f"◆{len(branch.evidence)}")
    words = [branch.node.text]
    if branch.votes:
        words.append(ngettext("{n} vote", "{n} votes", branch.votes).format(n=branch.votes))
    words += [one.title for one in branch.evidence]
    return Bone(
        branch.node.pk, branch.node.text, " ".join(marks), "\n".join(words), branch.locked,
        tuple(_bone(child) for child in branch.children),
    )  # fmt: skip


def page_of(problem: Problem, tree: str = Tree.FISHBONE) -> str:
    """The page of a problem's tree."""
    return reverse("improvement_causes:tree", args=[problem.pk, tree])


def node_page(node: Node) -> str:
    """The page of one node."""
    return reverse("improvement_causes:node", args=[node.pk])
