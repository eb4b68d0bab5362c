"""CSV, TSV and their kin: comma, tab, semicolon or pipe; UTF-8, UTF-16, GB18030; also gzipped."""

from __future__ import annotations

from qualityloop.collection.sources.contract import Format
from qualityloop.collection.sources.registry import register_format

register_format(Format("text", "CSV, TSV", ("csv", "tsv", "txt")))
