"""The grammar: from tokens to a tree.

The grammar is ours, because sqlglot's accepts all of SQL and forgets the places of what it read. Only what is
written here can ever be in a tree.
"""

from __future__ import annotations

from datetime import date

from qualityloop.analysis.indicators.language.errors import FormulaError
from qualityloop.analysis.indicators.language.tokens import MAX_DIGITS, Token, tokenize
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
from qualityloop.analysis.messages import message

MAX_NESTING = 50
MAX_DEPTH = 120  # of the whole tree: long sums count, because engines read them as nested

_OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _SIGN = range(1, 8)
_COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
_RANK_OF_WORD = {"OR": _OR, "AND": _AND, "IS": _COMPARISON, "IN": _COMPARISON, "BETWEEN": _COMPARISON}
_RANK_OF_SYMBOL = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT} | dict.fromkeys(_COMPARISONS, _COMPARISON)


def parse(text: str) -> Node:
    """The tree of `text`; FormulaError where it is no formula."""
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens = tokenize(text)
        self.at = 0
        self.nesting = 0

    # ---- reading tokens

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    @property
    def ended(self) -> bool:
        return self.token.kind == "end"

    def take(self) -> Token:
        token = self.token
        self.at += 1
        return token

    def accept(self, *values: str) -> Token | None:
        """The next token where it is one of these words or symbols."""
        if self.token.kind in ("word", "symbol") and self.token.value in values:
            return self.take()
        return None

    def expect(self, value: str) -> Token:
        token = self.accept(value)
        if token is None:
            raise self.unexpected(value)
        return token

    def unexpected(self, expected: str | None = None) -> FormulaError:
        """An error at the next token."""
        token = self.token
        length = max(token.end - token.start, 1)
        if token.kind == "end":
            if expected:
                problem = message("The formula ends too early: “{expected}” is missing.", expected=expected)
            else:
                problem = message("The formula ends too early: something is missing.")
            return FormulaError(problem, token.start, 0)
        shown = token.value if len(token.value) <= 40 else token.value[:40] + "…"
        if expected:
            problem = message("“{found}” is not expected here, but “{expected}”.", found=shown, expected=expected)
        else:
            problem = message("“{found}” is not expected here.", found=shown)
        return FormulaError(problem, token.start, length)

    # ---- building

    def whole(self) -> Node:
        if self.ended:
            raise FormulaError(message("The formula is empty."), 0, 0)
        node = self.expression(0)
        if not self.ended:
            raise self.unexpected()
        return node

    def node(self, node: Node) -> Node:
        if node.depth > MAX_DEPTH:
            raise FormulaError(
                message("The formula is nested too deeply or too long."), node.start, node.end - node.start
            )
        return node

    def expression(self, above: int) -> Node:
        """Everything from here on that binds closer than rank `above`."""
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            raise FormulaError(
                message("More than {limit} levels of parentheses.", limit=MAX_NESTING),
                self.token.start,
                self.token.end - self.token.start,
            )
        node = self.prefix()
        while (rank := self.rank()) > above:
            if rank in (_OR, _AND):
                node = self.logic(node, rank)
            elif rank == _COMPARISON:
                node = self.comparison(node)
                if self.rank() == _COMPARISON:
                    raise FormulaError(
                        message("Comparisons cannot follow each other; join them with AND."),
                        self.token.start,
                        self.token.end - self.token.start,
                    )
            else:
                node = self.chain(node, rank)
        self.nesting -= 1
        return node

    def rank(self) -> int:
        """How closely the operator at hand binds; 0 where there is none."""
        token = self.token
        if token.kind == "symbol":
            return _RANK_OF_SYMBOL.get(token.value, 0)
        if token.kind == "word":
            if token.value in ("NOT", "LIKE"):
                return _COMPARISON
            return _RANK_OF_WORD.get(token.value, 0)
        return 0

    def logic(self, first: Node, rank: int) -> Node:
        operator = "OR" if rank == _OR else "AND"
        operands = [first]
        while self.accept(operator):
            operands.append(self.expression(rank))
        depth = 1 + max(o.depth for o in operands)
        return self.node(Logic(first.start, operands[-1].end, depth, operator, tuple(operands)))  # type: ignore[arg-type]

    def chain(self, first: Node, rank: int) -> Node:
        rest: list[tuple[str, Node]] = []
        depth = first.depth
        signs = ("+", "-") if rank == _SUM else ("*", "/")
        while sign := self.accept(*signs):
            operand = self.expression(rank)
            rest.append((sign.value, operand))
            depth = 1 + max(depth, operand.depth)
        return self.node(Chain(first.start, rest[-1][1].end, depth, first, tuple(rest)))  # type: ignore[arg-type]

    def comparison(self, left: Node) -> Node:
        if sign := self.accept(*_COMPARISONS):
            right = self.expression(_COMPARISON)
            depth = 1 + max(left.depth, right.depth)
            return self.node(Compare(left.start, right.end, depth, left, sign.value, right))  # type: ignore[arg-type]
        if self.accept("IS"):
            negated = self.accept("NOT") is not None
            end = self.expect("NULL").end
            return self.node(IsNull(left.start, end, left.depth + 1, left, negated))
        negated = self.accept("NOT") is not None
        if self.accept("IN"):
            return self.within(left, negated)
        if self.accept("BETWEEN"):
            low = self.expression(_COMPARISON)
            self.expect("AND")
            high = self.expression(_COMPARISON)
            depth = 1 + max(left.depth, low.depth, high.depth)
            return self.node(Between(left.start, high.end, depth, left, low, high, negated))
        if self.accept("LIKE"):
            pattern = self.literal()
            return self.node(Like(left.start, pattern.end, left.depth + 1, left, pattern, negated))
        raise self.unexpected("IN")

    def within(self, left: Node, negated: bool) -> Node:
        self.expect("(")
        values = [self.literal()]
        while self.accept(","):
            values.append(self.literal())
        end = self.expect(")").end
        return self.node(In(left.start, end, left.depth + 1, left, tuple(values), negated))

    def literal(self) -> Literal:
        """A literal where nothing else may stand."""
        minus = self.accept("-", "+")
        if self.token.kind in ("number", "text") or self.token.value in ("TRUE", "FALSE") or self._is_date():
            node = self.prefix()
            if isinstance(node, Literal):
                if minus is None:
                    return node
                if isinstance(node.value, int | float) and not isinstance(node.value, bool):
                    value = -node.value if minus.value == "-" else node.value
                    return Literal(minus.start, node.end, 1, value)
        raise FormulaError(
            message("Here a number, a text in single quotes or a date is expected."),
            self.token.start,
            self.token.end - self.token.start,
        )

    def _is_date(self) -> bool:
        following = self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else None
        token = self.token
        return (
            token.kind == "name"
            and not token.quoted
            and token.value.upper() == "DATE"
            and following is not None
            and following.kind == "text"
        )

    def prefix(self) -> Node:  # noqa: PLR0911 - a branch per kind of token
        """What a value or a condition begins with."""
        token = self.token
        if self.accept("("):
            inner = self.expression(0)
            self.expect(")")
            return inner
        if self.accept("NOT"):
            operand = self.expression(_NOT)
            return self.node(Not(token.start, operand.end, operand.depth + 1, operand))
        if self.accept("-", "+"):
            operand = self.expression(_SIGN)
            if token.value == "+":
                return operand
            return self.node(Negative(token.start, operand.end, operand.depth + 1, operand))
        if word := self.accept("TRUE", "FALSE"):
            return Literal(word.start, word.end, 1, word.value == "TRUE")
        if self._is_date():
            return self.date()
        if token.kind == "number":
            return self.number()
        if token.kind == "text":
            self.take()
            return Literal(token.start, token.end, 1, token.value)
        if token.kind == "name":
            return self.name()
        if self.accept("NULL"):
            raise FormulaError(
                message("NULL cannot be compared or counted; ask IS NULL or IS NOT NULL."), token.start, 4, "IS NULL"
            )
        raise self.unexpected()

    def number(self) -> Node:
        token = self.take()
        length = token.end - token.start
        digits = token.value.lower().split("e")[0].replace(".", "").lstrip("0")
        value = float(token.value)
        if len(digits) > MAX_DIGITS or value >= 10**MAX_DIGITS or (value != 0 and value < 10**-MAX_DIGITS):
            raise FormulaError(
                message("A number may have up to {limit} digits.", limit=MAX_DIGITS), token.start, length
            )
        return Literal(token.start, token.end, 1, int(token.value) if token.value.isdigit() else value)

    def date(self) -> Node:
        start = self.take().start
        token = self.take()
        try:
            value = date.fromisoformat(token.value)
        except ValueError:
            value = None
        if value is None or value.isoformat() != token.value or not 1900 <= value.year <= 2200:
            raise FormulaError(message("A date is written DATE '2026-03-31'."), token.start, token.end - token.start)
        return Literal(start, token.end, 1, value)

    def name(self) -> Node:
        token = self.take()
        if not token.quoted and self.accept("("):
            return self.contains(token) if token.value.lower() == "contains" else self.call(token)
        return Name(token.start, token.end, 1, token.value if token.quoted else token.value.lower())

    def contains(self, name: Token) -> Node:
        """A text, and the words of which one must stand in it."""
        operand = self.expression(0)
        self.expect(",")
        words = [self.literal()]
        while self.accept(","):
            words.append(self.literal())
        end = self.expect(")").end
        return self.node(Contains(name.start, end, operand.depth + 1, operand, tuple(words)))

    def call(self, name: Token) -> Node:
        arguments: list[Node] = []
        if self.token.value == "*" and name.value.lower() == "count":
            raise FormulaError(
                message("Rows are counted with count(), without a star."), self.token.start, 1, "count()"
            )
        if not (end := self.accept(")")):
            arguments.append(self.expression(0))
            while self.accept(","):
                arguments.append(self.expression(0))
            end = self.expect(")")
        depth = 1 + max((a.depth for a in arguments), default=0)
        return self.node(Call(name.start, end.end, depth, name.value.lower(), tuple(arguments)))
