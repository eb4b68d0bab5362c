"""Operations on one's own sessions and preferences."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja.responses import Status
from pydantic import BaseModel, Field

from qualityloop.foundation.api.guards import allows
from qualityloop.foundation.api.inputs import Strict
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.api.own import me
from qualityloop.foundation.api.words import spoken
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.permissions import SIGNED_IN, person
from qualityloop.foundation.preferences import language_of, preference_save, theme_of
from qualityloop.foundation.signin.sessions import sessions_end, sessions_of

Language = Literal["zh-hans", "en"]
Brightness = Literal["auto", "light", "dark"]


class SessionAnswer(BaseModel):
    """A session of the caller in a browser."""

    id: int
    device: str
    address: str
    at: datetime = Field(description=spoken(_("When it began")))
    seen_at: datetime
    current: bool = Field(description=spoken(_("Whether it is the one that asks; none is for a token")))


class EndedAnswer(BaseModel):
    """How many sessions were ended."""

    ended: int


class PreferencesAnswer(BaseModel):
    """How the caller likes the pages."""

    language: Language
    theme: Brightness


class PreferencesChange(Strict):
    """What is to be changed; what is left out stays."""

    language: Language | None = None
    theme: Brightness | None = None


@me.get(
    "/sessions",
    response=list[SessionAnswer],
    operation_id="me_sessions",
    **allows(SIGNED_IN, _("One's sessions"), _("The browsers in which one is signed in, never their keys.")),
)
def sessions(request: HttpRequest) -> list[dict[str, Any]]:
    """The browsers in which one is signed in, never their keys."""
    names = ("device", "address", "at", "seen_at", "current")
    found = sessions_of(person(request), request.session.session_key)
    return [{"id": one.pk, **{name: getattr(one, name) for name in names}} for one in found]


@me.post(
    "/sessions/end-others",
    response=EndedAnswer,
    operation_id="me_sessions_end_others",
    **allows(SIGNED_IN, _("End one's other sessions"), _("All but the one that asks; with a token, all of them.")),
)
def sessions_end_others(request: HttpRequest) -> dict[str, int]:
    """All but the one that asks; with a token, all of them."""
    user, current = person(request), request.session.session_key
    return {"ended": sessions_end(actor=user, user=user, but=current, address=address_of(request))}


@me.delete(
    "/sessions/{pk}",
    response={204: None},
    operation_id="me_sessions_end",
    **allows(SIGNED_IN, _("End one of one's sessions"), _("Whoever uses it has to sign in again.")),
)
def session_end(request: HttpRequest, pk: Key) -> Status[None]:
    """Whoever uses it has to sign in again."""
    user = person(request)
    if not sessions_end(actor=user, user=user, only=pk, address=address_of(request)):
        raise Http404
    return Status(204, None)


@me.get(
    "/preferences",
    response=PreferencesAnswer,
    operation_id="me_preferences",
    **allows(SIGNED_IN, _("One's preferences"), _("Language and theme of the pages.")),
)
def preferences(request: HttpRequest) -> dict[str, str]:
    """Language and theme of the pages."""
    return {"language": language_of(request), "theme": theme_of(request)}


@me.patch(
    "/preferences",
    response=PreferencesAnswer,
    operation_id="me_preferences_change",
    **allows(SIGNED_IN, _("Change one's preferences"), _("They go with the account, in every browser.")),
)
def preferences_change(request: HttpRequest, response: HttpResponse, change: PreferencesChange) -> dict[str, str]:
    """They go with the account, in every browser."""
    chosen: dict[str, str] = change.model_dump(exclude_none=True)
    for name, value in chosen.items():
        preference_save(request, response, name, value)
    return {**preferences(request), **chosen}
