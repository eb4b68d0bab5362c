"""The store: contents lie in the home folder under their SHA-256, written whole or not at all, and once."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import unicodedata
from pathlib import Path
from typing import IO, Protocol

from django.conf import settings

from qualityloop.analysis.messages import AnalysisError, Place, message
from qualityloop.foundation.files.kinds import KINDS, LONGEST, ending, fits
from qualityloop.foundation.files.models import StoredFile
from qualityloop.foundation.files.purposes import PURPOSES, Purpose
from qualityloop.foundation.models import User

PIECE = 1024 * 1024
LONGEST_NAME = 200


class Readable(Protocol):
    """Anything that gives its bytes piece by piece; Django's uploads do."""

    def read(self, size: int = ..., /) -> bytes: ...


def file_keep(content: Readable | bytes, *, name: str, purpose: str, actor: User | None) -> StoredFile:
    """Take a file in. AnalysisError where its kind or size is not taken, or it is not what its name says."""
    wanted = PURPOSES[purpose]
    shown = clean_name(name)
    place = Place(shown)
    kind = KINDS.get(ending(shown))
    if kind is None or ending(shown) not in wanted.types:
        endings = ", ".join(sorted(wanted.types))
        raise AnalysisError(message("this kind of file is not taken; taken are: {endings}", endings=endings), place)
    stream = io.BytesIO(content) if isinstance(content, bytes) else content
    folder = root()
    folder.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=folder, prefix=".draft-")
    try:
        with os.fdopen(handle, "wb") as file:
            digest, size, head = _copy(stream, file, wanted, place)
            file.flush()
            os.fsync(file.fileno())
        if not size:
            raise AnalysisError(message("the file is empty"), place)
        if not fits(kind, head):
            raise AnalysisError(message("the file is not what the end of its name says"), place)
        target = path_of(digest)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(draft, target)  # the same content again is the same file
    finally:
        Path(draft).unlink(missing_ok=True)
    return StoredFile.objects.create(
        sha256=digest, name=shown, media_type=kind.media_type, size=size, purpose=purpose, owner=actor
    )


def file_open(stored: StoredFile) -> IO[bytes]:
    """The content; AnalysisError where it is gone from the store."""
    try:
        return path_of(stored.sha256).open("rb")
    except FileNotFoundError:
        raise AnalysisError(message("the content of this file is missing from the store"), Place(stored.name)) from None


def file_forget(stored: StoredFile) -> None:
    """Drop a file; its content stays until `sweep`, for another file may be the same."""
    stored.delete()


def root() -> Path:
    """The folder of the store."""
    return Path(settings.QUALITYLOOP_HOME) / "files"


def path_of(sha256: str) -> Path:
    """Where a content lies; two levels of folders, so that none grows too large."""
    return root() / sha256[:2] / sha256[2:4] / sha256


def clean_name(name: str) -> str:
    """`name` as it may be shown and sent: no folders, no control or direction characters, not too long."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip() or "file"
    if len(plain) <= LONGEST_NAME:
        return plain
    last_part = ending(plain)
    return f"{plain[: LONGEST_NAME - len(last_part) - 1]}.{last_part}"


def _copy(stream: Readable, file: IO[bytes], wanted: Purpose, place: Place) -> tuple[str, int, bytes]:
    whole, size, head = hashlib.sha256(), 0, b""
    while piece := stream.read(PIECE):
        size += len(piece)
        if size > wanted.limit:
            megabytes = wanted.limit // (1024 * 1024)
            raise AnalysisError(message("the file is larger than {limit} MB", limit=megabytes), place)
        head = head or piece[:LONGEST]
        whole.update(piece)
        file.write(piece)
    return whole.hexdigest(), size, head
