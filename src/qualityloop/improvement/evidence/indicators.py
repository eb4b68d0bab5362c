"""What indicators are called."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError

from qualityloop.analysis.files.yaml_nodes import unknown_word
from qualityloop.analysis.indicators.loading import load_standard, shipped_standards
from qualityloop.analysis.indicators.standard import Indicator
from qualityloop.analysis.problems.wording import format_value
from qualityloop.foundation.wording import language, value_word
from qualityloop.standards.indicators.editions import released


@lru_cache(maxsize=1)
def _shipped() -> tuple[Indicator, ...]:
    return tuple(one for key in shipped_standards() for one in load_standard(key).indicators)


def indicators() -> dict[str, Indicator]:
    """The indicators by which an effect may be seen: of the standards in force, else of those that are shipped."""
    found = {one.key: one for one in _shipped()}
    for editions in released().values():
        if editions:
            found |= {one.key: one for one in editions[-1].standard.indicators}
    return found


def refuse_unknown_indicator(key: str, kept: str = "") -> None:
    """ValidationError where a key names no indicator. None named is fine, and so is the one that is `kept` already."""
    if key and key != kept and key not in (known := indicators()):
        raise ValidationError({"indicator": unknown_word(key[:60], sorted(known)).in_language(language())})


def indicator_names() -> dict[str, str]:
    """The names of the indicators of the standards in force by key, in the language of the page."""
    words = language()
    found: dict[str, str] = {}
    for versions in released().values():
        for one in versions[-1].standard.indicators:
            found.setdefault(one.key, one.name.in_language(words))
    return found


def indicator_value(key: str, value: float | None) -> str:
    """A value of an indicator in the unit that its standard in force gives; as a plain number where none knows it."""
    if value is None:
        return ""
    for versions in released().values():
        for one in versions[-1].standard.indicators:
            if one.key == key:
                return format_value(value, one.unit, language())
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
