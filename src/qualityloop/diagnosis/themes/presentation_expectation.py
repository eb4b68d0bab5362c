"""The importance–performance matrix as pages show it: four fields with their items, and the chart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qualityloop.analysis.expectation import Item, Matrix

QUADRANTS = (
    ("concentrate", gettext_lazy("Work on first"), gettext_lazy("important, not done well"), "missed"),
    ("keep_up", gettext_lazy("Keep up"), gettext_lazy("important, done well"), "met"),
    ("low_priority", gettext_lazy("Low priority"), gettext_lazy("less important, not done well"), "insufficient"),
    ("overkill", gettext_lazy("Possible overkill"), gettext_lazy("less important, done well"), "warning"),
)
HOW = {
    "stated": gettext_lazy("Importance as customers stated it."),
    "correlation": gettext_lazy("Importance is derived: the correlation of each item with overall satisfaction."),
    "regression": gettext_lazy(
        "Importance is derived: the weight of each item in a regression of overall satisfaction."
    ),
}


@dataclass(frozen=True, slots=True)
class Numbered:
    """An item with its number in the chart."""

    number: int
    item: Item


def numbered(matrix: Matrix) -> list[Numbered]:
    """The items, numbered as in the chart."""
    return [Numbered(number, item) for number, item in enumerate(matrix.items, 1)]


def matrix_context(matrix: Matrix) -> dict[str, Any]:
    """What the template of a matrix needs."""
    groups = []
    for key, name, note, tone in QUADRANTS:
        inside = sorted((n for n in numbered(matrix) if n.item.quadrant == key), key=lambda n: -n.item.importance)
        groups.append((name, note, tone, inside))
    return {"matrix": matrix, "groups": groups, "how": HOW[matrix.importance], "chart": matrix_chart(matrix)}


def matrix_chart(matrix: Matrix) -> dict[str, Any]:
    """The payload of the chart: performance to the right, importance upward, as Martilla and James drew it."""
    tones = {key: tone for key, _name, _note, tone in QUADRANTS}
    items = [
        {
            "name": one.item.name, "number": one.number, "x": one.item.performance, "y": one.item.importance,
            "x_low": one.item.performance_low, "x_high": one.item.performance_high, "y_low": one.item.importance_low,
            "y_high": one.item.importance_high, "n": one.item.n or None, "undecided": one.item.undecided,
            "field": one.item.quadrant, "status": tones[one.item.quadrant], "href": f"#item-{one.number}",
        }
        for one in numbered(matrix)
    ]  # fmt: skip
    words = {key: str(name) for key, name, _note, _tone in QUADRANTS}
    words |= {
        "label": _("Importance and performance of {n} items").format(n=len(items)), "x": _("Performance"),
        "y": _("Importance"), "n": _("replies"), "undecided": _("undecided"), "clear": _("clear"),
        "interval": _("95 % interval"),
    }  # fmt: skip
    return {"items": items, "cross": {"x": matrix.cross_performance, "y": matrix.cross_importance}, "words": words}
