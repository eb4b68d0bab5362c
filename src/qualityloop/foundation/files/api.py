"""Operations on files: what is known about one, and its content."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _
from ninja import Router
from pydantic import BaseModel, Field

from qualityloop.analysis.messages import AnalysisError
from qualityloop.foundation.api import allows, register_router, spoken
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.files.models import StoredFile
from qualityloop.foundation.files.queries import file_for
from qualityloop.foundation.files.store import file_open
from qualityloop.foundation.files.views import answer_headers
from qualityloop.foundation.permissions import SIGNED_IN, person

files = Router(tags=[spoken(_("Files"))])

CONTENT = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}


class StoredFileAnswer(BaseModel):
    """A file that was handed in or made."""

    id: int
    name: str
    media_type: str
    size: int = Field(description=spoken(_("In bytes")))
    sha256: str
    at: datetime


@files.get(
    "/{pk}",
    response=StoredFileAnswer,
    operation_id="files_one",
    **allows(SIGNED_IN, _("One file"), _("For whoever may see what it belongs to.")),
)
def one(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """For whoever may see what it belongs to."""
    return file_answer(_found(request, pk))


_content = allows(SIGNED_IN, _("Content of a file"), _("Its bytes, for whoever may see what it belongs to."))
_content["openapi_extra"]["responses"] = {200: {"description": "OK", "content": CONTENT}}


@files.get("/{pk}/content", operation_id="files_content", **_content)
def content(request: HttpRequest, pk: Key) -> HttpResponseBase:
    """Its bytes, for whoever may see what it belongs to."""
    found = _found(request, pk)
    try:
        file = file_open(found)
    except AnalysisError as error:
        raise Http404 from error
    return answer_headers(FileResponse(file), found, as_attachment=True)


def file_answer(stored: StoredFile) -> dict[str, Any]:
    """A file as the API says it."""
    names = ("name", "media_type", "size", "sha256", "at")
    return {"id": stored.pk, **{name: getattr(stored, name) for name in names}}


def _found(request: HttpRequest, pk: int) -> StoredFile:
    found = file_for(person(request), pk)
    if found is None:
        raise Http404
    return found


register_router("files", files)
