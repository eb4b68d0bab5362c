"""Durations as people say them."""

from __future__ import annotations

from qualityloop.analysis.messages import Text
from qualityloop.analysis.problems.wording import format_number

_STEPS: tuple[tuple[float, Text], ...] = (
    (86_400, Text("天", "d")),
    (3_600, Text("小时", "h")),
    (60, Text("分钟", "min")),
    (1, Text("秒", "s")),
)


def duration_text(seconds: float | None, language: str) -> str:
    """Seconds in the largest unit of which there is at least one and a half: 5400 → 1.5 小时; "–" for None."""
    if seconds is None:
        return "–"
    for size, word in _STEPS:
        if abs(seconds) >= 1.5 * size or size == 1:
            digits = 1 if abs(seconds) / size < 10 and size > 1 else 0
            number = format_number(round(seconds / size, digits), language, digits)
            return f"{number.removesuffix('.0')} {word.in_language(language)}"
    raise AssertionError("the last unit fits everything")
