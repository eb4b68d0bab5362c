"""Quality plans as pages show them: colours, facts, the matrix of severity and likelihood as SVG."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from qualityloop.foundation.panels import Fact, Tone, fact
from qualityloop.improvement.risks.models import LaunchPlan, Risk, State
from qualityloop.improvement.risks.priority import RANKS, priority

TONES: dict[str, Tone] = {
    State.DRAFT: "insufficient", State.APPROVED: "met", State.LAUNCHED: "met", State.STOPPED: "missed",
}  # fmt: skip
PRIORITY_TONES: dict[str, Tone] = {"high": "missed", "medium": "warning", "low": "met"}
CELL, LEFT, TOP, FOOT = 40, 34, 6, 34
MOST_NAMES = 3  # in one cell


@dataclass(frozen=True, slots=True)
class Row:
    """A risk as the register shows it."""

    risk: Risk
    number: int
    word: str
    tone: str
    word_after: str
    tone_after: str
    warnings: list[Any]


def priority_word(key: str | None) -> str:
    """High, medium, low in words."""
    words = {
        "high": pgettext("risk", "high"), "medium": pgettext("risk", "medium"), "low": pgettext("risk", "low"),
    }  # fmt: skip
    return words.get(key or "", "")


def rows_of(risks: Sequence[Risk], warnings: dict[int, list[Any]]) -> list[Row]:
    """The register with the warnings that fired at each risk."""
    return [
        Row(
            one, at, priority_word(one.priority), PRIORITY_TONES[one.priority], priority_word(one.priority_after),
            PRIORITY_TONES.get(one.priority_after or "", ""), warnings.get(one.pk, []),
        )
        for at, one in enumerate(risks, start=1)
    ]  # fmt: skip


def matrix(rows: Sequence[Row], *, after: bool = False) -> SafeString:
    """Severity upwards, likelihood to the right; each risk by its number, a cell coloured as if hard to detect (7+)."""
    width, height = LEFT + CELL * 10, TOP + CELL * 10 + FOOT
    cells = format_html_join(
        "",
        '<rect class="is-{}" x="{}" y="{}" width="{}" height="{}"/>',
        (
            (priority(s, o, 7), LEFT + (o - 1) * CELL, TOP + (10 - s) * CELL, CELL, CELL)
            for s in RANKS
            for o in RANKS
        ),
    )  # fmt: skip
    axes = format_html_join(
        "", '<text class="is-axis" x="{}" y="{}" text-anchor="middle">{}</text>',
        [(LEFT - 10, TOP + (10 - s) * CELL + CELL // 2 + 4, s) for s in RANKS]
        + [(LEFT + (o - 1) * CELL + CELL // 2, TOP + 10 * CELL + 14, o) for o in RANKS],
    )  # fmt: skip
    title = _("Risk matrix: severity upwards, likelihood to the right")
    foot = format_html(
        '<text class="is-axis" x="{}" y="{}" text-anchor="middle">{}</text>', LEFT + CELL * 5, height - 4,
        _("likelihood → · severity ↑"),
    )  # fmt: skip
    return format_html(
        '<svg class="ql-matrix" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}{}</svg>',
        width, height, title, cells, axes, foot, _dots(rows, after=after),
    )  # fmt: skip


def _dots(rows: Sequence[Row], *, after: bool) -> SafeString:
    places: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row in rows:
        ranks = row.risk.after if after else (row.risk.severity, row.risk.likelihood, row.risk.detection)
        if ranks is not None:
            places[ranks[0], ranks[1]].append(row.number)
    return format_html_join(
        "",
        '<circle class="is-dot" cx="{0}" cy="{1}" r="15"/><text class="is-name" x="{0}" y="{2}" text-anchor="middle">'
        "{3}</text>",
        (
            (LEFT + (o - 1) * CELL + CELL // 2, TOP + (10 - s) * CELL + CELL // 2,
             TOP + (10 - s) * CELL + CELL // 2 + 4, _numbers(numbers))
            for (s, o), numbers in places.items()
        ),
    )  # fmt: skip


def _numbers(numbers: Sequence[int]) -> str:
    shown = ",".join(str(n) for n in numbers[:MOST_NAMES])
    return shown + ("…" if len(numbers) > MOST_NAMES else "")


def facts(plan: LaunchPlan) -> list[Fact]:
    """What is known about a plan, at the side of its page."""
    return [
        Fact(_("Day of launch"), f"{plan.launch_on:%Y-%m-%d}"),
        Fact(_("Owner"), plan.owner or ""), Fact(_("Department"), plan.department or ""),
        Fact(_("Version"), plan.version), Fact(pgettext("launch", "begun"), plan.created_at),
        fact(plan, "changed_at"),
        Fact(_("Author"), plan.author or ""),
    ]  # fmt: skip
