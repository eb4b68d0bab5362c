"""Reading the world's files: readers, the mapping, its proposal by looking at the files, and the way into a lake."""

from __future__ import annotations

from .ingest import Ingested, ingest
from .mapping import Mapping, load_mapping

__all__ = ["Ingested", "Mapping", "ingest", "load_mapping"]
