"""Whether a tree makes sense for a dataset: known columns, fitting types, functions in their places."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal as OneOf

from qualityloop.analysis.datasets import Dataset
from qualityloop.analysis.indicators.language.errors import FormulaError, closest
from qualityloop.analysis.indicators.language.functions import FUNCTIONS, OTHER_NAMES, Argument
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
    children,
)
from qualityloop.analysis.messages import Message, gettext_noop, message

Type = OneOf["number", "text", "boolean", "date", "instant"]

TYPE_NAMES: dict[Type, Message] = {
    "number": Message(gettext_noop("a number")),
    "text": Message(gettext_noop("a text")),
    "boolean": Message(gettext_noop("true or false")),
    "date": Message(gettext_noop("a date")),
    "instant": Message(gettext_noop("a point in time")),
}


def check_condition(node: Node, dataset: Dataset) -> None:
    """FormulaError unless `node` is true or false for a row of `dataset`."""
    _expect(node, dataset, "boolean")


def check_aggregate(node: Node, dataset: Dataset) -> None:
    """FormulaError unless `node` is one number for many rows of `dataset`."""
    if not any(isinstance(part, Call) for part in _outer(node)):
        names = [part for part in _outer(node) if isinstance(part, Name)]
        raise _not_aggregated(names[0] if names else node)
    _check_outer(node, dataset)


def column_type(name: str, dataset: Dataset) -> Type:
    """The type of a column, whole numbers being numbers."""
    column = dataset.column(name)
    if column is None:
        raise KeyError(name)
    return "number" if column.type == "integer" else column.type


def _fail(node: Node, problem: Message, suggestion: str | None = None) -> FormulaError:
    return FormulaError(problem, node.start, node.end - node.start, suggestion)


def _outer(node: Node) -> Iterator[Node]:
    """Nodes outside every function call, the calls themselves included."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, Call):
            waiting.extend(children(node))


def _not_aggregated(node: Node) -> FormulaError:
    if isinstance(node, Name):
        return _fail(
            node,
            message("“{name}” stands outside a function; a formula sums up many rows.", name=node.name),
            f"mean({node.name})",
        )
    return _fail(node, message("A formula needs a function such as count() or share(…)."))


def _check_outer(node: Node, dataset: Dataset) -> None:
    match node:
        case Call():
            _check_call(node, dataset)
        case Chain() | Negative():
            for child in children(node):
                _check_outer(child, dataset)
        case Literal(value=bool() | str() | date()):
            raise _fail(node, message("Only numbers can be calculated with here."))
        case Literal():
            pass
        case Name():
            raise _not_aggregated(node)
        case _:
            raise _fail(
                node, message("A condition stands outside a function; its share is wanted, perhaps."), "share(…)"
            )


def _check_call(call: Call, dataset: Dataset) -> None:
    function = FUNCTIONS.get(call.name)
    if function is None:
        raise _unknown_function(call)
    most = len(function.arguments)
    least = most - function.optional
    if not least <= len(call.arguments) <= most:
        raise _fail(call, message("{name} is used as {usage}.", name=call.name, usage=function.usage))
    for argument, wanted in zip(call.arguments, function.arguments, strict=False):
        _check_argument(call, argument, wanted, dataset)


def _unknown_function(call: Call) -> FormulaError:
    suggestion = OTHER_NAMES.get(call.name) or closest(call.name, FUNCTIONS)
    return FormulaError(
        message("There is no function “{name}”.", name=call.name), call.start, len(call.name), suggestion
    )


def _check_argument(call: Call, argument: Node, wanted: Argument, dataset: Dataset) -> None:
    if wanted == "aggregate":
        _check_part(call, argument, dataset)
    elif wanted == "condition":
        _expect(argument, dataset, "boolean")
    elif wanted == "fraction":
        if not (
            isinstance(argument, Literal) and isinstance(argument.value, int | float) and 0 <= argument.value <= 1
        ) or isinstance(argument.value, bool):
            raise _fail(argument, message("Here a number between 0 and 1 is expected; 0.9 is the 90th percentile."))
    elif wanted == "number":
        kind = type_of(argument, dataset)
        if kind == "boolean":
            raise _fail(
                argument,
                message("{name} calculates with numbers; of a condition there is a share.", name=call.name),
                "share(…)",
            )
        _expect(argument, dataset, "number")
        _needs_column(argument)
    elif not isinstance(argument, Name):
        raise _fail(
            argument,
            message("count() counts rows, count(column) those with a value; conditions go to “where” or share(…)."),
            "share(…)",
        )
    else:
        type_of(argument, dataset)


def _needs_column(node: Node) -> None:
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Name):
            return
        waiting.extend(children(part))
    raise _fail(node, message("Here a column is expected; this is the same for every row."))


