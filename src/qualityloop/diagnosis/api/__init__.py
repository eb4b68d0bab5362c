"""The diagnosis for programs: indicators, values, problems, the rows behind a number, the process map."""

from __future__ import annotations

from qualityloop.diagnosis.api.indicators import indicators
from qualityloop.diagnosis.api.process import process
from qualityloop.diagnosis.api.rows import problems
from qualityloop.foundation.api import register_router

register_router("indicators", indicators)
register_router("problems", problems)
register_router("process", process)
