"""A mapping written as YAML, explained for those who will edit it."""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence

import yaml

from qualityloop.analysis.calendar import WorkingCalendar, own_days
from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.messages import Message, message

from .mapping import ColumnRule, EventLog, Join, Mapping, TableRule, Take
from .source import ReadOptions

_HEAD = (
    message(
        "How the columns of the files become the columns of the datasets. "
        "Edit freely; docs/MAPPING.md explains every word."
    ),
    message("Times without a zone are wall clock times of this zone:"),
)
_PLAIN = re.compile(r"[^\W\d_][\w./ -]*[\w]|[^\W\d_]")
_SHOWN = 40
_SPECIAL = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})


def quoted(text: str) -> str:
    """A YAML scalar that reads back as exactly `text`."""
    if _PLAIN.fullmatch(text) and text.lower() not in _SPECIAL:
        return text
    return str(yaml.safe_dump(text, allow_unicode=True, default_style='"', width=10**9)).strip()


def mapping_to_yaml(
    mapping: Mapping,
    language: str = "zh",
    notes: Sequence[Message] = (),
    unused: MappingOf[str, Sequence[str]] | None = None,
) -> str:
    """The whole file: notes and explanations as comments, then zone, calendar and tables."""
    lines: list[str] = []
    for note in notes:
        lines += [f"# {line}" for line in note.in_language(language).splitlines()]
    if notes:
        lines.append("")
    lines += [f"# {_HEAD[0].in_language(language)}", "version: 1", f"# {_HEAD[1].in_language(language)}",
              f"zone: {quoted(mapping.zone)}"]  # fmt: skip
    if mapping.calendar:
        lines += _calendar(mapping.calendar)
    if mapping.missing:
        lines.append(f"missing: {_list(mapping.missing)}")
    lines.append("tables:")
    for table in mapping.tables:
        lines += _table(table, language, unused or {})
    return "\n".join(lines) + "\n"


def _list(values: Sequence[str]) -> str:
    return "[" + ", ".join(quoted(value) for value in values) + "]"


def _one_or_list(values: Sequence[str]) -> str:
    return quoted(values[0]) if len(values) == 1 else _list(values)


def _table(table: TableRule, language: str, unused: MappingOf[str, Sequence[str]]) -> list[str]:
    dataset = DATASETS[table.dataset]
    lines = [
        f"  - dataset: {table.dataset}  # {dataset.label.in_language(language)}",
        f"    files: {_list(table.files)}",
    ]
    if table.read != ReadOptions():
        lines.append(f"    read: {_read(table.read)}")
    if table.events:
        lines.append(f"    events: {_events(table.events)}")
    if table.joins:
        lines += ["    join:", *(f"      - {_join(join)}" for join in table.joins)]
    for key, filters in (("only", table.only), ("except", table.excluding)):
        if filters:
            inner = ", ".join(f"{quoted(column)}: {_list(values)}" for column, values in filters)
            lines.append(f"    {key}: {{{inner}}}")
    lines.append("    columns:" if table.columns else "    columns: {}")
    for rule in table.columns:
        column = dataset.column(rule.target)
        label = column.label.in_language(language) if column else ""
        lines.append(
            f"      {rule.target}: {rule_text(rule)}  # {label}{f' – {rule.remark}' if rule.remark else ''}".rstrip()
        )
    missing = [c for c in dataset.columns if c.required and table.rule(c.name) is None]
    lines += [
        f"      # {c.name}: …  # {c.label.in_language(language)} – {message('required').in_language(language)}"
        for c in missing
    ]
    rest = [name for file, names in unused.items() if file.startswith(table.files[0]) for name in names]
    if rest:
        said = message(
            "not used: {columns}", columns=", ".join(rest[:_SHOWN]) + (" …" if len(rest) > _SHOWN else "")
        ).in_language(language)
        lines.append(f"      # {said}")
    return lines


def rule_text(rule: ColumnRule) -> str:
    """How a column is filled, as it stands behind its name."""
    parts = rule_parts(rule)
    if not parts and len(rule.sources) == 1:
        return quoted(rule.sources[0])
    first = [f"from: {_one_or_list(rule.sources)}"] if rule.sources else []
    return "{" + ", ".join([*first, *parts]) + "}"


def rule_parts(rule: ColumnRule) -> list[str]:
    """Everything about a column but where it comes from, as `key: value`."""
    parts: list[str] = []
    if rule.joiner != " ":
        parts.append(f'join: "{rule.joiner}"')
    if rule.constant is not None:
        parts.append(f"constant: {quoted(rule.constant)}")
    if rule.take:
        parts += _take(rule.take)
    if rule.numbered:
        parts.append("numbered: true")
    if rule.formats:
        parts.append(f"format: {_one_or_list(rule.formats)}")
    for key, value, usual in (
        ("zone", rule.zone, None),
        ("repair", rule.repair, None),
        ("otherwise", rule.otherwise, "keep"),
        ("decimal", rule.decimal, "."),
        ("bad", rule.bad, "reject"),
    ):
        if value is not None and value != usual:
            parts.append(f"{key}: {quoted(value)}")
    if rule.values:
        parts.append("values: {" + ", ".join(f"{quoted(given)}: {quoted(value)}" for given, value in rule.values) + "}")
    for key, words in (("missing", rule.missing), ("true", rule.true_words), ("false", rule.false_words)):
        if words:
            parts.append(f"{key}: {_list(words)}")
    if rule.factor is not None:
        parts.append(f"factor: {rule.factor!r}")
    return parts


def _take(take: Take) -> list[str]:
    parts = [f"take: {take.what}"]
    parts += [f"of: {quoted(take.of)}"] if take.of else []
    parts += [f"activity: {_list(take.activity)}"] if take.activity else []
    parts += [f"after: {_list(take.after)}"] if take.after else []
    parts += ["final: true"] if take.final else []
    return parts


def _events(log: EventLog) -> str:
    seq = f", seq: {quoted(log.seq)}" if log.seq else ""
    return f"{{case: {quoted(log.case)}, activity: {quoted(log.activity)}, time: {rule_text(log.time)}{seq}}}"


def _join(join: Join) -> str:
    on = ", ".join(f"{quoted(left)}: {quoted(right)}" for left, right in join.on)
    read = f", read: {_read(join.read)}" if join.read != ReadOptions() else ""
    return f"{{name: {quoted(join.name)}, files: {_list(join.files)}, on: {{{on}}}{read}}}"


def _read(read: ReadOptions) -> str:
    parts = [
        f"{key}: {quoted(str(value))}"
        for key, value in (("encoding", read.encoding),
                           ("delimiter", "tab" if read.delimiter == "\t" else read.delimiter),
                           ("sheet", read.sheet), ("header_row", read.header_row), ("explode", read.explode))
        if value is not None
    ]  # fmt: skip
    return "{" + ", ".join(parts) + "}"


def _calendar(calendar: WorkingCalendar) -> list[str]:
    def hours(pairs: Sequence[Sequence[str]]) -> str:
        return "[" + ", ".join(f'"{start}-{end}"' for start, end in pairs) + "]"

    holidays, workdays = own_days(calendar)
    lines = ["calendar:", *([f"  use: {calendar.public}"] if calendar.public else []), "  week:"]
    lines += [f"    {day}: {hours(pairs)}" for day, pairs in sorted(calendar.week.items())]
    if holidays:
        lines.append("  holidays: [" + ", ".join(day.isoformat() for day in holidays) + "]")
    if workdays:
        lines.append("  workdays:")
        lines += [f"    {day.isoformat()}: {hours(pairs)}" for day, pairs in workdays.items()]
    return lines
