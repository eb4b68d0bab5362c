"""Records that should not count: duplicates, tests, impossible times. Records in, findings with their evidence out."""

from __future__ import annotations

from qualityloop.analysis.cleaning.entry import Entry, Finding
from qualityloop.analysis.cleaning.exact import ExactRule
from qualityloop.analysis.cleaning.near import NearRule
from qualityloop.analysis.cleaning.sweep import Rules, sweep
from qualityloop.analysis.cleaning.testing import TrialRule
from qualityloop.analysis.cleaning.times import TimesRule

__all__ = ["Entry", "ExactRule", "Finding", "NearRule", "Rules", "TimesRule", "TrialRule", "sweep"]
