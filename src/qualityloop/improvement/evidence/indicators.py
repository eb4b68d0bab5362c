"""What indicators are called."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language

from qualityloop.analysis.problems.wording import format_value
from qualityloop.foundation.wording import value_word
from qualityloop.standards.indicators.editions import released


def indicator_names() -> dict[str, str]:
    """The names of the indicators of the standards in force by key, in the language of the page."""
    language = get_language() or "zh"
    found: dict[str, str] = {}
    for versions in released().values():
        for one in versions[-1].standard.indicators:
            found.setdefault(one.key, one.name.in_language(language))
    return found


def indicator_value(key: str, value: float | None) -> str:
    """A value of an indicator in the unit that its standard in force gives; as a plain number where none knows it."""
    if value is None:
        return ""
    for versions in released().values():
        for one in versions[-1].standard.indicators:
            if one.key == key:
                return format_value(value, one.unit, get_language() or "zh")
    return f"{value:g}"


def history_words(key: str, before: Any, after: Any) -> tuple[str | None, Any, Any]:
    """Values of the history of a record that names indicators and groups, as its page says them."""
    if key == "indicator":
        names = indicator_names()
        return None, names.get(before, before), names.get(after, after)
    if key == "group":
        return None, _group(before), _group(after)
    return None, before, after


def _group(value: Any) -> Any:
    pairs = value if isinstance(value, list) else []
    return [value_word(*pair) for pair in pairs] if all(isinstance(p, list) and len(p) == 2 for p in pairs) else value
