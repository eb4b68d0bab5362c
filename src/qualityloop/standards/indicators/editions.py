"""The evaluation standards of the department as those who measure need them: every version that was ever in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from qualityloop.analysis.indicators.standard import Standard
from qualityloop.standards.indicators.content import standard_of
from qualityloop.standards.versions.models import State, Version
from qualityloop.standards.versions.queries import spans_of


@dataclass(frozen=True, slots=True)
class Released:
    """A version with the standard that it describes, in force from `start` on."""

    number: int
    standard: Standard
    start: datetime


def released(now: datetime | None = None) -> dict[str, tuple[Released, ...]]:
    """By key of the document, the oldest version first; one that takes effect later is not there yet."""
    at = now or timezone.now()
    versions: dict[str, list[Version]] = {}
    found = Version.objects.filter(document__kind="indicators", state=State.RELEASED).select_related("document")
    for version in found.order_by("document__key", "number"):
        versions.setdefault(version.document.key, []).append(version)
    answer = {}
    for key, mine in versions.items():
        begun = [span for span in spans_of(mine).spans if span.start <= at]
        if begun:
            answer[key] = tuple(Released(s.version.number, standard_of(s.version), s.start) for s in begun)
    return answer
