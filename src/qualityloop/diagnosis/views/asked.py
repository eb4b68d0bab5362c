"""What every page of the diagnosis needs first: the lake, the choice made in the address, and whoever asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from qualityloop.analysis.indicators.standard import Indicator, Standard
from qualityloop.analysis.indicators.values import Value
from qualityloop.analysis.lake import Lake
from qualityloop.analysis.messages import AnalysisError, Message
from qualityloop.analysis.problems.wording import period_label
from qualityloop.diagnosis import permissions, waiting
from qualityloop.diagnosis.choices import GRAINS, Choice, choose, standards_broken
from qualityloop.diagnosis.courses import Course, courses
from qualityloop.diagnosis.presentation import Speaker, grain_word
from qualityloop.foundation import wording
from qualityloop.foundation.lake import current_lake, loaded_at
from qualityloop.foundation.lake.permissions import DATA
from qualityloop.foundation.lake.queries import freshness

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to the pages of the diagnosis."""

    request: HttpRequest
    lake: Lake
    choice: Choice
    known: dict[str, Course]
    language: str
    sees_rows: bool

    @property
    def speaker(self) -> Speaker:
        """Who says the numbers."""
        return Speaker(self.choice, self.language, rows=self.sees_rows)

    def indicator(self, key: str) -> Indicator:
        """The indicator called `key` of the chosen standard; 404 where there is none."""
        try:
            return self.choice.standard.indicator(key)
        except KeyError:
            raise Http404 from None

    def indicator_then(self, key: str) -> Indicator:
        """The indicator by the version that the address names; by the chosen period's where it names none."""
        course = self.choice.course
        edition = course.version(self.request.GET.get("version", "")) if course else None
        if edition is None:
            return self.indicator(key)
        try:
            return edition.standard.indicator(key)
        except KeyError:
            raise Http404 from None

    def standards_of(self, values: Sequence[Value]) -> list[Standard]:
        """The version that judges each of the values."""
        return [self.choice.edition(value.period).standard for value in values]

    def context(self, *notes: Message, **more: Any) -> dict[str, Any]:
        """What every template gets: the choices to offer, notes, and where the numbers come from."""
        choice, language = self.choice, self.language
        broken = standards_broken(settings.QUALITYLOOP_HOME, language) if self.sees_rows else []
        return {
            "choice": choice,
            "edition": choice.edition(choice.period),
            "early": choice.early,
            "standard_name": choice.standard.name.in_language(language),
            "period_name": period_label(choice.period, choice.grain, language),
            "standards": [(key, c.newest.standard.name.in_language(language)) for key, c in self.known.items()],
            "grains": [(grain, grain_word(grain, language)) for grain in GRAINS],
            "periods": [(p.isoformat(), period_label(p, choice.grain, language)) for p in choice.periods],
            "period_key": choice.period.isoformat(),
            "notes": [*broken, *(note.in_language(language) for note in (*choice.notes, *notes))],
            "lake": self.lake,
            "loaded_at": loaded_at(self.lake),
            "freshness": freshness() if DATA.allows(self.request.user) else None,
            "sees_rows": self.sees_rows,
            "query": choice.query(),
            **more,
        }

    def render(self, template: str, *notes: Message, **more: Any) -> HttpResponseBase:
        """The page `template` with its context."""
        return render(self.request, f"diagnosis/{template}", self.context(*notes, **more))


def _soon(ask: Asked, answer: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """The answer, or after a moment a page that says how far it is, asks again, and gives way to the answer.

    Files and JSON are waited for: no program could read that page.
    """
    request = ask.request
    patience = None if "format" in request.GET else settings.QUALITYLOOP_PATIENCE
    polling = bool(request.headers.get("HX-Request"))
    try:
        with waiting.at_most(patience):
            response = answer()
    except waiting.StillWorking as still:
        template = "working_bar.html" if polling else "working.html"
        share = still.share if still.share is not None and still.share < 1 else None  # counted, but not yet judged
        response = ask.render(template, share=share)
        response.status_code = 202
        response.headers["Cache-Control"] = "no-store"
        return response
    except Exception:
        if polling:  # the page that is loaded then says what went wrong
            return HttpResponse(headers={"HX-Refresh": "true"})
        raise
    return HttpResponse(headers={"HX-Refresh": "true"}) if polling else response


def asked(view: Callable[Concatenate[Asked, P], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Give a view its `Asked`; without a lake, or with a damaged one, say what to do instead."""

    @wraps(view)
    def opened(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        language = wording.language()
        try:
            lake = current_lake()
            known = courses(settings.QUALITYLOOP_HOME)
            choice = choose(request.GET, lake, known, settings.QUALITYLOOP_STANDARD) if lake else None
            if lake is None or choice is None:
                return render(request, "diagnosis/no_lake.html")
            sees_rows = permissions.ROWS.allows(request.user)
            ask = Asked(request, lake, choice, known, language, sees_rows)
            return _soon(ask, lambda: view(ask, *args, **kwargs))
        except AnalysisError as error:
            return render(request, "diagnosis/cannot.html", {"reason": error.in_language(language)}, status=503)

    return opened
