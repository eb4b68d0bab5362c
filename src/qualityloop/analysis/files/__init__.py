"""Reading the world's files: readers, the mapping, its proposal by looking at the files, and the way into a lake."""

from __future__ import annotations

from .event_table import read_events
from .ingest import Ingested, ingest
from .inspection import Inspection, inspect_files
from .mapping import Mapping, load_mapping
from .rejects import Reason

__all__ = ["Ingested", "Inspection", "Mapping", "Reason", "ingest", "inspect_files", "load_mapping", "read_events"]
