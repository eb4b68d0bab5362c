"""What is wrong with a standard: names that do not exist, formulas that do not fit, lines that contradict."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from qualityloop.analysis.datasets import DATASETS, Dataset
from qualityloop.analysis.indicators.language import Formula, FormulaError, parse_condition, parse_formula
from qualityloop.analysis.indicators.language.errors import closest
from qualityloop.analysis.indicators.standard import Indicator, Standard
from qualityloop.analysis.messages import Message, message


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in `field` of an indicator (None: of the standard); `error` where a formula is to blame."""

    indicator: str | None
    field: str
    text: Message
    error: FormulaError | None = None


def check_standard(standard: Standard) -> list[Message]:
    """Everything that is wrong with `standard`, in the order of its indicators; empty when it can be computed."""
    return [
        message("{indicator}, {field}: {fault}", indicator=f.indicator, field=f.field, fault=f.text)
        if f.indicator
        else f.text
        for f in faults(standard)
    ]


def faults(standard: Standard) -> list[Fault]:
    """Everything that is wrong with `standard`, with its place."""
    found: list[Fault] = []
    for indicator in standard.indicators:
        found += _indicator_faults(indicator, standard)
    keys = Counter(i.key for i in standard.indicators)
    found += [
        Fault(key, "key", message("The indicator “{key}” is there twice.", key=key)) for key, n in keys.items() if n > 1
    ]
    for key in standard.headline:
        if key not in keys:
            found.append(Fault(None, "headline", _missing("indicator", key, list(keys))))
    if not standard.indicators:
        found.append(Fault(None, "indicators", message("The standard has no indicators.")))
    return found


def _missing(what: str, name: str, known: list[str]) -> Message:
    sentences = {
        "indicator": message("There is no indicator “{name}”.", name=name),
        "dimension": message("There is no dimension “{name}”.", name=name),
        "dataset": message("There is no dataset “{name}”.", name=name),
        "instant": message("There is no point in time “{name}” in this dataset.", name=name),
    }
    meant = closest(name, known)
    if meant is None:
        return sentences[what]
    return message("{problem} Did you mean “{suggestion}”?", problem=sentences[what], suggestion=meant)


def _indicator_faults(indicator: Indicator, standard: Standard) -> list[Fault]:
    key = indicator.key
    found: list[Fault] = []
    if indicator.dimension not in standard.dimensions:
        found.append(Fault(key, "dimension", _missing("dimension", indicator.dimension, list(standard.dimensions))))
    found += _source_faults(key, "", indicator.dataset, indicator.period, indicator.where)
    formula = _formula(indicator.dataset, indicator.formula)
    if isinstance(formula, FormulaError):
        found.append(Fault(key, "formula", formula.text, formula))
    elif formula is not None:
        found += _unit_faults(indicator, formula)
    if indicator.per is not None:
        found += _per_faults(indicator, formula)
    return found + _line_faults(indicator)


def _formula(dataset: str, text: str) -> Formula | FormulaError | None:
    if dataset not in DATASETS:
        return None
    try:
        return parse_formula(text, DATASETS[dataset])
    except FormulaError as error:
        return error


def _source_faults(key: str, prefix: str, dataset: str, period: str, where: str | None) -> list[Fault]:
    table: Dataset | None = DATASETS.get(dataset)
    if table is None:
        return [Fault(key, f"{prefix}dataset", _missing("dataset", dataset, list(DATASETS)))]
    found: list[Fault] = []
    if period not in table.instants:
        found.append(Fault(key, f"{prefix}period", _missing("instant", period, list(table.instants))))
    if where is not None:
        try:
            parse_condition(where, table)
        except FormulaError as error:
            found.append(Fault(key, f"{prefix}where", error.text, error))
    return found


def _per_faults(indicator: Indicator, formula: Formula | FormulaError | None) -> list[Fault]:
    per = indicator.per
    if per is None:
        return []
    found = _source_faults(indicator.key, "per.", per.dataset, per.period, per.where)
    below = _formula(per.dataset, per.formula)
    if isinstance(below, FormulaError):
        found.append(Fault(indicator.key, "per.formula", below.text, below))
    problem = message("Where there is a denominator of another dataset, both formulas are a count or a sum.")
    for field, made in (("formula", formula), ("per.formula", below)):
        if isinstance(made, Formula) and made.kind not in ("count", "sum"):
            found.append(Fault(indicator.key, field, problem))
    return found


def _unit_faults(indicator: Indicator, formula: Formula) -> list[Fault]:
    wanted = {"share": "percent", "nps": "points"}.get(formula.kind)
    if wanted is None or indicator.unit == wanted:
        return []
    return [Fault(indicator.key, "unit", message("The unit of this formula is “{unit}”.", unit=wanted))]


def _line_faults(indicator: Indicator) -> list[Fault]:
    """Baseline, target and warning against each other."""
    found: list[Fault] = []
    if indicator.unit == "percent" and indicator.per is None:
        for field in ("baseline", "target", "warning"):
            value = getattr(indicator, field)
            if value is not None and not 0 <= value <= 1:
                found.append(
                    Fault(
                        indicator.key, field, message("A share is written from 0 to 1: 0.9 or 90% for ninety percent.")
                    )
                )
    target, warning = indicator.target, indicator.warning
    if warning is not None and target is None:
        found.append(Fault(indicator.key, "warning", message("A warning value needs a target value.")))
    elif warning is not None and target is not None:
        if indicator.better == "higher" and warning >= target:
            found.append(
                Fault(
                    indicator.key,
                    "warning",
                    message("Higher is better here, so the warning value lies below the target."),
                )
            )
        if indicator.better == "lower" and warning <= target:
            found.append(
                Fault(
                    indicator.key,
                    "warning",
                    message("Lower is better here, so the warning value lies above the target."),
                )
            )
    return found
