"""One JSON record per line; also gzipped."""

from __future__ import annotations

from qualityloop.collection.sources.contract import Format
from qualityloop.collection.sources.registry import register_format

register_format(Format("json_lines", "JSON lines", ("jsonl", "ndjson", "json")))
