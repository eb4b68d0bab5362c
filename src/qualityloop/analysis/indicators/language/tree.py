"""The parts that a formula consists of. Every node knows which characters of the text it came from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal as OneOf


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of the text: characters `start` up to, not including, `end`; `depth` levels below it."""

    start: int
    end: int
    depth: int


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A value that was written out."""

    value: bool | int | float | str | date


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A column."""

    name: str


@dataclass(frozen=True, slots=True)
class Negative(Node):
    """Minus something."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Chain(Node):
    """`first` and then operators of one rank, from left to right: a + b - c, or a * b / c."""

    first: Node
    rest: tuple[tuple[OneOf["+", "-", "*", "/"], Node], ...]


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """One comparison."""

    left: Node
    operator: OneOf["=", "<>", "<", "<=", ">", ">="]
    right: Node


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """Conditions joined by AND, or by OR."""

    operator: OneOf["AND", "OR"]
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not(Node):
    """The opposite of a condition."""

    operand: Node


@dataclass(frozen=True, slots=True)
class IsNull(Node):
    """Whether a value is missing (or, negated, present)."""

    operand: Node
    negated: bool


@dataclass(frozen=True, slots=True)
class In(Node):
    """Whether a value is one of those listed."""

    operand: Node
    values: tuple[Literal, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Between(Node):
    """Whether a value lies between two others, both included."""

    operand: Node
    low: Node
    high: Node
    negated: bool


@dataclass(frozen=True, slots=True)
class Like(Node):
    """Whether a text matches a pattern with % (anything) and _ (one character)."""

    operand: Node
    pattern: Literal
    negated: bool


@dataclass(frozen=True, slots=True)
class Contains(Node):
    """Whether one of several words stands in a text, every character meaning itself."""

    operand: Node
    words: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function with its arguments."""

    name: str
    arguments: tuple[Node, ...]


def children(node: Node) -> tuple[Node, ...]:  # noqa: PLR0911 - a branch per kind of node
    """The nodes directly below `node`."""
    match node:
        case Negative() | Not() | IsNull():
            return (node.operand,)
        case Chain():
            return (node.first, *(operand for _, operand in node.rest))
        case Compare():
            return (node.left, node.right)
        case Logic():
            return node.operands
        case In():
            return (node.operand, *node.values)
        case Between():
            return (node.operand, node.low, node.high)
        case Like():
            return (node.operand, node.pattern)
        case Contains():
            return (node.operand, *node.words)
        case Call():
            return node.arguments
    return ()


def walk(node: Node) -> Iterator[Node]:
    """`node` and everything below it."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(children(node))
