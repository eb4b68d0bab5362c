"""Read and understood: what the caller has to read, confirming it, and who has confirmed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router
from pydantic import BaseModel, Field

from qualityloop.foundation.api import ApiError, allows, register_router, spoken
from qualityloop.foundation.permissions import person
from qualityloop.foundation.wording import language
from qualityloop.standards import permissions
from qualityloop.standards.api import KeyPath, NumberPath, router
from qualityloop.standards.sops import queries, services
from qualityloop.standards.sops.content import read_sop
from qualityloop.standards.sops.models import Confirmation
from qualityloop.standards.versions.models import Version
from qualityloop.standards.versions.pages import version_of
from qualityloop.standards.versions.services import VersionError

to_read = Router(tags=[spoken(_("Standards"))])

VERSION = "/sops/{key}/versions/{number}"


class SopToRead(BaseModel):
    """An SOP in force that the caller has to read."""

    key: str
    name: str
    purpose: str
    number: int = Field(description=spoken(_("Number of the version")))
    confirmed_at: datetime | None


class SopReader(BaseModel):
    """Somebody who has confirmed a version, or has to."""

    id: int
    name: str
    role: str
    must: bool = Field(description=spoken(_("Whether they have to read it")))
    confirmed_at: datetime | None


class SopReading(BaseModel):
    """Who has read a version of an SOP."""

    in_force: bool = Field(description=spoken(_("Only the version in force can be confirmed")))
    must: bool = Field(description=spoken(_("Whether the caller has to read it")))
    confirmed_at: datetime | None = Field(description=spoken(_("When the caller confirmed it")))
    readers: list[SopReader] | None = Field(description=spoken(_("For those who write or review standards; else null")))


@to_read.get(
    "",
    response=list[SopToRead],
    operation_id="sops_to_read",
    **allows(permissions.SEE, _("SOPs to read"), _("Those in force that name one's role or department; unread first.")),
)
def mine(request: HttpRequest) -> list[dict[str, Any]]:
    """Those in force that name one's role or department; unread first."""
    words = language()
    return [
        {
            "key": entry.version.document.key, "name": entry.sop.name.in_language(words),
            "purpose": entry.sop.purpose.in_language(words), "number": entry.version.number,
            "confirmed_at": entry.confirmed_at,
        }
        for entry in queries.to_read(person(request))
    ]  # fmt: skip


@router.get(
    f"{VERSION}/reading",
    response=SopReading,
    operation_id="sops_reading",
    **allows(permissions.SEE, _("Who has read an SOP"), _("Oneself; and everybody, for those who lead.")),
)
def reading(request: HttpRequest, key: KeyPath, number: NumberPath) -> dict[str, Any]:
    """Oneself; and everybody, for those who lead."""
    return _reading(request, version_of(queries.KIND, key, number))


@router.post(
    f"{VERSION}/confirm",
    response=SopReading,
    operation_id="sops_confirm",
    **allows(permissions.SEE, _("Read and understood"), _("The version in force; saying it again changes nothing.")),
)
def confirm(request: HttpRequest, key: KeyPath, number: NumberPath) -> dict[str, Any]:
    """The version in force; saying it again changes nothing."""
    version = version_of(queries.KIND, key, number)
    try:
        services.confirm_reading(actor=person(request), version=version)
    except VersionError as error:
        raise ApiError(409, "version", error.in_language(language())) from None
    return _reading(request, version)


def _reading(request: HttpRequest, version: Version) -> dict[str, Any]:
    user = person(request)
    sop, _faults = read_sop(version.content)
    own = queries.confirmation(version, user)
    shown = queries.readers_shown(version, user)
    return {
        "in_force": queries.in_force_now(version), "must": queries.must_read(sop, user),
        "confirmed_at": own.confirmed_at if own else None, "readers": _readers(shown) if shown else None,
    }  # fmt: skip


def _readers(found: queries.Readers) -> list[dict[str, Any]]:
    return [
        *(_reader(one, None, must=True) for one in found.waiting),
        *(_reader(one.person, one, must=True) for one in found.confirmed),
        *(_reader(one.person, one, must=False) for one in found.others),
    ]


def _reader(user: Any, said: Confirmation | None, *, must: bool) -> dict[str, Any]:
    at = said.confirmed_at if said else None
    return {"id": user.pk, "name": str(user), "role": user.role, "must": must, "confirmed_at": at}


register_router("sops-to-read", to_read)
