"""What indicators are called."""

from __future__ import annotations

from django.utils.translation import get_language

from qualityloop.standards.indicators.editions import released


def indicator_names() -> dict[str, str]:
    """The names of the indicators of the standards in force by key, in the language of the page."""
    language = get_language() or "zh"
    found: dict[str, str] = {}
    for versions in released().values():
        for one in versions[-1].standard.indicators:
            found.setdefault(one.key, one.name.in_language(language))
    return found
