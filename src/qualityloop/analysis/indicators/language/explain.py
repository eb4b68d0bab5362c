"""A formula in plain words."""

from __future__ import annotations

import re
from datetime import date

from qualityloop.analysis.datasets import Dataset
from qualityloop.analysis.datasets.values import known_value
from qualityloop.analysis.indicators.language.aggregates import quantile_of
from qualityloop.analysis.indicators.language.tree import (
    Between,
    Call,
    Chain,
    Compare,
    Contains,
    In,
    IsNull,
    Like,
    Literal,
    Logic,
    Name,
    Negative,
    Node,
    Not,
)
from qualityloop.analysis.messages import Message, message

_BEFORE_MARK = re.compile("(?: (?=[\uff0c\u3002\u3001\uff09]))|(?:(?<=[\uff08\uff0c]) )")
_SIGNS = {"+": "+", "-": "−", "*": "×", "/": "÷"}


def explain_row(node: Node, dataset: Dataset, language: str) -> str:
    """What a row must be like, or which number of it is meant."""
    return _spaced(_Words(dataset, language).row(node))


def explain_aggregate(node: Node, dataset: Dataset, language: str) -> str:
    """What a formula counts: one sentence."""
    words = _Words(dataset, language)
    sentence = words.aggregate(node)
    return _spaced(words.say(message("{sentence}.", sentence=sentence[:1].upper() + sentence[1:])))


def _spaced(words: str) -> str:
    """One blank between Chinese and figures, none before Chinese punctuation."""
    return _BEFORE_MARK.sub("", re.sub(" {2,}", " ", words)).strip()


