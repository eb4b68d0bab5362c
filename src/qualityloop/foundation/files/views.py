"""Serving files: to who may see them, with headers under which nothing in them can act as one of our pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from qualityloop.analysis.messages import AnalysisError
from qualityloop.foundation.files.kinds import KINDS, ending
from qualityloop.foundation.files.models import StoredFile
from qualityloop.foundation.files.queries import file_for
from qualityloop.foundation.files.store import file_open
from qualityloop.foundation.permissions import SIGNED_IN, person, requires

RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
PIECE = 256 * 1024


@requires(SIGNED_IN)
@require_safe
def stored_file(request: HttpRequest, number: int) -> HttpResponseBase:
    """The content of a file, or the stretch of it that a player asks for."""
    stored = file_for(person(request), number)
    if stored is None:
        raise Http404
    try:
        file = file_open(stored)
    except AnalysisError as error:
        raise Http404 from error
    return answer_headers(_answer(request, file, stored.size), stored, as_attachment="download" in request.GET)


def _answer(request: HttpRequest, file: IO[bytes], size: int) -> HttpResponseBase:
    asked = request.headers.get("Range", "")
    if not asked:
        return FileResponse(file)
    stretch = _stretch(asked, size)
    if stretch is None:  # several stretches, or another unit: the whole is a correct answer too
        return FileResponse(file)
    first, last = stretch
    if first >= size or first > last:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    response = StreamingHttpResponse(_pieces(file, first, last), status=206)
    response["Content-Range"] = f"bytes {first}-{last}/{size}"
    response["Content-Length"] = str(last - first + 1)
    return response


def _stretch(asked: str, size: int) -> tuple[int, int] | None:
    """First and last byte of a range (RFC 9110, 14.1.2); None where it is not a single one of bytes."""
    found = RANGE.fullmatch(asked.strip())
    if not found or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        return max(0, size - int(last)), (size - 1 if int(last) else -1)
    return int(first), min(int(last), size - 1) if last else size - 1


def _pieces(file: IO[bytes], first: int, last: int) -> Iterator[bytes]:
    with file:
        file.seek(first)
        left = last - first + 1
        while left > 0 and (piece := file.read(min(PIECE, left))):
            left -= len(piece)
            yield piece


def answer_headers(response: HttpResponseBase, stored: StoredFile, *, as_attachment: bool) -> HttpResponseBase:
    """The answer with the headers under which a file can do no harm."""
    kind = KINDS.get(ending(stored.name))
    inline = kind is not None and kind.shown and not as_attachment
    response["Content-Type"] = stored.media_type if inline else "application/octet-stream"
    response["Content-Disposition"] = content_disposition_header(not inline, stored.name) or "attachment"
    response["Content-Security-Policy"] = "default-src 'none'; media-src 'self'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = f'"{stored.sha256}"'
    return response
