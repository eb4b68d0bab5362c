"""The causes on a problem's page, and causes as what evidence is put on."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.panels import Panel, register_panel
from qualityloop.improvement.causes import presentation
from qualityloop.improvement.causes.models import Direction, Tree
from qualityloop.improvement.causes.permissions import CAUSES
from qualityloop.improvement.causes.queries import TARGET, may_change, node_for, root_causes, tree_of
from qualityloop.improvement.evidence.targets import Target, register_target
from qualityloop.improvement.problems.models import Problem


def _causes(request: HttpRequest, problem: Problem) -> dict[str, Any]:
    shown = tree_of(problem, Tree.FISHBONE)
    whys = tree_of(problem, Tree.WHYS)
    return {
        "drawing": presentation.drawn(problem, shown) if shown.tops else "",
        "roots": root_causes(problem),
        "whys": whys.count,
        "direction": Direction.objects.filter(problem=problem).first(),
        "fishbone_url": presentation.page_of(problem),
        "whys_url": presentation.page_of(problem, Tree.WHYS),
    }


def connect() -> None:
    """Put evidence on causes, show them on the pages of problems."""
    register_target(Target(TARGET, node_for, may_change, presentation.node_page, lambda node: node.problem))
    register_panel(
        "improvement_problems.problem",
        Panel("causes", _("Root cause"), "causes/panel.html", _causes, right=CAUSES, order=20),
    )
