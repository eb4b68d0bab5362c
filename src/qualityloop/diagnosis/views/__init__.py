"""Pages of the diagnosis."""

from __future__ import annotations

from qualityloop.diagnosis.views.comparison import compare
from qualityloop.diagnosis.views.indicators import indicator, indicators
from qualityloop.diagnosis.views.overview import overview
from qualityloop.diagnosis.views.process import cases, process
from qualityloop.diagnosis.views.rows import rows

__all__ = ["cases", "compare", "indicator", "indicators", "overview", "process", "rows"]