class _Words:
    def __init__(self, dataset: Dataset, language: str) -> None:
        self.dataset = dataset
        self.language = language
        self.rows = dataset.label.zh if language.startswith("zh") else dataset.label.en.lower()

    def say(self, text: Message) -> str:
        return text.in_language(self.language)

    def column(self, name: str) -> str:
        column = self.dataset.column(name)
        return self.say(message("“{name}”", name=column.label)) if column else name

    def listed(self, parts: list[str], last: Message) -> str:
        comma = self.say(message(", "))
        return parts[0] if len(parts) == 1 else comma.join(parts[:-1]) + self.say(last) + parts[-1]

    def literal(self, value: bool | int | float | str | date, column: str = "") -> str:
        if isinstance(value, bool):
            return self.say(message("yes") if value else message("no"))
        if isinstance(value, str):
            return self.say(message("“{name}”", name=known_value(column, value) or value))
        written = f"{value:g}" if isinstance(value, float) else str(value)
        return f" {written} " if self.language.startswith("zh") else written

    def inner(self, node: Node) -> str:
        """A part of a condition or calculation, in parentheses where it is itself one."""
        words = self.row(node)
        return self.say(message("({words})", words=words)) if isinstance(node, Logic | Chain) else words

    def row(self, node: Node) -> str:  # noqa: PLR0911 - a branch per kind of node
        match node:
            case Literal():
                return self.literal(node.value)
            case Name():
                column = self.dataset.column(node.name)
                words = self.column(node.name)
                if column and column.type == "boolean":
                    return self.say(message("{column} is {value}", column=words, value=message("yes")))
                return words
            case Negative():
                return f"−{self.inner(node.operand)}"
            case Chain():
                return self.chain(self.inner(node.first), [(sign, self.inner(o)) for sign, o in node.rest])
            case Logic():
                joint = message(" and ") if node.operator == "AND" else message(" or ")
                return self.say(joint).join([self.inner(o) for o in node.operands])
            case Not(operand=Name() as name):
                return self.say(message("{column} is {value}", column=self.column(name.name), value=message("no")))
            case Not():
                return self.say(message("it is not so that {condition}", condition=self.inner(node.operand)))
            case Compare():
                return self.compare(node)
        return self.asked(node)

    def chain(self, first: str, rest: list[tuple[str, str]]) -> str:
        return first + "".join([f" {_SIGNS[sign]} {operand}" for sign, operand in rest])

    def plain(self, node: Node, beside: Node | None = None) -> str:
        """A value; columns of yes and no by their names, values as the column beside them calls them."""
        if isinstance(node, Literal) and isinstance(beside, Name):
            return self.literal(node.value, beside.name)
        return self.column(node.name) if isinstance(node, Name) else self.inner(node)

    def compare(self, node: Compare) -> str:
        one, other = self.plain(node.left, node.right), self.plain(node.right, node.left)
        templates = {
            "=": message("{one} is {other}", one=one, other=other),
            "<>": message("{one} is not {other}", one=one, other=other),
            "<": message("{one} is less than {other}", one=one, other=other),
            "<=": message("{one} is at most {other}", one=one, other=other),
            ">": message("{one} is more than {other}", one=one, other=other),
            ">=": message("{one} is at least {other}", one=one, other=other),
        }
        return self.say(templates[node.operator])

    def asked(self, node: Node) -> str:
        """Conditions that are written with words: IS NULL, IN, BETWEEN, LIKE."""
        match node:
            case IsNull():
                value = self.plain(node.operand)
                return self.say(
                    message("{value} is known", value=value)
                    if node.negated
                    else message("{value} is not known", value=value)
                )
            case In():
                value = self.plain(node.operand)
                column = node.operand.name if isinstance(node.operand, Name) else ""
                values = self.listed([self.literal(v.value, column) for v in node.values], message(" or "))
                return self.say(
                    message("{value} is not {values}", value=value, values=values)
                    if node.negated
                    else message("{value} is {values}", value=value, values=values)
                )
            case Between():
                value, low, high = self.plain(node.operand), self.plain(node.low), self.plain(node.high)
                return self.say(
                    message("{value} is not between {low} and {high}", value=value, low=low, high=high)
                    if node.negated
                    else message("{value} is between {low} and {high}", value=value, low=low, high=high)
                )
            case Contains():
                words = self.listed([self.literal(word.value) for word in node.words], message(" or "))
                return self.say(message("{value} contains {words}", value=self.plain(node.operand), words=words))
            case Like():
                value, pattern = self.plain(node.operand), self.row(node.pattern)
                return self.say(
                    message("{value} does not look like {pattern}", value=value, pattern=pattern)
                    if node.negated
                    else message("{value} looks like {pattern}", value=value, pattern=pattern)
                )
        raise TypeError(f"no words for {node!r}")

    def aggregate(self, node: Node) -> str:
        match node:
            case Literal():
                return self.literal(node.value)
            case Negative():
                return f"−{self.bracketed(node.operand)}"
            case Chain():
                return self.chain(self.bracketed(node.first), [(sign, self.bracketed(o)) for sign, o in node.rest])
            case Call():
                return self.call(node)
        raise TypeError(f"no words for {node!r}")

    def bracketed(self, node: Node) -> str:
        words = self.aggregate(node)
        return words if isinstance(node, Literal) else self.say(message("({words})", words=words))

    def call(self, call: Call) -> str:
        rows = self.rows
        if call.name == "ratio":
            one, other = (self.aggregate(a) for a in call.arguments)
            return self.say(message("{one} divided by {other}", one=one, other=other))
        if call.name == "count" and not call.arguments:
            return self.say(message("number of {rows}", rows=rows))
        x = self.plain(call.arguments[0]) if call.name != "share" else self.row(call.arguments[0])
        if call.name == "share":
            if len(call.arguments) == 1:
                return self.say(
                    message(
                        "share of {rows} where {condition}, among those where this is known", rows=rows, condition=x
                    )
                )
            among = self.inner(call.arguments[1])
            return self.say(
                message(
                    "share of {rows} where {condition}, among those where {among} and this is known",
                    rows=rows,
                    condition=x,
                    among=among,
                )
            )
        if call.name == "quantile":
            return self.say(message("percentile {percent} of {x}", percent=f"{100 * quantile_of(call):g}", x=x))
        templates = {
            "count": message("number of {rows} where {x} is known", rows=rows, x=x),
            "mean": message("mean of {x}", x=x),
            "sum": message("sum of {x}", x=x),
            "min": message("smallest {x}", x=x),
            "max": message("largest {x}", x=x),
            "median": message("median of {x}", x=x),
            "nps": message("percentage of 9 and 10 minus percentage of 0 to 6 in {x}", x=x),
        }
        return self.say(templates[call.name])
