"""Operations on themes: group, decide, label, count; the lists are served by themselves."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from qualityloop.analysis.themes import Share
from qualityloop.diagnosis.themes import permissions, services
from qualityloop.diagnosis.themes.models import Theme, ThemeRun, ThemeState, ThemeText
from qualityloop.diagnosis.themes.queries import labelled, next_to_label, runs_for, shares_of, themes_for
from qualityloop.diagnosis.themes.sources import SOURCES
from qualityloop.foundation.api import Strict, allows, refused_as, register_router, spoken
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.permissions import person

groupings = Router(tags=[spoken(_("Themes of problems"))])
themes = Router(tags=[spoken(_("Themes of problems"))])


class ThemeShareAnswer(BaseModel):
    """How often a theme occurs."""

    counted: float = Field(description=spoken(_("The machine's count, as a share of all texts")))
    checked: bool = Field(description=spoken(_("Whether at least 30 labelled texts correct it")))
    estimate: float | None
    low: float | None
    high: float | None
    labelled: int


class ThemeAnswer(BaseModel):
    """A theme."""

    id: int
    grouping: int
    name: str
    words: list[str]
    size: int
    overlap: float
    nearest: str
    state: str
    carried_from: int | None = Field(description=spoken(_("The confirmed theme of an earlier grouping that it is")))
    share: ThemeShareAnswer | None


class ThemeGroupingAnswer(BaseModel):
    """A grouping with its themes."""

    id: int
    number: str
    dataset: str
    first: date
    last: date
    state: str
    texts: int
    others: int
    stability: float | None
    counted_at: str | None
    drawn: int
    labelled: int
    missing: list[str] = Field(description=spoken(_("Known themes that were not found in these texts")))
    themes: list[ThemeAnswer]


class ThemeAsking(Strict):
    """Which texts are grouped."""

    dataset: Literal["complaints", "survey_responses", "reviews", "tickets"]
    first: date
    last: date
    groups: int | None = Field(None, ge=2, le=100, description=spoken(_("Empty: the texts decide")))


class ThemeChanging(Strict):
    """What becomes of a theme; only what is given changes."""

    state: Literal["confirmed", "dismissed", "proposed"] | None = None
    name: str | None = Field(None, min_length=1, max_length=100)
    into: int | None = Field(None, ge=1, le=2**62, description=spoken(_("Merge into this theme")))
    parts: int | None = Field(None, ge=2, le=5, description=spoken(_("Split into so many parts")))


class ThemeSampleAnswer(BaseModel):
    """The text of the sample that comes next; none where all are labelled."""

    text: int | None
    record: int | None
    words: str


class ThemeLabelling(Strict):
    """What a text is mainly about."""

    text: int = Field(ge=1, le=2**62)
    theme: int | None = Field(ge=1, le=2**62, description=spoken(_("A confirmed theme; empty: none of them")))


def _run(request: HttpRequest, pk: int) -> ThemeRun:
    found = runs_for(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _share(share: Share | None) -> dict[str, Any] | None:
    if share is None:
        return None
    return {
        "counted": share.counted, "checked": share.checked, "estimate": share.estimate, "low": share.low,
        "high": share.high, "labelled": share.sampled,
    }  # fmt: skip


def _theme(theme: Theme, share: Share | None) -> dict[str, Any]:
    return {
        "id": theme.pk, "grouping": theme.run_id, "name": theme.name, "words": theme.words, "size": theme.size,
        "overlap": theme.overlap, "nearest": theme.nearest, "state": theme.state, "carried_from": theme.carried_id,
        "share": _share(share),
    }  # fmt: skip


def _answer(run: ThemeRun) -> dict[str, Any]:
    run = ThemeRun.objects.get(pk=run.pk)
    shares, sample = shares_of(run), labelled(run)
    kept = Theme.objects.filter(run=run).exclude(state=ThemeState.MERGED)
    return {
        "id": run.pk, "number": run.number, "dataset": run.dataset, "first": run.first_day, "last": run.last_day,
        "state": run.state, "texts": run.count, "others": run.others, "stability": run.stability,
        "counted_at": run.counted_at.isoformat() if run.counted_at else None, "drawn": sample.drawn,
        "labelled": sample.done, "missing": run.missing,
        "themes": [_theme(theme, shares.get(theme.pk)) for theme in kept],
    }  # fmt: skip


@groupings.post(
    "",
    response={201: ThemeGroupingAnswer},
    operation_id="theme_groupings_ask",
    **allows(permissions.WORK, _("Group texts into themes"), _("A job does it; ask for the grouping until it is.")),
)
def grouping_ask(request: HttpRequest, asking: ThemeAsking) -> Status[dict[str, Any]]:
    """A job does it; ask for the grouping until it is."""
    with refused_as(409):
        run = services.run_ask(
            actor=person(request), dataset=asking.dataset, first=asking.first, last=asking.last, k=asking.groups,
            address=address_of(request),
        )  # fmt: skip
    return Status(201, _answer(run))


@groupings.get(
    "/{pk}",
    response=ThemeGroupingAnswer,
    operation_id="theme_groupings_one",
    **allows(permissions.THEMES, _("One grouping of texts"), _("With its themes and their shares.")),
)
def grouping_one(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """With its themes and their shares."""
    return _answer(_run(request, pk))


@groupings.post(
    "/{pk}/count",
    response=ThemeGroupingAnswer,
    operation_id="theme_groupings_count",
    **allows(permissions.WORK, _("Count the confirmed themes"), _("In all texts of the grouping, by a job.")),
)
def grouping_count(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """In all texts of the grouping, by a job."""
    run = _run(request, pk)
    with refused_as(409):
        services.count_ask(actor=person(request), run=run)
    return _answer(run)


@groupings.post(
    "/{pk}/carried",
    response=ThemeGroupingAnswer,
    operation_id="theme_groupings_carried",
    **allows(permissions.WORK, _("Confirm the themes that were carried over"), _("409 where none is waiting.")),
)
def grouping_carried(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """409 where none is waiting."""
    run = _run(request, pk)
    with refused_as(409):
        services.carried_confirm(actor=person(request), run=run, address=address_of(request))
    return _answer(run)


@groupings.get(
    "/{pk}/sample",
    response=ThemeSampleAnswer,
    operation_id="theme_groupings_sample",
    **allows(permissions.WORK, _("The text to label next"), _("In the random order of the sample.")),
)
def grouping_sample(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """In the random order of the sample."""
    run = _run(request, pk)
    source = SOURCES[run.dataset]
    text = next_to_label(run) if source.right.allows(request.user) else None
    if text is None:
        return {"text": None, "record": None, "words": ""}
    words = source.of(request.user, [text.record_id]).get(text.record_id, "")
    return {"text": text.pk, "record": text.record_id, "words": words}


@groupings.post(
    "/{pk}/sample",
    response=ThemeGroupingAnswer,
    operation_id="theme_groupings_label",
    **allows(permissions.WORK, _("Label a text of the sample"), _("With the theme it is mainly about.")),
)
def grouping_label(request: HttpRequest, pk: Key, labelling: ThemeLabelling) -> dict[str, Any]:
    """With the theme it is mainly about."""
    run = _run(request, pk)
    text = ThemeText.objects.filter(run=run, pk=labelling.text).first()
    theme = Theme.objects.filter(run=run, pk=labelling.theme).first() if labelling.theme else None
    if text is None or (labelling.theme and theme is None):
        raise Http404
    with refused_as(409):
        services.text_label(actor=person(request), text=text, theme=theme, address=address_of(request))
    return _answer(run)


@themes.post(
    "/{pk}",
    response=ThemeGroupingAnswer,
    operation_id="themes_change",
    **allows(permissions.WORK, _("Confirm, rename, merge or split a theme"), _("Only what is given changes.")),
)
def theme_change(request: HttpRequest, pk: Key, changing: ThemeChanging) -> dict[str, Any]:
    """Only what is given changes."""
    theme = themes_for(request.user).filter(pk=pk).first()
    into = themes_for(request.user).filter(pk=changing.into).first() if changing.into else None
    if theme is None or (changing.into and into is None):
        raise Http404
    actor, address = person(request), address_of(request)
    with refused_as(409):
        if changing.name is not None:
            services.theme_rename(actor=actor, theme=theme, name=changing.name, address=address)
        if changing.state is not None:
            services.theme_state(actor=actor, theme=theme, state=changing.state, address=address)
        if into is not None:
            services.theme_merge(actor=actor, theme=theme, into=into, address=address)
        if changing.parts is not None:
            services.split_ask(actor=actor, theme=theme, parts=changing.parts)
    return _answer(theme.run)


register_router("theme-groupings", groupings)
register_router("themes", themes)
