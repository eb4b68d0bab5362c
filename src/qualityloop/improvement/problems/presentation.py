"""Problems as pages show them: facts, steps of the way, colours."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from qualityloop.foundation.panels import Fact, Tone, fact
from qualityloop.improvement.problems.models import Grade, Problem, State

GRADE_TONES: dict[str, Tone] = {Grade.URGENT: "missed", Grade.IMPORTANT: "warning", Grade.ORDINARY: "insufficient"}


@dataclass(frozen=True, slots=True)
class Station:
    """A step of the way: reached, or where the problem stands now."""

    key: str
    label: str | Promise
    reached: bool
    current: bool


def stations(problem: Problem) -> tuple[Station, ...]:
    """The way of a problem with where it stands."""
    at = State.values.index(problem.state)
    return tuple(Station(s.value, s.label, n <= at, n == at) for n, s in enumerate(State))


def facts(problem: Problem) -> list[Fact]:
    """What is known about a problem, at the side of its page."""
    shown = [
        Fact(_("Grade"), problem.get_grade_display(), tone=GRADE_TONES[problem.grade], note=problem.grade_reason),  # type: ignore[attr-defined]
        Fact(_("Owner"), problem.owner or ""),
        Fact(_("Works on it too"), _(", ").join(str(one) for one in problem.members.all())),
        Fact(_("Department"), problem.department or ""),
        fact(problem, "source_kind", url=problem.source_url),
        fact(problem, "created_at"),
        Fact(_("Opened by"), problem.opened_by or ""),
        fact(problem, "due_at"),
    ]
    if problem.is_closed:
        shown += [fact(problem, "verdict"), fact(problem, "closed_reason"), fact(problem, "what_next"),
                  fact(problem, "signature"), fact(problem, "closed_at"),
                  Fact(_("Closed by"), problem.closed_by or "")]  # fmt: skip
    return shown


def page_of(problem: Problem) -> str:
    """The address of a problem's page."""
    return reverse("improvement_problems:problem", args=[problem.pk])
