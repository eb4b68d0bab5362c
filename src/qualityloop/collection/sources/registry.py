"""All sources and all formats of files."""

from __future__ import annotations

from qualityloop.collection.sources.contract import Format, Source

SOURCES: dict[str, Source] = {}
FORMATS: dict[str, Format] = {}


def register_source(source: Source) -> None:
    """Declare a source; called once, when its file is imported."""
    if SOURCES.setdefault(source.key, source) is not source:
        raise ValueError(f"source {source.key} is declared twice")


def register_format(form: Format) -> None:
    """Declare a format of files."""
    if FORMATS.setdefault(form.key, form) is not form:
        raise ValueError(f"format {form.key} is declared twice")


def connect() -> None:
    """Import every source and every format, each of which registers itself."""
    from qualityloop.collection.sources import (  # noqa: F401
        excel,
        folder,
        json_lines,
        mailbox,
        parquet,
        text,
        webhook,
        xes,
    )
