"""An indicator as sums that can be added up over segments: what gaps and changes are split by."""

from __future__ import annotations

from dataclasses import dataclass

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.engine import Dialect
from qualityloop.analysis.indicators.language import Formula, parse_condition, parse_formula
from qualityloop.analysis.indicators.language.aggregates import count_sql, over
from qualityloop.analysis.indicators.language.sql import double_literal, joined
from qualityloop.analysis.indicators.standard import Indicator

ZERO = "0"


@dataclass(frozen=True, slots=True)
class Part:
    """What one table contributes: SQL aggregates over the rows that meet `where` (the condition is inside them too).

    `squares` is the sum of squares of what `num` adds up, `beyond` counts rows on the wrong side of the target.
    """

    dataset: str
    instant: str
    where: str | None
    num: str = ZERO
    den: str = ZERO
    squares: str = ZERO
    beyond: str = ZERO


@dataclass(frozen=True, slots=True)
class Measure:
    """num/den × scale is the indicator, or for a quantile (`proxy`) the share of rows beyond its target.

    `target` is in units of num/den. `poisson` says that num counts events, `plain` that there is no denominator.
    """

    indicator: Indicator
    parts: tuple[Part, ...]
    target: float
    higher_is_better: bool
    scale: float = 1.0
    poisson: bool = False
    proxy: bool = False
    plain: bool = False


@dataclass(frozen=True, slots=True)
class _Source:
    """An indicator, read."""

    indicator: Indicator
    formula: Formula
    made: dict[str, str]
    where: str | None
    scalar: str | None
    target: float

    @property
    def higher(self) -> bool:
        return self.indicator.better == "higher"

    def rows_beyond(self) -> str:
        """Count of the rows whose own number is on the wrong side of the target."""
        past = f"({self.scalar} {'<' if self.higher else '>'} {double_literal(self.target)})"
        return count_sql(joined([self.where, past]))

    def part(self, num: str, den: str, squares: str, beyond: str) -> Part:
        return Part(self.indicator.dataset, self.indicator.period, self.where, num, den, squares, beyond)


def measure_of(indicator: Indicator, target: float, dialect: Dialect) -> Measure | None:
    """The additive form of `indicator`; None where it has none (smallest, largest, free expressions)."""
    contract = DATASETS[indicator.dataset]
    formula = parse_formula(indicator.formula, contract)
    where = parse_condition(indicator.where, contract) if indicator.where else None
    source = _Source(
        indicator,
        formula,
        formula.components(dialect, where),
        where.sql(dialect) if where else None,
        formula.scalar(dialect),
        target,
    )
    if indicator.per is not None:
        return _per(source, dialect)
    builders = {
        "share": _share,
        "mean": _mean,
        "quantile": _quantile,
        "nps": _nps,
        "count": _plain,
        "sum": _plain,
        "ratio": _ratio,
    }
    builder = builders.get(formula.kind)
    return builder(source) if builder else None


def _share(s: _Source) -> Measure:
    num, den = s.made["num"], s.made["den"]
    return Measure(s.indicator, (s.part(num, den, num, f"({den} - {num})" if s.higher else num),), s.target, s.higher)


def _mean(s: _Source) -> Measure:
    squares = over("sum", f"({s.scalar} * {s.scalar})", s.where)
    part = s.part(s.made["sum"], s.made["n"], squares, s.rows_beyond())
    return Measure(s.indicator, (part,), s.target, s.higher)


def _quantile(s: _Source) -> Measure:
    """A q-quantile is past its target when more than 1 − q of the rows are (where lower is worse: more than q)."""
    q = 0.5 if s.formula.q is None else s.formula.q
    beyond = s.rows_beyond()
    part = s.part(beyond, s.made["n"], beyond, beyond)
    return Measure(s.indicator, (part,), q if s.higher else 1 - q, higher_is_better=False, proxy=True)


def _nps(s: _Source) -> Measure:
    plus, minus = s.made["promoters"], s.made["detractors"]
    part = s.part(f"({plus} - {minus})", s.made["n"], f"({plus} + {minus})", minus)
    return Measure(s.indicator, (part,), s.target / 100, s.higher, scale=100.0)


def _plain(s: _Source) -> Measure:
    n = s.made["n"]
    part = s.part(s.made.get("sum", n), ZERO, s.made.get("sumsq", n), n)
    return Measure(s.indicator, (part,), s.target, s.higher, poisson=True, plain=True)


def _ratio(s: _Source) -> Measure | None:
    one, other = s.formula.parts
    if not {one.kind, other.kind} <= {"count", "sum"}:
        return None
    n, below = s.made["a_n"], s.made["b_n"]
    part = s.part(
        s.made.get("a_sum", n), s.made.get("b_sum", below), s.made.get("a_sumsq", n), below if s.higher else n
    )
    return Measure(s.indicator, (part,), s.target, s.higher, poisson=one.kind == "count")


def _per(s: _Source, dialect: Dialect) -> Measure | None:
    """Counts of one table per rows of another: two parts whose sums meet in the dimensions that both have."""
    per = s.indicator.per
    if per is None or s.formula.kind not in ("count", "sum"):
        return None
    contract = DATASETS[per.dataset]
    formula = parse_formula(per.formula, contract)
    if formula.kind not in ("count", "sum"):
        return None
    where = parse_condition(per.where, contract) if per.where else None
    made, n = formula.components(dialect, where), s.made["n"]
    parts = (
        s.part(s.made.get("sum", n), ZERO, s.made.get("sumsq", n), n),
        Part(per.dataset, per.period, where.sql(dialect) if where else None, den=made.get("sum", made["n"])),
    )
    return Measure(s.indicator, parts, s.target, s.higher, poisson=True)
