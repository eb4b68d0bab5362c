"""YAML with the place of every value kept, so that a mistake can be shown where it stands.

Every plain value is read as the text that was written: `no`, `2026-01-01` and `1.0` stay what the author typed.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import yaml

from qualityloop.analysis.messages import AnalysisError, Message, Place, message


@dataclass(frozen=True, slots=True)
class Spot:
    """A value in a YAML file and the way to it."""

    node: yaml.Node
    file: str
    path: str = ""

    def fail(self, text: Message) -> AnalysisError:
        """The error to raise about this value."""
        return AnalysisError(text, Place(self.file, self.node.start_mark.line + 1, self.path or None))

    @property
    def line(self) -> int:
        return int(self.node.start_mark.line) + 1

    @property
    def is_map(self) -> bool:
        return isinstance(self.node, yaml.MappingNode)

    @property
    def is_list(self) -> bool:
        return isinstance(self.node, yaml.SequenceNode)

    def text(self) -> str:
        """A plain value."""
        if not isinstance(self.node, yaml.ScalarNode):
            raise self.fail(message("a plain value is expected here"))
        if self.node.style is None and self.node.value in {"", "~", "null"}:
            raise self.fail(message("a value is missing here"))
        return str(self.node.value)

    def texts(self) -> tuple[str, ...]:
        """A plain value or a list of them."""
        return tuple(item.text() for item in self.items()) if self.is_list else (self.text(),)

    def items(self) -> list[Spot]:
        """The members of a list."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.fail(message("a list is expected here"))
        return [Spot(node, self.file, f"{self.path}[{n}]") for n, node in enumerate(self.node.value, 1)]

    def entries(self) -> list[tuple[Spot, Spot]]:
        """The keys and values of a map, each key once."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.fail(message("a map (key: value) is expected here"))
        found: list[tuple[Spot, Spot]] = []
        seen: set[str] = set()
        for key_node, value_node in self.node.value:
            key = Spot(key_node, self.file, self.path)
            name = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else key.text()
            if name in seen:
                raise key.fail(message("“{name}” stands here twice", name=name))
            seen.add(name)
            found.append((key, Spot(value_node, self.file, f"{self.path}.{name}" if self.path else name)))
        return found

    def keys(self, allowed: Iterable[str]) -> dict[str, Spot]:
        """The values of a map whose keys are all among `allowed`."""
        known = tuple(allowed)
        result: dict[str, Spot] = {}
        for key, value in self.entries():
            name = str(key.node.value)
            if name not in known:
                raise key.fail(unknown_word(name, known))
            result[name] = value
        return result

    def one_of(self, allowed: Iterable[str]) -> str:
        """A plain value among `allowed`."""
        known = tuple(allowed)
        value = self.text()
        if value not in known:
            raise self.fail(unknown_word(value, known))
        return value


def unknown_word(word: str, known: Iterable[str]) -> Message:
    """That `word` is not understood, with the nearest one that would be."""
    known = tuple(known)
    near = difflib.get_close_matches(word, known, 1, 0.6)
    if near:
        return message("“{word}” is not known here; did you mean “{near}”?", word=word, near=near[0])
    return message("“{word}” is not known here; known are: {known}", word=word, known=", ".join(known))


def _line(mark: Any) -> int | None:
    return int(mark.line) + 1 if mark else None


def read_yaml(text: str, file: str) -> Spot:
    """The root of a YAML text; anchors and aliases are refused (they can unfold to gigabytes)."""
    try:
        for event in yaml.parse(text, yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise AnalysisError(message("aliases (*name) are not read"), Place(file, _line(event.start_mark)))
        node = yaml.compose(text, yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise AnalysisError(
            message("this is no YAML: {reason}", reason=error.problem or error.context or ""),
            Place(file, _line(mark)),
        ) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise AnalysisError(
            message("this is no YAML: {reason}", reason=str(error).splitlines()[0]), Place(file)
        ) from error
    if node is None:
        raise AnalysisError(message("the file is empty"), Place(file))
    return Spot(node, file)
