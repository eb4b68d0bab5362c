"""Tidying the store up: contents that no file names any more, and drafts of uploads that broke off."""

from __future__ import annotations

import time

from qualityloop.foundation.files.models import StoredFile
from qualityloop.foundation.files.store import root

YOUNG = 24 * 3600  # seconds; younger ones may belong to a transaction that is still open


def sweep() -> int:
    """Delete what nobody names any more and is older than a day; how many files that were."""
    gone = 0
    oldest = time.time() - YOUNG
    for path in root().rglob("*"):
        if not path.is_file() or path.stat().st_mtime > oldest:
            continue
        if path.name.startswith(".draft-") or not StoredFile.objects.filter(sha256=path.name).exists():
            path.unlink(missing_ok=True)
            gone += 1
    return gone
