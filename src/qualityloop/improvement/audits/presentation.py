"""Audits as pages show them: facts, colours, the checklist by where its points belong, shares in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qualityloop.foundation.panels import Fact, Tone, fact
from qualityloop.improvement.audits.checklist import stage_choices
from qualityloop.improvement.audits.models import Answer, Part, Point, Round, Severity, State
from qualityloop.improvement.audits.notices import page_of
from qualityloop.improvement.audits.result import Share
from qualityloop.improvement.evidence.queries import evidence_by
from qualityloop.improvement.problems.queries import problems_for
from qualityloop.standards.versions.models import Document

TONES: dict[str, Tone] = {
    State.PLANNED: "insufficient", State.RUNNING: "warning", State.REPORTED: "met", State.CLOSED: "met",
}  # fmt: skip
ANSWER_TONES: dict[str, Tone] = {
    Answer.CONFORMS: "met", Answer.PARTLY: "warning", Answer.FAILS: "missed", Answer.NOT_APPLICABLE: "insufficient",
}  # fmt: skip
SEVERITY_TONES: dict[str, Tone] = {
    Severity.SEVERE: "missed", Severity.GENERAL: "warning", Severity.OBSERVATION: "insufficient",
}  # fmt: skip
KINDS = {Part.CONTROL: "process_maps", Part.SOP_STEP: "sops", Part.CAUTION: "sops", Part.INDICATOR: "indicators"}
TARGET = "audit_point"


@dataclass(frozen=True, slots=True)
class Line:
    """A point as the checklist shows it."""

    point: Point
    tone: str
    source: str
    url: str
    evidence: list[Any]
    findings: Sequence[tuple[Any, str, bool]]  # finding, colour, whether its problem may be opened


@dataclass(frozen=True, slots=True)
class Group:
    """Points that belong together."""

    part: str
    area: str
    lines: list[Line]


def share_words(share: Share) -> str:
    """“82.4 % (14 of 17; 95 % interval 59.0 – 93.8 %)”."""
    if share.value is None:
        return "–"
    text = _("{value} % ({hits} of {n})").format(value=f"{share.value * 100:.1f}", hits=share.hits, n=share.n)
    if share.low is not None and share.high is not None:
        between = _("95 % interval {low} – {high} %")
        text += " " + between.format(low=f"{share.low * 100:.1f}", high=f"{share.high * 100:.1f}")
    return text


def groups_of(user: Any, points: Sequence[Point]) -> list[Group]:
    """The checklist by part and area, in its order."""
    evidence = evidence_by(TARGET, [point.pk for point in points])
    numbers = {f.problem_id for p in points for f in p.findings.all() if f.problem_id}
    numbers |= {p.follows.problem_id for p in points if p.follows is not None and p.follows.problem_id}
    seen = set(problems_for(user).filter(pk__in=numbers).values_list("pk", flat=True)) if numbers else set()
    names = document_names(points)
    groups: list[Group] = []
    at: dict[tuple[str, str], Group] = {}
    for point in points:
        key = (str(Part(point.part).label), "" if point.part == Part.FOLLOW_UP else point.area)
        if key not in at:
            at[key] = Group(*key, [])
            groups.append(at[key])
        followed = [point.follows] if point.follows is not None else []
        findings = [
            (f, SEVERITY_TONES[f.severity], f.problem_id in seen) for f in [*followed, *point.findings.all()]
        ]  # fmt: skip
        tone = ANSWER_TONES.get(point.answer, "")
        at[key].lines.append(
            Line(point, tone, source_of(point, names), source_url(point), evidence.get(point.pk, []), findings)
        )
    return groups


def document_names(points: Sequence[Point]) -> dict[tuple[str, str], str]:
    """What the documents of these points are called, by kind and key."""
    keys = {point.document for point in points if point.document}
    return {(one.kind, one.key): str(one) for one in Document.objects.filter(key__in=keys)} if keys else {}


def source_of(point: Point, names: Mapping[tuple[str, str], str]) -> str:
    """Which version of which document a point was made from; of which round it is a follow-up."""
    if point.part == Part.FOLLOW_UP:
        return point.ref
    if not point.document:
        return ""
    name = names.get((KINDS.get(Part(point.part), ""), point.document), point.document)
    return _("{document} version {n}").format(document=name, n=point.version)


def source_url(point: Point) -> str:
    """The page of that version, of that round."""
    if point.part == Part.FOLLOW_UP and point.follows is not None:
        return page_of(point.follows.round)
    kind = KINDS.get(Part(point.part))
    return reverse(f"standards:{kind}_version", args=[point.document, point.version]) if kind else ""


def facts(one: Round) -> list[Fact]:
    """What is known about a round, at the side of its page."""
    names = dict(stage_choices()) if one.stages else {}
    language = get_language() or "zh"
    stages = [names[key].in_language(language) if key in names else key for key in one.stages]
    drawn = _("{n} of {all}").format(n=one.drawn, all=one.available or "–") if one.drawn else ""
    return [
        fact(one, "cycle"),
        Fact(_("From – to"), f"{one.starts_on:%Y-%m-%d} – {one.ends_on:%Y-%m-%d}"),
        Fact(_("Stages"), _(", ").join(stages) or _("all")),
        Fact(_("Departments"), _(", ").join(str(d) for d in one.departments.all()) or _("all")),
        Fact(_("Auditors"), _(", ").join(str(a) for a in one.auditors.all())),
        Fact(_("Last round"), one.previous or "", page_of(one.previous) if one.previous else ""),
        Fact(_("Points drawn"), drawn),
        fact(one, "made_at"), fact(one, "started_at"), fact(one, "reported_at"), fact(one, "closed_at"),
        Fact(_("Planned by"), one.author or _("by the clock")),
    ]  # fmt: skip
