"""What stands in the handbook: the versions in force at an instant, in one language, as plain words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from qualityloop.analysis.indicators.standard import Indicator, Standard
from qualityloop.analysis.messages import Text
from qualityloop.analysis.problems.wording import format_value
from qualityloop.analysis.process_map import map_svg, read_map
from qualityloop.analysis.scoring import read_sheet
from qualityloop.reports.diagnosis.definitions import definition
from qualityloop.standards.indicators.content import standard_of
from qualityloop.standards.indicators.kind import INDICATORS
from qualityloop.standards.process_maps import kind as maps
from qualityloop.standards.score_sheets import kind as sheets
from qualityloop.standards.sops import kind as sops
from qualityloop.standards.sops.content import read_sop
from qualityloop.standards.versions.kinds import KINDS, ContentError, Kind, Section
from qualityloop.standards.versions.models import Version
from qualityloop.standards.versions.queries import all_in_force

OWN = (INDICATORS.key, maps.MAPS.key, sheets.SHEETS.key, sops.SOPS.key)  # chapters of their own


@dataclass(frozen=True, slots=True)
class Source:
    """A document that the handbook is made from."""

    kind: str
    name: str
    key: str
    number: int
    since: date | None
    review_on: date | None
    overdue: bool


@dataclass(frozen=True, slots=True)
class IndicatorEntry:
    """An indicator: what it is, how it is computed, from what data, who answers for it. `gaps`: what is not said."""

    key: str
    name: str
    lines: tuple[tuple[str, str], ...]  # baseline, target, warning
    facts: tuple[tuple[str, str], ...]
    formula: str
    gaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StandardChapter:
    """An evaluation standard by dimension."""

    source: Source
    groups: tuple[tuple[str, tuple[IndicatorEntry, ...]], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Any other document: what its kind shows of it."""

    source: Source
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Other:
    """A kind of document without a chapter of its own, as tables."""

    title: str
    parts: tuple[tuple[Source, tuple[Section, ...]], ...]


@dataclass(frozen=True, slots=True)
class Handbook:
    """The whole handbook in one language."""

    title: str
    language: str
    at: datetime
    sources: tuple[Source, ...]
    standards: tuple[StandardChapter, ...]
    maps: tuple[Part, ...]
    sheets: tuple[Part, ...]
    sops: tuple[Part, ...]
    others: tuple[Other, ...]
    fingerprint: str

    @property
    def empty(self) -> bool:
        """Whether nothing is in force."""
        return not self.sources

    @property
    def indicator_count(self) -> int:
        """How many indicators there are."""
        return sum(len(entries) for chapter in self.standards for _name, entries in chapter.groups)

    @property
    def gaps(self) -> tuple[tuple[str, str], ...]:
        """What indicators do not say: (name of the indicator, what is missing)."""
        return tuple(
            (entry.name, gap)
            for chapter in self.standards
            for _name, entries in chapter.groups
            for entry in entries
            for gap in entry.gaps
        )


def collect(at: datetime, language: str) -> Handbook:
    """The handbook of what is in force at `at`; reads the database, so it is asked for once per document."""
    with translation.override("zh-hans" if language.startswith("zh") else "en"):
        return _collect(at, language)


def _collect(at: datetime, language: str) -> Handbook:
    today = timezone.localdate()
    found = {key: all_in_force(key, at) for key in KINDS}
    versions = [version for key in (*OWN, *(k for k in KINDS if k not in OWN)) for version in found[key]]
    sources = {version.pk: _source(version, today, language) for version in versions}

    def parts(kind: Kind) -> tuple[Part, ...]:
        return tuple(Part(sources[v.pk], _laid_out(kind.key, v.content_json, language)) for v in found[kind.key])

    return Handbook(
        title=_("Service quality handbook"),
        language=language,
        at=at,
        sources=tuple(sources.values()),
        standards=_standards(found[INDICATORS.key], sources, language),
        maps=parts(maps.MAPS),
        sheets=parts(sheets.SHEETS),
        sops=parts(sops.SOPS),
        others=tuple(
            Other(str(KINDS[key].plural), tuple((sources[v.pk], tuple(KINDS[key].sections(v.content))) for v in rest))
            for key, rest in found.items()
            if key not in OWN and rest
        ),
        fingerprint=_fingerprint(versions, language),
    )


