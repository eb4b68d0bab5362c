"""Sending records, importing files, repairing what was rejected, setting up sources, for programs."""

from __future__ import annotations

from qualityloop.collection.api import (  # noqa: F401 (they register themselves)
    imports,
    mails,
    mappings,
    records,
    rejects,
    sources,
)
