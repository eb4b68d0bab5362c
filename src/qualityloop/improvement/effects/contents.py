"""What a proposal changes in the content of a standard: pure functions from content to content."""

from __future__ import annotations

import copy
from typing import Any

from qualityloop.standards.indicators.content import as_percent
from qualityloop.standards.versions.models import Content


def with_lines(content: Content, indicator: str, target: float | None, warning: float | None) -> Content | None:
    """An indicator standard with another target and warning line; None where it does not know the indicator."""
    changed = copy.deepcopy(content)
    row = next((one for one in changed.get("indicators", []) if one.get("key") == indicator), None)
    if row is None:
        return None
    for name, value in (("target", target), ("warning", warning)):
        if value is not None:
            text = f"{value:.10g}"
            row[name] = as_percent(text) if row.get("unit") == "percent" else text
    return changed


def with_step(content: Content, title: str, text: str, cases: list[tuple[str, str]]) -> Content:
    """An SOP with one more step, and with what to do in the unusual cases that the plan has foreseen."""
    changed = copy.deepcopy(content)
    changed["steps"] = [*changed.get("steps", []), {"name": _same(title), "how": _same(text)}]
    known = {str(one.get("case", {}).get("zh", "")) for one in changed.get("exceptions", [])}
    more = [{"case": _same(case), "action": _same(action)} for case, action in cases if case not in known]
    changed["exceptions"] = [*changed.get("exceptions", []), *more]
    return changed


def begun_sop(key: str, title: str, purpose: str) -> Content:
    """An SOP without steps."""
    return {"key": key, "name": _same(title), "purpose": _same(purpose), "steps": [], "exceptions": []}


def with_item(content: Content, key: str, title: str, guide: str, points: int) -> Content | None:
    """A score sheet with one more item in its last dimension; None where it has no dimension."""
    changed = copy.deepcopy(content)
    dimensions: list[dict[str, Any]] = changed.get("dimensions", [])
    if not dimensions:
        return None
    item = {"key": key, "name": _same(title), "points": points, "guide": _same(guide)}
    dimensions[-1]["items"] = [*dimensions[-1].get("items", []), item]
    return changed


def _same(text: str) -> dict[str, str]:
    """One text for both languages: whoever writes the draft on translates it."""
    return {"zh": text, "en": text}
