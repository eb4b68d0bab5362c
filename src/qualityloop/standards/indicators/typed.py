"""What somebody typed into the table or into the page of one indicator, over what the draft says."""

from __future__ import annotations

from django.http import QueryDict

from qualityloop.analysis.indicators.draft import MAX_INDICATORS, MAX_TEXT
from qualityloop.standards.indicators.content import DEFAULT_KIND, NAMES
from qualityloop.standards.versions.models import Content

MAX_DIMENSIONS = 60

Row = dict[str, str]


def table_typed(content: Content, post: QueryDict) -> Content:
    """The content with the head, the dimensions and the rows that a form of the table holds.

    Rows are found by the key under which they were shown (`i-N-was`), so nothing is written into another row.
    """
    made: Content = dict(content)
    if "name.zh" in post:
        made["name"] = {language: _text(post, f"name.{language}") for language in ("zh", "en")}
        made["problem_target"] = _text(post, "problem_target")
        made["dimensions"] = _dimensions(post)
    known = {str(row.get("key", "")): dict(row) for row in content.get("indicators", [])}
    order = []
    for place in range(MAX_INDICATORS):
        was = post.get(f"i-{place}-was")
        if was is None:
            break
        if was in known:
            row = known.pop(was)
            order.append(_row_typed(row, post, f"i-{place}-"))
    made["indicators"] = [*order, *known.values()]
    if "headline_shown" in post:
        keys = {row.get("key", "") for row in made["indicators"]}
        chosen = [key for key in post.getlist("headline") if key in keys]
        kept = [key for key in content.get("headline", []) if key in chosen]
        made["headline"] = [*kept, *(key for key in chosen if key not in kept)]
    return made


def row_typed(row: Row, post: QueryDict) -> Row:
    """One indicator with every field that its own page holds."""
    return _row_typed(dict(row), post, "")


def _row_typed(row: Row, post: QueryDict, prefix: str) -> Row:
    for name in NAMES:
        if (field := f"{prefix}{name}") in post:
            text = _text(post, field)
            if text and (name, text) != ("kind", DEFAULT_KIND):
                row[name] = text
            else:
                row.pop(name, None)
    return {name: row[name] for name in NAMES if name in row}


def _text(post: QueryDict, name: str) -> str:
    return post.get(name, "").replace("\r\n", "\n").strip()[:MAX_TEXT]


def _dimensions(post: QueryDict) -> list[dict[str, str]]:
    """The rows of dimensions; one that is empty altogether is none."""
    found = []
    for place in range(MAX_DIMENSIONS):
        if f"d-{place}-key" not in post:
            break
        row = {part: _text(post, f"d-{place}-{part}") for part in ("key", "zh", "en")}
        if any(row.values()):
            found.append(row)
    return found


def moved(content: Content, key: str, steps: int) -> Content:
    """The content with the indicator `key` further up (negative) or down."""
    rows = list(content.get("indicators", []))
    place = next((at for at, row in enumerate(rows) if row.get("key") == key), None)
    if place is None:
        return content
    target = min(max(place + steps, 0), len(rows) - 1)
    rows.insert(target, rows.pop(place))
    return {**content, "indicators": rows}


def without(content: Content, key: str) -> Content:
    """The content without the indicator `key`."""
    rows = [row for row in content.get("indicators", []) if row.get("key") != key]
    headline = [name for name in content.get("headline", []) if name != key]
    return {**content, "indicators": rows, "headline": headline}


def replaced(content: Content, was: str | None, row: Row) -> Content:
    """The content with `row` in the place of the indicator `was`; at the end where there is none."""
    rows = list(content.get("indicators", []))
    place = next((at for at, old in enumerate(rows) if was and old.get("key") == was), None)
    if place is None:
        rows.append(row)
    else:
        rows[place] = row
    headline = [row.get("key", "") if name == was else name for name in content.get("headline", [])]
    return {**content, "indicators": rows, "headline": headline}
