"""What people write down as data (score sheets, process maps, SOPs): read with every mistake, not only the first.

A file of YAML, the rows of an Excel sheet and the state of an editor on a page are read by the same code, so that the
same mistakes are found in the same words; each with its row and its path (`dimensions[1].items[2].points`).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import yaml

from qualityloop.analysis.files.yaml_nodes import Spot, read_yaml, unknown_word
from qualityloop.analysis.messages import AnalysisError, Message, Place, Text, message

MAX_BYTES = 1_000_000
MAX_TEXT = 4_000
MAX_LIST = 300
MAX_DEPTH = 12

_KEY = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_NUMBER = re.compile(r"[+-]?\d{1,12}(?:\.\d{1,6})?")
_PERCENT = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)\s*[%\uff05]")
_YES = {"yes": True, "true": True, "是": True, "no": False, "false": False, "否": False}

Entries = dict[str, Spot]


def root_of_text(text: str | bytes, file: str) -> Spot:
    """The root of a YAML file; AnalysisError where it cannot be read at all."""
    if len(text) > MAX_BYTES:
        raise AnalysisError(message("The file is larger than {limit} MB; a standard never is.", limit=1), Place(file))
    if isinstance(text, bytes):
        try:
            decoded = text.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            row = text[: error.start].count(b"\n") + 1
            raise AnalysisError(message("The file is not UTF-8; save it as UTF-8."), Place(file, row)) from None
    else:
        decoded = text
    return _not_too_deep(read_yaml(decoded, file))


def root_of_data(data: Mapping[str, Any], file: str = "") -> Spot:
    """The root of what an editor or a database holds: plain maps, lists, texts and numbers."""
    return root_of_text(json.dumps(data, ensure_ascii=False, default=str), file)


def _not_too_deep(root: Spot) -> Spot:
    level: list[Spot] = [root]
    for _ in range(MAX_DEPTH):
        level = [
            *(item for spot in level if spot.is_list for item in spot.items()),
            *(value for spot in level if spot.is_map for _, value in spot.entries()),
        ]
        if not level:
            return root
    raise AnalysisError(message("This is nested too deeply."), Place(root.file, level[0].line))


class Reading:
    """One reading: values as far as they can be used, and `faults`, every mistake with its place."""

    def __init__(self, rows: Mapping[str, Place] | None = None) -> None:
        """`rows`: where parts of the data stand when they came from a table, by their path."""
        self.faults: list[AnalysisError] = []
        self._rows = rows

    def fault(self, spot: Spot, text: Message, name: str = "") -> None:
        """Note that something is wrong at `spot`, or at its entry `name` that is not there."""
        path = ".".join(part for part in (spot.path, name) if part)
        self.faults.append(AnalysisError(text, self._place(spot, path)))

    def _place(self, spot: Spot, path: str) -> Place:
        if self._rows is None:
            return Place(spot.file or None, spot.line if spot.file else None, path or None)
        known = [key for key in self._rows if path == key or path.startswith((f"{key}.", f"{key}["))]
        return replace(self._rows[max(known, key=len)], column=path or None) if known else Place(None, None, path)

    def _caught(self, error: AnalysisError, spot: Spot) -> None:
        self.fault(replace(spot, path=error.place.column or spot.path), error.text)

    def entries(self, spot: Spot, allowed: Iterable[str]) -> Entries:
        """The values of a map; unknown names are noted and passed over."""
        known = tuple(allowed)
        try:
            found = spot.entries()
        except AnalysisError as error:
            self._caught(error, spot)
            return {}
        result: Entries = {}
        for key, value in found:
            name = str(key.node.value)
            if name in known:
                if not _empty(value):
                    result[name] = value
            else:
                self.fault(value, unknown_word(name, known))
        return result

    def items(self, parent: Spot, entries: Entries, name: str, limit: int = MAX_LIST) -> list[Spot]:
        """The members of a list; none where it is missing."""
        spot = entries.get(name)
        if spot is None:
            return []
        try:
            found = spot.items()
        except AnalysisError as error:
            self._caught(error, spot)
            return []
        if len(found) > limit:
            self.fault(spot, message("Up to {limit} are allowed here.", limit=limit))
        return found[:limit]

    def text(self, parent: Spot, entries: Entries, name: str, *, required: bool = False) -> str:
        """A text without blanks around it; empty where it is missing."""
        spot = entries.get(name)
        value = self._clean(spot) if spot is not None else ""
        if required and not value:
            self.fault(parent, message("“{name}” is missing.", name=name), name)
        return value

    def _clean(self, spot: Spot) -> str:
        try:
            value = spot.text().strip()
        except AnalysisError as error:
            self._caught(error, spot)
            return ""
        if len(value) > MAX_TEXT:
            self.fault(spot, message("A text may have up to {limit} characters.", limit=MAX_TEXT))
        if any(c not in "\n\t" and unicodedata.category(c) in ("Cc", "Cs") for c in value):
            self.fault(spot, message("The text contains control characters."))
            return ""
        return value[:MAX_TEXT]

    def key(self, parent: Spot, entries: Entries, seen: set[str]) -> str:
        """A key that is new in `seen`."""
        value = self.text(parent, entries, "key", required=True)
        if value and not _KEY.fullmatch(value):
            self.fault(
                entries["key"],
                message("“{key}” is no key: lower-case letters, digits, “-” and “_” are allowed.", key=value[:60]),
            )
        elif value in seen:
            self.fault(entries["key"], message("“{name}” is there twice.", name=value))
        seen.add(value)
        return value

    def both(self, parent: Spot, entries: Entries, name: str, *, required: bool = False) -> Text:
        """A name in two languages, or one wording for both."""
        spot = entries.get(name)
        if spot is None:
            value = Text("", "")
        elif spot.is_map:
            inner = self.entries(spot, ("zh", "en"))
            value = Text(self.text(spot, inner, "zh"), self.text(spot, inner, "en"))
        else:
            plain = self._clean(spot)
            value = Text(plain, plain)
        if required and not (value.zh or value.en):
            self.fault(parent, message("“{name}” is missing.", name=name), name)
        return value

    def number(
        self, parent: Spot, entries: Entries, name: str, *, required: bool = False, percent: bool = False
    ) -> Decimal | None:
        """A number; `percent`: 50 and 50 % are the same."""
        value = self.text(parent, entries, name, required=required)
        if not value:
            return None
        match = _PERCENT.fullmatch(value) if percent else None
        if match is None and not _NUMBER.fullmatch(value):
            self.fault(entries[name], message("A number is expected here; “{value}” is none.", value=value[:40]))
            return None
        return Decimal(match[1] if match else value)

    def choice(self, parent: Spot, entries: Entries, name: str, choices: Sequence[str], default: str = "") -> str:
        """One of `choices`."""
        value = self.text(parent, entries, name)
        if value and value not in choices:
            self.fault(
                entries[name],
                message("“{value}” is unknown here; possible are: {choices}.", value=value[:40],
                        choices=", ".join(choices)),
            )  # fmt: skip
            return default
        return value or default

    def flag(self, parent: Spot, entries: Entries, name: str, *, default: bool = False) -> bool:
        """Yes or no."""
        value = self.text(parent, entries, name).lower()
        if value and value not in _YES:
            self.fault(entries[name], message("“yes” or “no” is expected here."))
        return _YES.get(value, default)


def _empty(spot: Spot) -> bool:
    node = spot.node
    if not isinstance(node, yaml.ScalarNode):
        return False
    return (node.style is None and node.value in {"", "~", "null"}) or not str(node.value).strip()


def plain_number(value: Decimal) -> int | float:
    """A number as a data file should hold it: whole where it is whole."""
    return int(value) if value == value.to_integral_value() else float(value)


def without_empty(data: Mapping[str, Any]) -> dict[str, Any]:
    """`data` without entries that say nothing."""
    return {key: value for key, value in data.items() if value not in (None, "", [], {}, ())}


def text_data(text: Text) -> dict[str, str] | str:
    """A name as its author would write it."""
    return text.zh if text.zh == text.en else without_empty({"zh": text.zh, "en": text.en})


def dumped(data: Mapping[str, Any]) -> str:
    """`data` as YAML that a person can go on with."""
    return yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)


class _Dumper(yaml.SafeDumper):
    """Names in two languages on one line, long texts as blocks."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        return super().increase_indent(flow, False)


_ON_ONE_LINE = ({"zh"}, {"en"}, {"zh", "en"}, {"points", "name"}, {"points"})


def _map(dumper: yaml.SafeDumper, data: Mapping[str, Any]) -> yaml.Node:
    node = dumper.represent_dict(data)
    node.flow_style = set(data) in _ON_ONE_LINE and sum(len(str(v)) for v in data.values()) < 90
    return node


def _string(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, "|" if "\n" in value else None)


_Dumper.add_representer(dict, _map)
_Dumper.add_representer(str, _string)

Parse = Callable[[Spot, Reading], Any]
