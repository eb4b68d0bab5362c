"""Parquet files."""

from __future__ import annotations

from qualityloop.collection.sources.contract import Format
from qualityloop.collection.sources.registry import register_format

register_format(Format("parquet", "Parquet", ("parquet",)))
