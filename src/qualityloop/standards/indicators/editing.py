"""What the editor's templates show: fields with their values, faults and choices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.indicators.draft import FIELDS
from qualityloop.analysis.indicators.language import FormulaError, parse_condition, parse_formula
from qualityloop.analysis.messages import Text
from qualityloop.standards.indicators.content import LABELS
from qualityloop.standards.indicators.words import BETTER_WORDS, KIND_WORDS, UNIT_WORDS
from qualityloop.standards.versions.kinds import Fault
from qualityloop.standards.versions.models import Content

Choices = tuple[tuple[str, str], ...]
WIDTH = {"word": "narrow", "number": "number", "text": "wide", "formula": "formula"}
KINDS = {field.name: field.kind for field in FIELDS}


@dataclass(frozen=True, slots=True)
class Field:
    """One input: its name in the form, what stands in it, what is wrong with it, and what may be chosen."""

    name: str
    label: str
    value: str
    fault: str
    width: str
    choices: Choices = ()
    dataset: str = ""  # for formulas: which data set's columns are offered
    long: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    place: int
    key: str
    name: str
    headline: bool
    fields: tuple[Field, ...]


GROUPS: tuple[tuple[Text, tuple[str, ...]], ...] = (
    (
        Text("名称与口径", "Name and definition"),
        ("key", "dimension", "name.zh", "name.en", "definition.zh", "definition.en"),
    ),
    (Text("怎么算", "How it is counted"), ("dataset", "period", "where", "formula", "unit", "better", "kind")),
    (Text("基准、目标与预警", "Baseline, target, warning"), ("baseline", "target", "warning")),
    (
        Text("来源、责任与范围", "Source, owner, scope"),
        ("source.zh", "source.en", "owner.zh", "owner.en", "scope.zh", "scope.en"),
    ),
    (
        Text("另一数据表作分母（如每百单投诉）", "Divided by a count of another data set (complaints per ticket)"),
        ("per.dataset", "per.period", "per.where", "per.formula"),
    ),
)


def columns_of(language: str) -> tuple[str, ...]:
    """Columns that the table itself lets one edit, names and owners in the language of the page."""
    word = "zh" if language.startswith("zh") else "en"
    return (
        f"name.{word}", "dimension", "baseline", "target", "warning", "unit", "better", "where", "formula",
        f"owner.{word}",
    )  # fmt: skip


def labels(names: Sequence[str], language: str) -> list[tuple[str, str]]:
    """Heads of columns, with the width class."""
    return [(LABELS[name].in_language(language), WIDTH[KINDS[name]]) for name in names]


def said(faults: Sequence[Fault], language: str) -> dict[str, str]:
    """Faults by their path, several of one place joined."""
    found: dict[str, list[str]] = {}
    for fault in faults:
        found.setdefault(fault.field, []).append(fault.text.in_language(language))
    return {path: " ".join(texts) for path, texts in found.items()}


def table_rows(content: Content, faults: Mapping[str, str], language: str) -> list[Row]:
    """The table with inputs."""
    columns = columns_of(language)
    choices = choices_of(content, language)
    headline = content.get("headline", [])
    rows = []
    for place, row in enumerate(content.get("indicators", [])):
        key = row.get("key", "")
        path = f"indicators.{place}."
        fields = tuple(_field(f"i-{place}-", path, name, row, faults, choices, language) for name in columns)
        name = Text(row.get("name.zh", ""), row.get("name.en", "")).in_language(language) or key
        rows.append(Row(place, key, name, key in headline, fields))
    return rows


def row_groups(
    content: Content, row: Mapping[str, str], place: int, faults: Mapping[str, str], language: str
) -> list[tuple[str, list[Field]]]:
    """Every field of one indicator, in groups."""
    choices = choices_of(content, language, row)
    path = f"indicators.{place}."
    return [
        (title.in_language(language), [_field("", path, name, row, faults, choices, language) for name in names])
        for title, names in GROUPS
    ]


def _field(  # noqa: PLR0917 - one thing after the other, called in two places
    prefix: str,
    path: str,
    name: str,
    row: Mapping[str, str],
    faults: Mapping[str, str],
    choices: Mapping[str, Choices],
    language: str,
) -> Field:
    dataset = row.get("per.dataset" if name.startswith("per.") else "dataset", "")
    value = row.get(name, "")
    offered = choices.get(name, ())
    if offered and value and value not in dict(offered):
        offered = (*offered, (value, value))  # what was typed or imported stays, and is said to be wrong
    return Field(
        name=f"{prefix}{name}",
        label=LABELS[name].in_language(language),
        value=value,
        fault=faults.get(f"{path}{name}", ""),
        width=WIDTH[KINDS[name]],
        choices=(("", "–"), *offered) if offered else (),
        dataset=dataset if KINDS[name] == "formula" else "",
        long=name.startswith("definition."),
    )


def choices_of(content: Content, language: str, row: Mapping[str, str] | None = None) -> dict[str, Choices]:
    """What the selecting fields offer."""
    dimensions = tuple(
        (str(d.get("key", "")), Text(d.get("zh", ""), d.get("en", "")).in_language(language) or str(d.get("key", "")))
        for d in content.get("dimensions", [])
        if d.get("key")
    )
    datasets = tuple((name, f"{d.label.in_language(language)} ({name})") for name, d in DATASETS.items())
    found: dict[str, Choices] = {
        "dimension": dimensions,
        "unit": _choices(UNIT_WORDS, language),
        "better": _choices(BETTER_WORDS, language),
        "kind": _choices(KIND_WORDS, language),
        "dataset": datasets,
        "per.dataset": datasets,
    }
    if row is not None:
        found["period"] = _instants(row.get("dataset", ""), language)
        found["per.period"] = _instants(row.get("per.dataset", ""), language)
    return found


def _choices(words: Mapping[str, Text], language: str) -> Choices:
    return tuple((key, text.in_language(language)) for key, text in words.items())


def _instants(dataset: str, language: str) -> Choices:
    if dataset not in DATASETS:
        names = dict.fromkeys(name for d in DATASETS.values() for name in d.instants)
        return tuple((name, name) for name in names)
    return tuple(
        (c.name, f"{c.label.in_language(language)} ({c.name})")
        for c in DATASETS[dataset].columns
        if c.type == "instant"
    )


def explained(row: Mapping[str, str], language: str) -> dict[str, str]:
    """Formula and condition of a row in plain words, as far as they are right."""
    found = {}
    for prefix in ("", "per."):
        dataset = DATASETS.get(row.get(f"{prefix}dataset", ""))
        if dataset is None:
            continue
        for name in ("where", "formula"):
            text = row.get(f"{prefix}{name}", "")
            if not text:
                continue
            try:
                made: Any = parse_condition(text, dataset) if name == "where" else parse_formula(text, dataset)
            except FormulaError:
                continue
            found[f"{prefix}{name}"] = made.explain(language)
    return found
