"""What has to be counted for an indicator, and whether the data at hand can answer it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from qualityloop.analysis.datasets import DATASETS, Dataset, day_column
from qualityloop.analysis.indicators.language import Condition, Formula, parse_condition, parse_formula
from qualityloop.analysis.indicators.standard import Indicator
from qualityloop.analysis.indicators.values import Grouping
from qualityloop.analysis.lake import Lake
from qualityloop.analysis.messages import Message, Text, message


@dataclass(frozen=True, eq=False)
class Source:
    """One formula over the rows of one dataset that meet a condition, put into periods by one instant.

    Compared by identity: `_source` answers equal questions with the same object, and hashing trees takes long.
    """

    dataset: str
    period: str
    where: Condition | None
    formula: Formula

    @property
    def day(self) -> str:
        """The stored column of local days."""
        return day_column(self.period)

    @cached_property
    def columns(self) -> frozenset[str]:
        """The columns that it reads."""
        return self.formula.columns | (self.where.columns if self.where else frozenset()) | {self.day}

    @cached_property
    def atoms(self) -> tuple[Formula, ...]:
        """The function calls that it consists of, in the order of the text; ratios taken apart."""
        return tuple(_atoms(self.formula))

    @cached_property
    def definition(self) -> str:
        """Changes exactly when the answer may change."""
        compiled = [sorted(atom.components("duckdb", self.where).items()) for atom in self.atoms]
        return repr((self.dataset, self.period, self.formula.text, compiled))

    @property
    def counts(self) -> bool:
        """A plain count: 0 where no row is, and complete, however small."""
        return self.formula.kind == "count"


def _atoms(formula: Formula) -> Iterable[Formula]:
    if not formula.parts:
        return (formula,)
    return (atom for part in formula.parts for atom in _atoms(part))


@lru_cache(maxsize=2048)
def _source(dataset: str, period: str, where: str | None, formula: str) -> Source:
    contract = DATASETS[dataset]
    condition = parse_condition(where, contract) if where else None
    return Source(dataset, period, condition, parse_formula(formula, contract))


def source_of(indicator: Indicator) -> Source:
    """What is counted, or the numerator where the indicator has a denominator of its own."""
    return _source(indicator.dataset, indicator.period, indicator.where, indicator.formula)


def denominator_of(indicator: Indicator) -> Source | None:
    """What it is divided by, where that is counted by itself."""
    per = indicator.per
    return _source(per.dataset, per.period, per.where, per.formula) if per else None


def labels(dataset: Dataset, columns: Iterable[str]) -> Text:
    """Names of columns as their users read them."""
    found = [(name, dataset.column(name)) for name in sorted(columns)]
    zh = [f"{c.label.zh}（{name}）" if c else name for name, c in found]
    en = [f"{c.label.en} ({name})" if c else name for name, c in found]
    return Text("、".join(zh), ", ".join(en))


def obstacle(source: Source, lake: Lake) -> Message | None:
    """Why the data cannot answer, or None."""
    contract, present = DATASETS[source.dataset], lake.datasets.get(source.dataset)
    if present is None or not present.rows:
        return message("There are no data of this kind: {dataset}.", dataset=contract.label)
    missing = source.columns - present.columns
    if missing:
        return message("{dataset}: the data lack {columns}.", dataset=contract.label, columns=labels(contract, missing))
    return None


def grouping_obstacle(sources: Sequence[Source], grouping: Grouping, lake: Lake) -> Message | None:
    """Why an indicator cannot be shown by these columns, or None."""
    for source in sources:
        missing = frozenset(grouping) - lake.datasets[source.dataset].columns
        if missing:
            contract = DATASETS[source.dataset]
            known = next((d for d in DATASETS.values() if all(d.column(name) for name in missing)), contract)
            return message(
                "It cannot be split by {columns}: {dataset} lack that.",
                columns=labels(known, missing),
                dataset=contract.label,
            )
    return None
