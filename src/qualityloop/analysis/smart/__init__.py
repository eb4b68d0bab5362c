"""SMART check of a measure: what the entry does not say, or says so vaguely that nobody can check it."""

from __future__ import annotations

from qualityloop.analysis.smart.check import Entry, Finding, check

__all__ = ["Entry", "Finding", "check"]
