"""Standards as YAML: read with the place of every entry, written so that a person can go on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import yaml

from qualityloop.analysis.indicators.draft import BILINGUAL, BOTH, FIELDS, HEAD, Draft, Entry, Fields, unknown
from qualityloop.analysis.indicators.standard import Indicator, Standard
from qualityloop.analysis.messages import AnalysisError, Place, Text, message

MAX_BYTES = 1_000_000
MAX_DEPTH = 8

_SIMPLE = tuple(f.name for f in FIELDS if "." not in f.name)
_PER = ("dataset", "period", "where", "formula")
_TOP = (*HEAD, "dimensions", "headline", "remove", "indicators")
_IN_INDICATOR = tuple(dict.fromkeys(f.name.split(".")[0] for f in FIELDS))


class _Loader(yaml.SafeLoader):
    """Builds nodes only, no objects; refuses what can blow up."""

    file: str | None = None
    level = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        row = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            raise AnalysisError(message("References (*) are not allowed here; write it out."), Place(self.file, row))
        if self.level >= MAX_DEPTH:
            raise AnalysisError(message("This is nested too deeply."), Place(self.file, row))
        self.level += 1
        node = super().compose_node(parent, index)
        self.level -= 1
        return node


def read_yaml(data: bytes, file: str | None) -> Draft:
    """The entries of a YAML file; AnalysisError with the row where it cannot be read."""
    if len(data) > MAX_BYTES:
        raise AnalysisError(message("The file is larger than {limit} MB; a standard never is.", limit=1), Place(file))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        raise AnalysisError(message("The file is not UTF-8; save it as UTF-8."), Place(file, row)) from None
    node = _compose(text, file)
    if node is None:
        raise AnalysisError(message("The file is empty."), Place(file))
    return _draft(_mapping(node, _TOP, Place(file)), Place(file))


def _compose(text: str, file: str | None) -> yaml.Node | None:
    loader: _Loader | None = None
    try:
        loader = _Loader(text)
        loader.file = file
        node: yaml.Node | None = loader.get_single_node()
    except yaml.reader.ReaderError as error:
        row = text[: error.position].count("\n") + 1
        raise AnalysisError(message("The text contains control characters."), Place(file, row)) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = Place(file, mark.line + 1 if mark else None)
        line = text.splitlines()[mark.line] if mark and mark.line < len(text.splitlines()) else ""
        if mark and "\t" in line[: mark.column + 1]:
            raise AnalysisError(message("Tabs are not allowed in YAML; indent with blanks."), where) from None
        raise AnalysisError(message("This is not valid YAML: {problem}.", problem=error.problem or ""), where) from None
    finally:
        if loader is not None:
            loader.dispose()
    return node


def _place(node: yaml.Node, place: Place, column: str | None = None) -> Place:
    return Place(place.file, node.start_mark.line + 1, column if column is not None else place.column)


def _wrong(node: yaml.Node, place: Place, wanted: str) -> AnalysisError:
    sentences = {
        "mapping": message("Here “name: value” lines are expected."),
        "list": message("Here a list is expected, each item beginning with “-”."),
        "scalar": message("Here a single value is expected."),
    }
    return AnalysisError(sentences[wanted], _place(node, place))


def _mapping(node: yaml.Node, known: tuple[str, ...] | None, place: Place) -> dict[str, yaml.Node]:
    """The entries of a mapping; unknown and repeated keys are errors."""
    if not isinstance(node, yaml.MappingNode):
        raise _wrong(node, place, "mapping")
    found: dict[str, yaml.Node] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _wrong(key, place, "scalar")
        name = str(key.value)
        if name in found:
            raise AnalysisError(message("“{name}” is there twice.", name=name[:60]), _place(key, place, name[:60]))
        if known is not None and name not in known:
            raise unknown(name, known, _place(key, place, name[:60]))
        found[name] = value
    return found


def _items(node: yaml.Node, place: Place) -> list[yaml.Node]:
    if _is_null(node):
        return []
    if not isinstance(node, yaml.SequenceNode):
        raise _wrong(node, place, "list")
    return list(node.value)


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _entry(node: yaml.Node, place: Place) -> Entry:
    if not isinstance(node, yaml.ScalarNode):
        raise _wrong(node, place, "scalar")
    return Entry(None if _is_null(node) else str(node.value), _place(node, place), node.style == "|")


def _both(node: yaml.Node, name: str, place: Place) -> Fields:
    """A name in two languages, or one wording for both."""
    if isinstance(node, yaml.ScalarNode):
        entry = _entry(node, place)
        return {name: entry} if entry.text is None else {f"{name}.{language}": entry for language in BOTH}
    return {
        f"{name}.{language}": _entry(value, replace(place, column=f"{name}.{language}"))
        for language, value in _mapping(node, BOTH, place).items()
    }


def _draft(top: dict[str, yaml.Node], place: Place) -> Draft:
    draft = Draft(place)
    for name in HEAD:
        if name in top:
            at = replace(place, column=name)
            draft.head |= _both(top[name], name, at) if name == "name" else {name: _entry(top[name], at)}
    if "dimensions" in top:
        at = replace(place, column="dimensions")
        for key, node in _mapping(top["dimensions"], None, at).items():
            draft.dimensions[key] = _both(node, "name", _place(node, place, f"dimensions.{key[:60]}"))
    for name in ("headline", "remove"):
        if name in top:
            at = replace(place, column=name)
            entries = [_entry(item, at) for item in _items(top[name], at)]
            if name == "remove":
                draft.remove = entries
            else:
                draft.headline = entries
    if "indicators" in top:
        at = replace(place, column="indicators")
        for item in _items(top["indicators"], at):
            draft.add(_fields(item, place), _place(item, place))
    return draft


def _fields(node: yaml.Node, place: Place) -> Fields:
    fields: Fields = {}
    for name, value in _mapping(node, _IN_INDICATOR, place).items():
        at = replace(place, column=name)
        if name in BILINGUAL:
            fields |= _both(value, name, at)
        elif name != "per" or _is_null(value):
            fields[name] = _entry(value, at)
        else:
            for part, inner in _mapping(value, _PER, at).items():
                fields[f"per.{part}"] = _entry(inner, replace(place, column=f"per.{part}"))
    return fields


def standard_to_yaml(standard: Standard) -> str:
    """The standard as a YAML file that `load_standard` reads back to an equal one."""
    content: dict[str, Any] = {"key": standard.key, "version": standard.version, "name": _written(standard.name)}
    if standard.problem_target != 3:
        content["problem_target"] = standard.problem_target
    content["dimensions"] = {key: _written(name) for key, name in standard.dimensions.items()}
    if standard.headline:
        content["headline"] = list(standard.headline)
    content["indicators"] = [_indicator(i) for i in standard.indicators]
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=110)


def _written(text: Text) -> str | dict[str, str]:
    if text.zh == text.en:
        return text.zh
    return {language: words for language, words in (("zh", text.zh), ("en", text.en)) if words}


def _indicator(indicator: Indicator) -> dict[str, Any]:
    written: dict[str, Any] = {}
    for name in _IN_INDICATOR:
        value = getattr(indicator, name)
        if value is None or (name == "kind" and value == "other"):
            continue
        if isinstance(value, Text):
            written[name] = _written(value)
        elif name == "per":
            written[name] = {part: getattr(value, part) for part in _PER if getattr(value, part) is not None}
        elif isinstance(value, float):
            written[name] = int(value) if value.is_integer() else value
        else:
            written[name] = value
    return written
