"""What many texts are about: groups with names, counted and checked shares of confirmed themes."""

from __future__ import annotations

from qualityloop.analysis.themes.carrying import carried_over, known_themes
from qualityloop.analysis.themes.counting import NONE, Counted, count_themes
from qualityloop.analysis.themes.grouping import OTHER, Grouping, group_texts, split_texts
from qualityloop.analysis.themes.naming import Theme
from qualityloop.analysis.themes.share import Corrected, Share, corrected_mean, share_from, share_of

__all__ = [
    "NONE", "OTHER", "Corrected", "Counted", "Grouping", "Share", "Theme", "carried_over", "corrected_mean",
    "count_themes", "group_texts", "known_themes", "share_from", "share_of", "split_texts",
]  # fmt: skip