@lru_cache(maxsize=256)
def _laid_out(kind: str, content_json: str, language: str) -> dict[str, Any]:
    """A content as it is shown; the same content always looks the same."""
    content = json.loads(content_json)
    if kind == maps.MAPS.key:
        return _drawn(read_map(content)[0], language)
    if kind == sheets.SHEETS.key:
        return sheets.laid_out(read_sheet(content)[0], language)
    return sops.laid_out(read_sop(content)[0], language)


def _drawn(process: Any, language: str) -> dict[str, Any]:
    """A map without links: steps of several maps have the same keys."""
    shown = maps.laid_out(process, language, drawn=False)
    pictures = [map_svg(process, language, narrow=narrow, links=False) for narrow in (False, True)]
    return {**shown, "pictures": pictures}


def _source(version: Version, today: date, language: str) -> Source:
    document = version.document
    review = document.review_on
    return Source(
        kind=str(KINDS[document.kind].label),
        name=document.name.in_language(language) or document.key,
        key=document.key,
        number=version.number,
        since=timezone.localtime(version.valid_from).date() if version.valid_from else None,
        review_on=review,
        overdue=review is not None and review <= today,
    )


def _standards(versions: Sequence[Version], sources: dict[int, Source], language: str) -> tuple[StandardChapter, ...]:
    chapters = []
    for version in versions:
        try:
            standard = standard_of(version)
        except ContentError:  # written before a rule was sharpened; the page of the version says what is wrong
            continue
        groups: dict[str, list[IndicatorEntry]] = {}
        for indicator in standard.indicators:
            groups.setdefault(indicator.dimension, []).append(indicator_entry(indicator, language))
        chapters.append(
            StandardChapter(
                sources[version.pk], tuple((_dimension(standard, key, language), tuple(e)) for key, e in groups.items())
            )
        )
    return tuple(chapters)


def _dimension(standard: Standard, key: str, language: str) -> str:
    return standard.dimensions.get(key, Text(key, key)).in_language(language)


@lru_cache(maxsize=2048)
def indicator_entry(indicator: Indicator, language: str) -> IndicatorEntry:
    """Everything that the handbook says about an indicator."""
    found = definition(indicator, language)
    sign = "≥" if indicator.better == "higher" else "≤"

    def said(text: Text | None) -> str:
        return text.in_language(language) if text else ""

    def line(value: float | None, mark: str = "") -> str:
        return "–" if value is None else f"{mark}{format_value(value, indicator.unit, language)}"

    facts = (
        (_("Definition"), said(indicator.definition)),
        (_("How it is computed"), found.explained),
        (_("Denominator"), found.denominator),
        (_("Only records with"), found.condition),
        (_("From which records"), f"{found.rows} · {found.period}"),
        (_("Source of the data"), said(indicator.source)),
        (_("Answers for it"), said(indicator.owner)),
        (_("Scope"), said(indicator.scope)),
    )
    missing = ((_("the source of the data"), said(indicator.source)), (_("who answers for it"), said(indicator.owner)))
    formula = found.formula + (f" · where {indicator.where}" if indicator.where else "")
    formula += f" · per {indicator.per.formula}" if indicator.per else ""
    return IndicatorEntry(
        key=indicator.key,
        name=indicator.name.in_language(language),
        lines=(
            (_("Baseline"), line(indicator.baseline)),
            (_("Target"), line(indicator.target, f"{sign} ")),
            (_("Warning"), line(indicator.warning, f"{sign} ")),
        ),
        facts=tuple((label, value) for label, value in facts if value),
        formula=formula,
        gaps=tuple(what for what, value in missing if not value),
    )


def _fingerprint(versions: Sequence[Version], language: str) -> str:
    """The same for the same versions in the same language."""
    parts = [language, *(f"{v.document.kind}/{v.document.key}/{v.number}/{v.content_hash}" for v in versions)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
