"""A standard as it stands in a file: entries with their places, before anything is believed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar, get_args

from qualityloop.analysis.indicators.language.errors import closest
from qualityloop.analysis.indicators.standard import Better, Indicator, IndicatorKind, Per, Standard, Unit
from qualityloop.analysis.messages import AnalysisError, Place, Text, message

MAX_TEXT = 10_000
MAX_INDICATORS = 500
MAX_PROBLEMS = 100
BOTH = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Entry:
    """What was written in one place; None where it was left empty on purpose.

    `block` where the text begins a line below its name and keeps its lines.
    """

    text: str | None
    place: Place
    block: bool = False


Fields = dict[str, Entry]  # by dotted name: "key", "name.zh", "per.formula", …


@dataclass(frozen=True, slots=True)
class Field:
    """One property of an indicator, and the head of its column in a sheet."""

    name: str
    label: Text
    kind: Literal["word", "text", "number", "formula"]
    width: int


FIELDS: tuple[Field, ...] = (
    Field("key", Text("指标编号", "Key"), "word", 26),
    Field("dimension", Text("评价维度", "Dimension"), "word", 14),
    Field("name.zh", Text("指标名称（中文）", "Name (Chinese)"), "text", 24),
    Field("name.en", Text("指标名称（英文）", "Name (English)"), "text", 30),
    Field("definition.zh", Text("口径（中文）", "Definition (Chinese)"), "text", 44),
    Field("definition.en", Text("口径（英文）", "Definition (English)"), "text", 44),
    Field("unit", Text("单位", "Unit"), "word", 10),
    Field("better", Text("方向", "Better"), "word", 9),
    Field("baseline", Text("基准值", "Baseline"), "number", 9),
    Field("target", Text("目标值", "Target"), "number", 9),
    Field("warning", Text("预警值", "Warning"), "number", 9),
    Field("dataset", Text("数据表", "Dataset"), "word", 16),
    Field("period", Text("归期时间", "Period"), "word", 14),
    Field("where", Text("适用条件", "Where"), "formula", 34),
    Field("formula", Text("计算公式", "Formula"), "formula", 44),
    Field("per.dataset", Text("分母数据表", "Per dataset"), "word", 14),
    Field("per.period", Text("分母归期时间", "Per period"), "word", 14),
    Field("per.where", Text("分母适用条件", "Per where"), "formula", 20),
    Field("per.formula", Text("分母公式", "Per formula"), "formula", 20),
    Field("source.zh", Text("数据来源（中文）", "Source (Chinese)"), "text", 18),
    Field("source.en", Text("数据来源（英文）", "Source (English)"), "text", 18),
    Field("owner.zh", Text("责任部门（中文）", "Owner (Chinese)"), "text", 16),
    Field("owner.en", Text("责任部门（英文）", "Owner (English)"), "text", 16),
    Field("scope.zh", Text("适用范围（中文）", "Scope (Chinese)"), "text", 18),
    Field("scope.en", Text("适用范围（英文）", "Scope (English)"), "text", 18),
    Field("kind", Text("指标类别", "Kind"), "word", 12),
)
BILINGUAL = tuple(dict.fromkeys(f.name.split(".")[0] for f in FIELDS if f.name.endswith((".zh", ".en"))))
HEAD = ("key", "version", "name", "extends", "problem_target")

_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*[%\uff05]")
INDICATOR_KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")
_STANDARD_KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")

Choice = TypeVar("Choice", bound=str)


@dataclass(slots=True)
class Draft:
    """A standard's entries; `rows` gives where each indicator begins."""

    place: Place
    head: Fields = field(default_factory=dict)
    dimensions: dict[str, Fields] = field(default_factory=dict)
    headline: list[Entry] | None = None
    remove: list[Entry] = field(default_factory=list)
    indicators: dict[str, Fields] = field(default_factory=dict)
    rows: dict[str, Place] = field(default_factory=dict)

    def add(self, fields: Fields, place: Place) -> None:
        """Take in one more indicator; its key must be new to this file."""
        entry = fields.get("key")
        if entry is None or not entry.text:
            raise AnalysisError(message("This indicator has no key."), replace(place, column="key"))
        if not INDICATOR_KEY.fullmatch(entry.text):
            raise AnalysisError(
                message("“{key}” is no key: lower-case letters, digits and _ are allowed.", key=entry.text), entry.place
            )
        if entry.text in self.indicators:
            raise AnalysisError(message("The indicator “{key}” is there twice.", key=entry.text), entry.place)
        if len(self.indicators) >= MAX_INDICATORS:
            raise AnalysisError(message("A standard may have up to {limit} indicators.", limit=MAX_INDICATORS), place)
        self.indicators[entry.text] = fields
        self.rows[entry.text] = place


def over(parent: Draft, child: Draft) -> Draft:
    """`parent` with what `child` removes, overrides and adds."""
    for entry in child.remove:
        if entry.text not in parent.indicators:
            raise AnalysisError(message("There is no indicator “{key}” to remove.", key=entry.text or ""), entry.place)
    gone = {entry.text for entry in child.remove}
    indicators = {key: fields for key, fields in parent.indicators.items() if key not in gone}
    for key, fields in child.indicators.items():
        indicators[key] = _overridden(indicators.get(key, {}), fields)
    headline = child.headline
    if headline is None and parent.headline is not None:
        headline = [entry for entry in parent.headline if entry.text not in gone]
    head = {k: v for k, v in parent.head.items() if k not in ("key", "version", "extends")} | child.head
    dimensions = dict(parent.dimensions)
    for key, names in child.dimensions.items():
        dimensions[key] = dimensions.get(key, {}) | names
    return Draft(child.place, head, dimensions, headline, [], indicators, parent.rows | child.rows)


