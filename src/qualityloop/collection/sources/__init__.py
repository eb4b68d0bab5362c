"""Where records come from: one file per source, one small interface (`contract.Source`)."""

from qualityloop.collection.sources.contract import Fetched, Option, Source
from qualityloop.collection.sources.registry import FORMATS, SOURCES, register_format, register_source

__all__ = ["FORMATS", "SOURCES", "Fetched", "Option", "Source", "register_format", "register_source"]
