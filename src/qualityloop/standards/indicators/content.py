"""An indicator standard as the content of a version: every field as it was typed, so that nothing is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qualityloop.analysis.indicators.checking import faults
from qualityloop.analysis.indicators.draft import FIELDS, Draft, Entry, Fields, build, build_indicator
from qualityloop.analysis.indicators.standard import Indicator, Standard
from qualityloop.analysis.messages import AnalysisError, Place, Text, message
from qualityloop.standards.versions.kinds import ContentError, Fault, Section
from qualityloop.standards.versions.models import Content, Version

NAMES = tuple(field.name for field in FIELDS)
LABELS = {field.name: field.label for field in FIELDS}
LINES = ("baseline", "target", "warning")
PROBLEMS = 3
DEFAULT_KIND = "other"  # is not written

HEAD_LABELS = {
    "name.zh": Text("标准名称（中文）", "Name (Chinese)"),
    "name.en": Text("标准名称（英文）", "Name (English)"),
    "problem_target": Text("重点问题个数", "Problems to find"),
    "headline": Text("重点指标", "Headline"),
}


def empty(name: Text) -> Content:
    """A standard without indicators."""
    return {
        "name": {"zh": name.zh, "en": name.en},
        "problem_target": str(PROBLEMS),
        "dimensions": [],
        "headline": [],
        "indicators": [],
    }


def content_of_draft(draft: Draft) -> Content:
    """What a file says, as it was written there; shares with their percent sign."""
    problems = draft.head.get("problem_target")
    return {
        "name": {language: _text(draft.head, f"name.{language}") for language in ("zh", "en")},
        "problem_target": (problems.text if problems else None) or str(PROBLEMS),
        "dimensions": [
            {"key": key, **{language: _text(names, f"name.{language}") for language in ("zh", "en")}}
            for key, names in draft.dimensions.items()
        ],
        "headline": [entry.text for entry in draft.headline or [] if entry.text],
        "indicators": [_row(fields) for fields in draft.indicators.values()],
    }


def _text(fields: Fields, name: str) -> str:
    entry = fields.get(name)
    return (entry.text or "").strip() if entry else ""


def _row(fields: Fields) -> dict[str, str]:
    row = {name: text for name in NAMES if (text := _text(fields, name))}
    if row.get("kind") == DEFAULT_KIND:
        del row["kind"]
    for line in LINES:
        if line in row and row.get("unit") == "percent":
            row[line] = as_percent(row[line])
    return row


def as_percent(text: str) -> str:
    """ "0.905" as "90.5%"; what is no plain number stays."""
    try:
        number = float(text)
    except ValueError:
        return text
    written = f"{float(f'{number * 100:.13g}'):.13g}%"
    return written if 0 <= number <= 1 and "e" not in written else text


def standard_of(version: Version) -> Standard:
    """The standard that a version describes; ContentError where it cannot be computed with."""
    return _standard(version.document.key, version.number, version.content_json)


@lru_cache(maxsize=128)
def _standard(key: str, number: int, content_json: str) -> Standard:
    return standard_from(Version(content_json=content_json).content, key, str(number))


def standard_from(content: Content, key: str, version: str) -> Standard:
    """The standard that a content describes; ContentError with everything that is wrong."""
    standard, found = _built(content, key, version)
    if found:
        raise ContentError(found)
    return standard


def check(content: Content) -> list[Fault]:
    """Everything that is wrong with a content."""
    return _built(content, "standard", "1")[1]


def name_of(content: Content) -> Text:
    """What the standard calls itself."""
    name = content.get("name") or {}
    return Text(str(name.get("zh", "")), str(name.get("en", "")))


def _built(content: Content, key: str, version: str) -> tuple[Standard, list[Fault]]:
    """The standard as far as it can be built, and all faults in the order of the page."""
    found: list[Fault] = []
    name = name_of(content)
    head = {
        "key": Entry(key, Place()),
        "version": Entry(version, Place()),
        "name.zh": Entry(name.zh or None, Place(column="name.zh")),
        "name.en": Entry(name.en or None, Place(column="name.en")),
        "problem_target": Entry(str(content.get("problem_target", "")) or None, Place(column="problem_target")),
    }
    dimensions = {str(d.get("key", "")): d for d in content.get("dimensions", [])}
    try:
        built = build(Draft(Place(), head))
        problems = built.problem_target
    except AnalysisError as error:
        column = error.place.column or ""
        found.append(Fault("name.zh" if column == "name" else column, error.text, HEAD_LABELS.get(column)))
        problems = PROBLEMS
    found += _dimension_faults(content)
    rows = [_indicator(row, place) for place, row in enumerate(content.get("indicators", []))]
    found_rows = [item for item in rows if isinstance(item, Indicator)]
    names = {key: Text(str(d.get("zh", "")) or key, str(d.get("en", "")) or key) for key, d in dimensions.items()}
    headline = tuple(str(k) for k in content.get("headline", []))
    standard = Standard(key, version, name, names, tuple(found_rows), headline, problems)
    by_key = _rows_by_key(content)
    mine = [_placed(fault.indicator, fault.field, fault.text, by_key) for fault in faults(standard)]
    if len(found_rows) < len(rows):  # what is not built yet is not missing
        mine = [fault for fault in mine if fault.field not in ("headline", "indicators")]
    found += sorted([item for item in rows if isinstance(item, Fault)] + mine, key=lambda f: _order(f.field))
    return standard, found


def _rows_by_key(content: Content) -> dict[str, int]:
    return {str(row.get("key", "")): place for place, row in enumerate(content.get("indicators", []))}


def _placed(indicator: str | None, field: str, text: Any, by_key: dict[str, int]) -> Fault:
    if indicator is None:
        return Fault(field, text, HEAD_LABELS.get(field))
    label = LABELS.get(field)
    place = by_key.get(indicator, 0)
    return Fault(f"indicators.{place}.{field}", text, _label(indicator, label))


def _label(key: str, label: Text | None) -> Text:
    return Text(f"{key} · {label.zh}", f"{key} · {label.en}") if label else Text(key, key)


def _order(field: str) -> tuple[int, int]:
    parts = field.split(".")
    if parts[0] != "indicators" or len(parts) < 2:
        return (0, 0)
    return (1 + int(parts[1]), 0)


def _dimension_faults(content: Content) -> list[Fault]:
    keys = Counter(str(d.get("key", "")).strip() for d in content.get("dimensions", []))
    label = Text("评价维度", "Dimension")
    found = [
        Fault("dimensions", message("“{name}” is there twice.", name=key), label)
        for key, times in keys.items()
        if times > 1 and key
    ]
    if "" in keys:
        found.append(Fault("dimensions", message("“{name}” is missing.", name="key"), label))
    return found


def _indicator(row: dict[str, str], place: int) -> Indicator | Fault:
    fields = {name: Entry(row[name], Place(column=name)) for name in NAMES if row.get(name)}
    try:
        return build_indicator(fields, Place())
    except AnalysisError as error:
        column = error.place.column or "key"
        column = "name.zh" if column == "name" else column
        key = row.get("key") or str(place + 1)
        return Fault(f"indicators.{place}.{column}", error.text, _label(key, LABELS.get(column)))


def sections(content: Content) -> Sequence[Section]:
    """The content as tables in the active language."""
    language = get_language() or "zh"
    say = {key: label.in_language(language) for key, label in LABELS.items()}
    name = name_of(content)
    head = {
        "name.zh": name.zh,
        "name.en": name.en,
        "problem_target": str(content.get("problem_target", "")),
        "headline": ", ".join(content.get("headline", [])),
    }
    head_labels = {key: label.in_language(language) for key, label in HEAD_LABELS.items()}
    dimensions = {str(d.get("key", "")): d for d in content.get("dimensions", [])}
    rows = {str(row.get("key", "")): row for row in content.get("indicators", [])}
    return [
        Section("head", _("The standard"), head_labels, {"head": (_("The standard"), head)}),
        Section(
            "dimensions",
            _("Dimensions"),
            {"zh": _("Chinese"), "en": _("English")},
            {key: (str(d.get(_word(language), "")) or key, d) for key, d in dimensions.items()},
        ),
        Section(
            "indicators",
            _("Indicators"),
            say,
            {key: (row.get(f"name.{_word(language)}") or row.get("name.zh") or key, row) for key, row in rows.items()},
        ),
    ]


def path_words(path: str) -> str | None:
    """ "indicators.csat.target" as "csat · 目标值"; None for other paths."""
    parts = path.split(".", 2)
    if len(parts) == 3 and parts[0] == "indicators" and parts[2] in LABELS:
        return _label(parts[1], LABELS[parts[2]]).in_language(get_language() or "zh")
    return HEAD_LABELS[path].in_language(get_language() or "zh") if path in HEAD_LABELS else None


def _word(language: str) -> str:
    return "zh" if language.startswith("zh") else "en"
