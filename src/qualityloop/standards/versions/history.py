"""How the history of a document reads: values of its versions in the words of the page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.text import capfirst

from qualityloop.standards.versions.kinds import KINDS
from qualityloop.standards.versions.models import State, Version

COLUMNS = {field.name: field for field in Version._meta.concrete_fields}
SHORT = 12  # characters of a hash that are shown


def words(key: str, before: Any, after: Any) -> tuple[str | None, Any, Any]:
    """Label and values of one change; None where the path of the value says it best."""
    if key == "state":
        return capfirst(str(COLUMNS[key].verbose_name)), _state(before), _state(after)
    if key == "content_hash":
        return capfirst(str(COLUMNS[key].verbose_name)), _short(before), _short(after)
    if key in COLUMNS:
        return capfirst(str(COLUMNS[key].verbose_name)), _instant(before), _instant(after)
    for kind in KINDS.values():
        if kind.path_words and (label := kind.path_words(key)):
            return label, before, after
    return None, before, after


def _state(value: Any) -> Any:
    return str(State(value).label) if isinstance(value, str) and value in State.values else value


def _short(value: Any) -> Any:
    return value[:SHORT] if isinstance(value, str) else value


def _instant(value: Any) -> Any:
    if not isinstance(value, str) or "T" not in value:
        return value
    try:
        return timezone.localtime(datetime.fromisoformat(value)).strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return value
