"""Workbooks of Excel: the sheets that are visible and hold anything."""

from __future__ import annotations

from qualityloop.collection.sources.contract import Format
from qualityloop.collection.sources.registry import register_format

register_format(Format("excel", "Excel", ("xlsx", "xls")))
