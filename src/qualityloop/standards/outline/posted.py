"""What somebody typed into the editor, as content: only what the schema knows, lists in the order of the page."""

from __future__ import annotations

import re
from typing import Any

from django.http import QueryDict

from qualityloop.standards.outline.schema import Field, Group, Listed
from qualityloop.standards.versions.models import Content

ROOT = "f"
MARK = "~"  # begins the name of an entry of a list
MAX_ENTRIES = 300
NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,6})?", re.ASCII)

Tree = dict[str, Any]
Names = dict[str, str]  # path in the content → name of the field on the page


def content_of(schema: Group, post: QueryDict) -> tuple[Content, Names]:
    """The content that a form holds, and where each part of it stands on the page."""
    names: Names = {"": ROOT}
    return _group(schema, _tree(post), ROOT, "", names), names


def _tree(post: QueryDict) -> Tree:
    tree: Tree = {}
    for name in post:
        first, *parts = name.split(".")
        if first != ROOT or not parts or len(parts) > 12:
            continue
        place = tree
        for part in parts[:-1]:
            inner = place.setdefault(part, {})
            if not isinstance(inner, dict):
                break
            place = inner
        else:
            place.setdefault(parts[-1], (post.get(name) or "").replace("\r\n", "\n").strip())
    return tree


def _group(group: Group, tree: Tree, name: str, path: str, names: Names) -> Content:
    content: Content = {}
    for field in group.fields:
        at = f"{path}.{field.name}" if path else field.name
        names[at] = f"{name}.{field.name}" + (".zh" if field.kind.startswith("both") else "")
        value = _value(field, tree.get(field.name))
        if value not in ("", None, {}, []):
            content[field.name] = value
    for listed in group.lists:
        at = f"{path}.{listed.name}" if path else listed.name
        names[at] = f"{name}.{listed.name}"
        found = _entries(listed, tree.get(listed.name), names[at], at, names)
        if found:
            content[listed.name] = found
    return content


def _entries(listed: Listed, tree: Any, name: str, path: str, names: Names) -> list[Content]:
    found: list[Content] = []
    for mark, inner in tree.items() if isinstance(tree, dict) else ():
        if not mark.startswith(MARK) or not isinstance(inner, dict) or len(found) >= MAX_ENTRIES:
            continue
        at = f"{path}[{len(found) + 1}]"
        names[at] = f"{name}.{mark}"
        found.append(_group(listed.entry, inner, names[at], at, names))
    return found


def _value(field: Field, raw: Any) -> Any:
    if field.kind == "flag":
        return (raw == "on") if (raw == "on") is not field.default else None
    if isinstance(raw, dict):
        return _texts(field, {key: value for key, value in raw.items() if isinstance(value, str) and value})
    if not isinstance(raw, str):
        return None
    if field.kind == "number" and NUMBER.fullmatch(raw):
        return float(raw) if "." in raw else int(raw)
    return [line.strip() for line in raw.split("\n") if line.strip()] if field.kind == "lines" else raw


def _texts(field: Field, texts: dict[str, str]) -> Any:
    """Several inputs of one field: the duties of roles, ticks, or the two languages (one text where they are equal)."""
    if field.kind == "raci":
        return texts
    if field.kind == "checks":
        return [value for value, _words in field.options if texts.get(value) == "on"]
    both = {language: texts[language] for language in ("zh", "en") if language in texts}
    return both["zh"] if len(both) == 2 and both["zh"] == both["en"] else both