def _overridden(old: Fields, new: Fields) -> Fields:
    merged = dict(old)
    for name, entry in new.items():
        if entry.text is None and name in ("per", *BILINGUAL):  # given up altogether
            merged = {k: v for k, v in merged.items() if not k.startswith(f"{name}.")}
        else:
            merged[name] = entry
    return merged


def build(draft: Draft) -> Standard:
    """The standard that the entries describe; AnalysisError at the first one that cannot be right."""
    key = _word(draft.head, "key", draft.place)
    if not _STANDARD_KEY.fullmatch(key):
        raise AnalysisError(
            message("“{key}” is no key: lower-case letters, digits, “-”, “_” and “.” are allowed.", key=key),
            draft.head["key"].place,
        )
    name = _both(draft.head, "name")
    if name is None:
        raise AnalysisError(message("“{name}” is missing.", name="name"), replace(draft.place, column="name"))
    version = draft.head.get("version")
    problems = _number(draft.head, "problem_target")
    if problems is not None and (problems != int(problems) or not 1 <= problems <= MAX_PROBLEMS):
        raise AnalysisError(
            message("A whole number from 1 to {limit} is expected here.", limit=MAX_PROBLEMS),
            draft.head["problem_target"].place,
        )
    dimensions = {k: _both(names, "name") or Text(k, k) for k, names in draft.dimensions.items()}
    return Standard(
        key=key,
        version=(version.text if version else None) or "1",
        name=name,
        dimensions=dimensions,
        indicators=tuple(build_indicator(fields, draft.rows[k]) for k, fields in draft.indicators.items()),
        headline=tuple(entry.text for entry in draft.headline or [] if entry.text),
        problem_target=3 if problems is None else int(problems),
    )


def build_indicator(fields: Fields, place: Place) -> Indicator:
    """One indicator of its entries; AnalysisError at the first one that cannot be right."""
    name = _both(fields, "name")
    if name is None:
        raise AnalysisError(message("“{name}” is missing.", name="name"), replace(place, column="name"))
    return Indicator(
        key=_word(fields, "key", place),
        name=name,
        dimension=_word(fields, "dimension", place),
        dataset=_word(fields, "dataset", place),
        period=_word(fields, "period", place),
        formula=_word(fields, "formula", place),
        unit=_choice(fields, "unit", get_args(Unit), place),
        better=_choice(fields, "better", get_args(Better), place),
        where=_optional(fields, "where"),
        per=_per(fields, place),
        baseline=_number(fields, "baseline"),
        target=_number(fields, "target"),
        warning=_number(fields, "warning"),
        definition=_both(fields, "definition"),
        source=_both(fields, "source"),
        owner=_both(fields, "owner"),
        kind=_choice(fields, "kind", get_args(IndicatorKind), place, "other"),
        scope=_both(fields, "scope"),
    )


def _per(fields: Fields, place: Place) -> Per | None:
    if not any(_optional(fields, f"per.{part}") for part in ("dataset", "period", "formula", "where")):
        return None
    return Per(
        dataset=_word(fields, "per.dataset", place),
        period=_word(fields, "per.period", place),
        formula=_word(fields, "per.formula", place),
        where=_optional(fields, "per.where"),
    )


def _optional(fields: Fields, name: str) -> str | None:
    entry = fields.get(name)
    return clean(entry) if entry is not None and entry.text else None


def clean(entry: Entry) -> str | None:
    """The text of an entry without blanks around it; AnalysisError where it can be no text of ours."""
    text = (entry.text or "").strip()
    if len(text) > MAX_TEXT:
        raise AnalysisError(message("A text may have up to {limit} characters.", limit=MAX_TEXT), entry.place)
    if any(c != "\n" and unicodedata.category(c) in ("Cc", "Cs") for c in text):
        raise AnalysisError(message("The text contains control characters."), entry.place)
    return text or None


def _word(fields: Fields, name: str, place: Place) -> str:
    value = _optional(fields, name)
    if value is None:
        entry = fields.get(name)
        where = entry.place if entry else replace(place, column=name)
        raise AnalysisError(message("“{name}” is missing.", name=name), where)
    return value


def _both(fields: Fields, name: str) -> Text | None:
    zh, en = (_optional(fields, f"{name}.{language}") or "" for language in BOTH)
    return Text(zh, en) if zh or en else None


def _choice(
    fields: Fields, name: str, choices: Iterable[Choice], place: Place, default: Choice | None = None
) -> Choice:
    value = _optional(fields, name)
    if value is None and default is not None:
        return default
    if value is None:
        _word(fields, name, place)
    for choice in choices:
        if choice == value:
            return choice
    raise AnalysisError(
        message("“{value}” is unknown here; possible are: {choices}.", value=value, choices=", ".join(choices)),
        fields[name].place,
    )


def _number(fields: Fields, name: str) -> float | None:
    value = _optional(fields, name)
    if value is None:
        return None
    percent = _PERCENT.fullmatch(value)
    if not percent and not _NUMBER.fullmatch(value):
        raise AnalysisError(
            message("A number is expected here; “{value}” is none.", value=value[:40]), fields[name].place
        )
    number = float(percent[1]) / 100 if percent else float(value)
    if abs(number) >= 1e15:
        raise AnalysisError(message("The number is too large."), fields[name].place)
    return float(f"{number:.15g}")  # what a sheet can hold


def unknown(name: str, known: Iterable[str], place: Place) -> AnalysisError:
    """An error for a property that does not exist, with the one that was probably meant."""
    meant = closest(name, known)
    if meant:
        return AnalysisError(
            message("“{name}” is unknown. Did you mean “{suggestion}”?", name=name[:60], suggestion=meant), place
        )
    return AnalysisError(message("“{name}” is unknown.", name=name[:60]), place)
