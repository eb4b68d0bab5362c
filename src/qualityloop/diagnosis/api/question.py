"""What every operation of the diagnosis asks first: which standard, which grain, which period of which lake."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, Field

from qualityloop.analysis.indicators.standard import Indicator, Standard
from qualityloop.analysis.indicators.values import Grain, Group
from qualityloop.analysis.lake import Lake
from qualityloop.analysis.messages import Message, Text
from qualityloop.diagnosis import permissions
from qualityloop.diagnosis.choices import Choice, choose, dimensions_of, parse_group, standards
from qualityloop.foundation.api import ApiError, Day, Strict, spoken
from qualityloop.foundation.lake import current_lake
from qualityloop.foundation.wording import language

FIRST_YEAR, LAST_YEAR = 1900, 2200


class Question(Strict):
    """Standard, grain and period."""

    standard: str | None = Field(None, max_length=100, description=spoken(_("Key of a standard; the usual one")))
    grain: Grain = Field("month", description=spoken(_("Length of a period")))
    period: Day | None = Field(None, description=spoken(_("Any day of the period; the newest complete one")))


class Source(BaseModel):
    """Where an answer comes from."""

    snapshot: str = Field(description=spoken(_("The state of the records that was computed with")))
    standard: str
    version: str
    grain: str
    period: date


@dataclass(frozen=True)
class Asked:
    """A question that makes sense, the lake that answers it, and who asks."""

    lake: Lake
    choice: Choice
    language: str
    sees_rows: bool

    def say(self, text: Message | Text | None) -> str | None:
        """A text of the core in the caller's language."""
        return text.in_language(self.language) if text is not None else None

    def source(self) -> dict[str, Any]:
        """Where the answer comes from."""
        choice = self.choice
        return {
            "snapshot": self.lake.snapshot,
            "standard": choice.standard.key,
            "version": choice.standard.version,
            "grain": choice.grain,
            "period": choice.period,
        }

    def indicator(self, key: str) -> Indicator:
        """One of the standard; 404 where it has none of that key."""
        try:
            return self.choice.standard.indicator(key)
        except KeyError:
            raise Http404 from None

    def group(self, indicator: Indicator, texts: Iterable[str], *, people: bool) -> Group:
        """The group that `g` parameters name."""
        allowed = frozenset(dimensions_of(indicator, self.lake, people=people))
        given = list(texts)
        if len(given) > 4:
            raise ApiError(422, "invalid", gettext("At most four groups can be asked for at once."))
        group, notes = parse_group(given, allowed)
        self.refuse(notes)
        return group

    def refuse(self, notes: Iterable[Message]) -> None:
        """What a page would only say is an error for a program."""
        for note in notes:
            raise ApiError(422, "invalid", note.in_language(self.language))


def asked(request: HttpRequest, question: Question) -> Asked:
    """The question with its lake; 409 while there is none, 404 for an unknown standard."""
    lake = current_lake()
    known: dict[str, Standard] = standards(settings.QUALITYLOOP_HOME)
    if question.standard is not None and question.standard not in known:
        raise Http404
    if question.period is not None and not FIRST_YEAR <= question.period.year <= LAST_YEAR:
        raise ApiError(422, "invalid", gettext("A day lies outside the calendar."))
    given = {
        "grain": question.grain,
        **({"standard": question.standard} if question.standard else {}),
        **({"period": question.period.isoformat()} if question.period else {}),
    }
    choice = choose(given, lake, known, settings.QUALITYLOOP_STANDARD) if lake else None
    if lake is None or choice is None:
        raise ApiError(409, "no_records", gettext("No records have been loaded yet."))
    found = Asked(lake, choice, language(), permissions.ROWS.allows(request.user))
    found.refuse(choice.notes)
    return found
