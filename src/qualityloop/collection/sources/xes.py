"""Event logs of process mining (IEEE 1849); also gzipped."""

from __future__ import annotations

from qualityloop.collection.sources.contract import Format
from qualityloop.collection.sources.registry import register_format

register_format(Format("xes", "XES", ("xes",)))