def _check_part(call: Call, part: Node, dataset: Dataset) -> None:
    if not isinstance(part, Call):
        raise _fail(part, message("{name} is used as {usage}.", name=call.name, usage=FUNCTIONS[call.name].usage))
    if part.name == "ratio":
        raise _fail(part, message("A ratio cannot be part of a ratio."))
    _check_call(part, dataset)


def _expect(node: Node, dataset: Dataset, wanted: Type) -> None:
    found = type_of(node, dataset)
    if found != wanted:
        raise _fail(
            node,
            message("{wanted} is expected here; this is {found}.", wanted=TYPE_NAMES[wanted], found=TYPE_NAMES[found]),
        )


def type_of(node: Node, dataset: Dataset) -> Type:  # noqa: PLR0912 - a branch per kind of node
    """What a row of `dataset` makes of `node`; FormulaError where parts do not fit together."""
    match node:
        case Literal():
            return _literal_type(node)
        case Name():
            return _name_type(node, dataset)
        case Negative() | Chain():
            for child in children(node):
                _expect_operand(child, dataset)
            return "number"
        case Logic() | Not():
            for child in children(node):
                _expect(child, dataset, "boolean")
        case IsNull():
            type_of(node.operand, dataset)
        case Compare():
            _check_pair(node.left, node.right, dataset, ordered=node.operator not in ("=", "<>"))
        case Between():
            _check_pair(node.operand, node.low, dataset, ordered=True)
            _check_pair(node.operand, node.high, dataset, ordered=True)
        case In():
            for value in node.values:
                _check_pair(node.operand, value, dataset, ordered=False)
        case Like():
            _expect(node.operand, dataset, "text")
            _expect(node.pattern, dataset, "text")
        case Contains():
            _check_words(node, dataset)
        case Call():
            if node.name not in FUNCTIONS:
                raise _unknown_function(node)
            raise _fail(
                node,
                message(
                    "{name} sums up many rows and cannot stand inside a condition or another function.", name=node.name
                ),
            )
    return "boolean"


def _check_words(node: Contains, dataset: Dataset) -> None:
    _expect(node.operand, dataset, "text")
    for word in node.words:
        _expect(word, dataset, "text")
        if not word.value:
            raise _fail(word, message("Every text contains the empty one; a word is needed."))


def _literal_type(node: Literal) -> Type:
    match node.value:
        case bool():
            return "boolean"
        case str():
            return "text"
        case date():
            return "date"
    return "number"


def _name_type(node: Name, dataset: Dataset) -> Type:
    known = [c.name for c in (*dataset.columns, *dataset.derived)]
    if node.name in known:
        return column_type(node.name, dataset)
    quoted = node.end - node.start == len(node.name) + 2  # in double quotes, where a text was meant, perhaps
    suggestion = closest(node.name, known) or (f"'{node.name}'" if quoted else None)
    raise _fail(
        node,
        message("{dataset} has no column “{name}”.", dataset=dataset.label, name=node.name),
        suggestion,
    )


def _expect_operand(node: Node, dataset: Dataset) -> None:
    found = type_of(node, dataset)
    if found == "instant":
        raise _fail(
            node,
            message(
                "Points in time cannot be calculated with; use a duration such as “{column}”.",
                column=_duration(dataset),
            ),
        )
    if found != "number":
        raise _fail(
            node,
            message(
                "{wanted} is expected here; this is {found}.", wanted=TYPE_NAMES["number"], found=TYPE_NAMES[found]
            ),
        )


def _duration(dataset: Dataset) -> str:
    for column in dataset.derived:
        if column.type == "number":
            return column.name
    return next((c.name for c in dataset.columns if c.type == "number"), "")


def _check_pair(left: Node, right: Node, dataset: Dataset, *, ordered: bool) -> None:
    one, other = type_of(left, dataset), type_of(right, dataset)
    if one == other:
        if ordered and one == "boolean":
            raise _fail(right, message("True and false have no order; compare them with = or <>."))
        return
    if {one, other} == {"instant", "date"} or {one, other} == {"instant", "text"}:
        name = next(
            (n.name for n in (left, right) if isinstance(n, Name) and column_type(n.name, dataset) == "instant"), ""
        )
        day = f"{name}_day"
        raise _fail(
            left,
            message("A point in time has no calendar day of its own; compare its local day."),
            day if dataset.column(day) else None,
        )
    suggestion = next((_rewritten(n, {one, other}) for n in (left, right) if isinstance(n, Literal)), None)
    raise _fail(
        right,
        message("{one} cannot be compared with {other}.", one=TYPE_NAMES[one], other=TYPE_NAMES[other]),
        suggestion,
    )


def _rewritten(literal: Literal, types: set[Type]) -> str | None:
    """How a text literal would be written as the type that it is compared with, where that is clear."""
    written = str(literal.value)
    if types == {"date", "text"}:
        return f"DATE '{written}'"
    if types == {"number", "text"}:
        return written if written.replace(".", "", 1).isdigit() and isinstance(literal.value, str) else f"'{written}'"
    return None
