"""The mapping as a form, and the form as a mapping again."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from qualityloop.analysis.datasets import DATASETS, Column, Dataset
from qualityloop.analysis.files.headers import closeness
from qualityloop.analysis.files.mapping import ColumnRule, Mapping, TableRule
from qualityloop.analysis.files.mapping_loading import parse_mapping
from qualityloop.analysis.files.mapping_text import quoted, rule_parts, rule_text
from qualityloop.analysis.messages import AnalysisError, Message, message
from qualityloop.collection.importing.looking import NAME, sample_of
from qualityloop.collection.importing.trying import Tried

AS_WRITTEN = "*"  # the choice “as written beside it”: constants, several columns, numbered, taken from events
EXAMPLES = 3
ROWS_SHOWN = 8


@dataclass(slots=True)
class Field:
    """One column of the data set in the form."""

    column: Column
    name: str
    chosen: str
    how: str
    error: Message | None = None
    examples: list[str] = field(default_factory=list)
    wrong: int = 0


@dataclass(slots=True)
class Part:
    """One table in the form. `sample` are rows of its first file, `tried` what becomes of them."""

    number: int
    table: TableRule
    fields: list[Field]
    columns: list[str]
    sample: dict[str, Any] | None
    skipped: bool = False
    problem: Message | None = None
    tried: Tried | None = None

    @property
    def dataset(self) -> Dataset:
        """What the table fills."""
        return DATASETS[self.table.dataset]

    @property
    def filled(self) -> list[Field]:
        """Columns that are filled, or have to be."""
        return [one for one in self.fields if one.chosen or one.how or one.column.required or one.error]

    @property
    def free(self) -> list[Field]:
        """Columns that are left empty."""
        filled = {id(one) for one in self.filled}
        return [one for one in self.fields if id(one) not in filled]

    @property
    def unused(self) -> list[str]:
        """Columns of the file that go nowhere."""
        used = {name for rule in self.table.columns for name in rule.sources}
        used |= {rule.take.of for rule in self.table.columns if rule.take and rule.take.of}
        return [name for name in self.columns if name not in used]

    @property
    def errors(self) -> bool:
        """Whether something must be put right before the import."""
        return not self.skipped and (self.problem is not None or any(one.error for one in self.fields))


def parts_of(mapping: Mapping, found: dict[str, Any]) -> list[Part]:
    """The form for a mapping."""
    return [_part(number, table, found) for number, table in enumerate(mapping.tables)]


def _part(number: int, table: TableRule, found: dict[str, Any]) -> Part:
    sample = sample_of(table, found)
    fields = []
    for column in DATASETS[table.dataset].columns:
        rule = table.rule(column.name)
        chosen, how = _shown(rule)
        error = None
        if rule is None and column.required:
            error = message("a value is required here")
        fields.append(Field(column, f"t{number}.{column.name}", chosen, how, error))
    return Part(number, table, fields, list(sample["columns"]) if sample else [], sample)


def _shown(rule: ColumnRule | None) -> tuple[str, str]:
    if rule is None:
        return "", ""
    if len(rule.sources) == 1:
        return rule.sources[0], ", ".join(rule_parts(rule))
    return AS_WRITTEN, rule_text(rule).removeprefix("{").removesuffix("}")


def edited(mapping: Mapping, found: dict[str, Any], posted: MappingOf[str, str]) -> tuple[Mapping, list[Part], str]:
    """The mapping as the form has it, the form with what is wrong in it, and what is wrong with the zone."""
    zone, zone_error = _zone(posted.get("zone", mapping.zone).strip(), mapping.zone)
    parts = []
    for number, table in enumerate(mapping.tables):
        parts.append(_edited(number, table, found, posted, zone))
    tables = tuple(part.table for part in parts if not part.skipped)
    return replace(mapping, zone=zone, tables=tables), parts, zone_error


def _zone(name: str, before: str) -> tuple[str, str]:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return before, name
    return name, ""


def _edited(number: int, table: TableRule, found: dict[str, Any], posted: MappingOf[str, str], zone: str) -> Part:
    wanted = posted.get(f"t{number}.dataset", table.dataset)
    if wanted not in DATASETS:
        wanted = table.dataset
    if wanted != table.dataset:
        table = _other_dataset(table, wanted, found)
        if posted.get(f"t{number}.was") != wanted:  # the form still shows the columns of the other one
            return _part(number, table, found)
    part = _part(number, table, found)
    part.skipped = f"t{number}.skip" in posted
    rules: list[ColumnRule] = []
    for one in part.fields:
        one.chosen = posted.get(one.name + ".from", one.chosen)
        one.how = posted.get(one.name + ".how", one.how).strip()
        one.error = None
        try:
            rule = _rule(table, one, zone)
        except AnalysisError as error:
            one.error = error.text
            continue
        if rule is not None:
            rules.append(rule)
        elif one.column.required:
            one.error = message("a value is required here")
    part.table = replace(table, columns=tuple(rules))
    return part


def _rule(table: TableRule, one: Field, zone: str) -> ColumnRule | None:
    if one.chosen == AS_WRITTEN or (not one.chosen and one.how):
        if not one.how:
            raise AnalysisError(message("write how the column is filled, such as constant: CRM"))
        one.chosen = AS_WRITTEN
        written = "{" + one.how + "}"
    elif not one.chosen:
        return None
    elif not one.how:
        return ColumnRule(one.column.name, (one.chosen,))
    else:
        written = "{from: " + quoted(one.chosen) + ", " + one.how + "}"
    events = "\n    events: {case: a, activity: b, time: c}" if table.events else ""
    text = (
        f"zone: {quoted(zone)}\ntables:\n  - dataset: {table.dataset}{events}\n"
        f"    columns:\n      {one.column.name}: {written}\n"
    )
    return parse_mapping(text, NAME, draft=True).tables[0].rule(one.column.name)


def _other_dataset(table: TableRule, wanted: str, found: dict[str, Any]) -> TableRule:
    """The table for another data set: columns whose names fit are filled."""
    sample = sample_of(table, found)
    free = list(sample["columns"]) if sample else []
    rules = []
    for column in DATASETS[wanted].columns:
        best = max(free, key=lambda name: closeness(name, column.name), default="")
        if best and closeness(best, column.name) > 0:
            free.remove(best)
            old = next((rule for rule in table.columns if rule.sources == (best,)), None)
            timed = column.type in ("instant", "date")
            rules.append(
                ColumnRule(column.name, (best,), formats=old.formats if old and timed else (),
                           repair=old.repair if old and timed else None)
            )  # fmt: skip
        elif column.name == "seq":
            rules.append(ColumnRule("seq", numbered=True))
    return replace(table, dataset=wanted, columns=tuple(rules), events=None)


def show_tried(part: Part, tried: Tried, language: str) -> None:
    """Put what became of the sample rows beside the columns."""
    part.tried = tried
    sources = {rule.target: rule.sources for rule in part.table.columns}
    for one in part.fields:
        shown: list[str] = []
        for values in tried.values.values():
            text = _text(values.get(one.column.name))
            if text and text not in shown:
                shown.append(text)
            if len(shown) == EXAMPLES:
                break
        one.examples = shown
        names = (one.column.name, ", ".join(sources.get(one.column.name, ())))
        one.wrong = sum(wrong.column in names for wrong in tried.wrong.values())


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "✓" if value else "✗"
    text = value.strftime("%Y-%m-%d %H:%M:%S") if hasattr(value, "strftime") else str(value)
    return text if len(text) <= 60 else text[:60] + " …"
