"""A diagnosis as its documents read it: which period is the newest whole one, and the values that belong to it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from qualityloop.analysis.datasets import DATASETS, Dataset
from qualityloop.analysis.diagnose import Diagnosis
from qualityloop.analysis.indicators.standard import Indicator
from qualityloop.analysis.indicators.values import Grouping, Value
from qualityloop.analysis.messages import Message, message
from qualityloop.analysis.problems.wording import (
    STATUS_WORDS,
    column_label,
    format_number,
    format_value,
    group_label,
    period_label,
    rows_label,
)

_UNIT_NAMES: dict[str, Message] = {
    "percent": message("percent"),
    "minutes": message("minutes"),
    "hours": message("hours"),
    "seconds": message("seconds"),
    "days": message("days"),
    "points": message("points"),
    "count": message("number of rows"),
    "per_thousand": message("per thousand"),
    "number": message("plain number"),
}
_INTERVAL_NAMES: dict[str, Message] = {
    "wilson": message("Wilson"),
    "t": message("Student t"),
    "order": message("order statistics"),
    "nps": message("variance of promoters − detractors"),
    "poisson": message("Poisson"),
    "bootstrap": message("bootstrap"),
}


class Reading:
    """Looks into a diagnosis in one language ("zh" or "en")."""

    def __init__(self, diagnosis: Diagnosis, language: str) -> None:
        self.diagnosis = diagnosis
        self.language = language
        self.standard = diagnosis.standard
        self.indicators: dict[str, Indicator] = {i.key: i for i in self.standard.indicators}
        self._series: dict[tuple[str, tuple[tuple[str, str | None], ...]], list[Value]] = defaultdict(list)
        for value in sorted(diagnosis.values.values, key=lambda v: v.period):
            self._series[value.key, value.group].append(value)
        self.newest = self._newest()

    def _newest(self) -> date:
        if self.diagnosis.period is not None:
            return self.diagnosis.period
        periods = {v.period for v in self.diagnosis.values.values if v.value is not None}
        return max(periods, default=self.diagnosis.start)

    def rejected(self) -> dict[str, int]:
        """How many rows of what could not be used."""
        return dict(sorted(_leaves(self.diagnosis.rejected)))

    def dataset(self, indicator: Indicator) -> Dataset:
        """The fact table that the indicator counts."""
        return DATASETS[indicator.dataset]

    def series(self, key: str, group: tuple[tuple[str, str | None], ...] = ()) -> list[Value]:
        """Values of one indicator and group, oldest first."""
        return self._series.get((key, group), [])

    def overall(self, key: str) -> Value | None:
        """The value of everything in the newest period."""
        found = [v for v in self.series(key) if v.period == self.newest]
        return found[0] if found else None

    def computed(self) -> list[Indicator]:
        """Indicators that have a value in the newest period, in the order of the standard."""
        return [i for i in self.standard.indicators if (v := self.overall(i.key)) and v.value is not None]

    def headline(self, most: int = 8) -> list[Indicator]:
        """Those shown first: what the standard names, else its first ones."""
        computed = {i.key: i for i in self.computed()}
        named = [computed[key] for key in self.standard.headline if key in computed]
        return named or list(computed.values())[:most]

    def groupings(self) -> list[Grouping]:
        """The ways in which the values were split."""
        return [grouping for grouping in self.diagnosis.values.groupings if grouping]

    def groups(self, key: str, grouping: Grouping) -> list[Value]:
        """Values of the newest period by group, the largest n first."""
        found = [
            series[-1]
            for (name, group), series in self._series.items()
            if name == key and tuple(column for column, _ in group) == tuple(grouping)
        ]
        kept = [v for v in found if v.period == self.newest and v.value is not None]
        return sorted(kept, key=lambda v: (-v.n, str(v.group)))

    # ---- words -----------------------------------------------------------------------------------------------

    def period(self, start: date) -> str:
        """The period that begins on `start`."""
        return period_label(start, self.diagnosis.grain, self.language)

    def group(self, indicator: Indicator, value: Value) -> str:
        """The group of a value."""
        return group_label(value.group, self.dataset(indicator), self.language)

    def columns(self, indicator: Indicator, grouping: Grouping) -> str:
        """By what was split: 班组 · 渠道."""
        return " · ".join(self.column(column, self.dataset(indicator)) for column in grouping)

    def column(self, column: str, dataset: Dataset | str) -> str:
        """What a column is called; one that this dataset has not, by its name in another."""
        labels = (column_label(column, name, self.language) for name in (dataset, *DATASETS))
        return next((label for label in labels if label != column), column)

    def value(self, indicator: Indicator, number: float | None) -> str:
        """A number in the unit of its indicator."""
        return format_value(number, indicator.unit, self.language)

    def interval(self, indicator: Indicator, low: float | None, high: float | None) -> str:
        """Both ends, the unit once: 69.8 – 73.1 %."""
        if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
            return "–"
        suffix = format_value(0, indicator.unit, self.language).removeprefix("0")
        return f"{self.value(indicator, low).removesuffix(suffix)} – {self.value(indicator, high)}"

    def change(self, indicator: Indicator, now: float | None, before: float | None) -> tuple[str, str | None]:
        """The change since `before` with its sign, and "better" or "worse" or None."""
        if now is None or before is None or not (math.isfinite(now) and math.isfinite(before)):
            return "–", None
        step = now - before
        if indicator.unit == "percent":
            points = format_number(abs(step) * 100, self.language, 1 if abs(step) >= 0.01 else 2)
            size = message("{n} pp", n=points).in_language(self.language)
        else:
            size = self.value(indicator, abs(step))
        if size == self.value(indicator, 0) or not round(step, 9):
            return "±0", None
        if indicator.target is None:  # then more is neither good nor bad
            return f"{'+' if step > 0 else '−'}{size}", None
        good = (step > 0) == (indicator.better == "higher")
        return f"{'+' if step > 0 else '−'}{size}", "better" if good else "worse"

    def count(self, n: float) -> str:
        """A whole number with its thousands apart."""
        return format_number(n, self.language, 0)

    def rows(self, indicator: Indicator, n: float) -> str:
        """How many rows a value rests on, in the words of their dataset; of the denominator where it has one."""
        return rows_label(n, indicator.per.dataset if indicator.per else indicator.dataset, self.language)

    def target(self, indicator: Indicator) -> str:
        """The target with its direction: ≥ 90 %."""
        return self._bound(indicator, indicator.target)

    def warning(self, indicator: Indicator) -> str:
        """The warning line with its direction."""
        return self._bound(indicator, indicator.warning)

    def _bound(self, indicator: Indicator, bound: float | None) -> str:
        if bound is None:
            return "–"
        return f"{'≥' if indicator.better == 'higher' else '≤'} {self.value(indicator, bound)}"

    def unit(self, indicator: Indicator) -> str:
        """The name of the unit."""
        return _UNIT_NAMES[indicator.unit].in_language(self.language)

    def method(self, value: Value) -> str:
        """How the interval was computed."""
        if value.interval is None:
            return "–"
        known = _INTERVAL_NAMES.get(value.interval)
        return known.in_language(self.language) if known else value.interval

    def status(self, value: Value) -> str:
        """达标 … 数据不足; a dash where there is no target."""
        return STATUS_WORDS[value.status].in_language(self.language) if value.status else "–"


def _leaves(counts: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, int]]:
    """Counts of a mapping that may be nested by file or dataset, under names such as tickets · created_at."""
    for name, entry in counts.items():
        here = f"{path} · {name}" if path else str(name)
        if isinstance(entry, Mapping):
            yield from _leaves(entry, here)
        elif isinstance(entry, int) and entry:
            yield here, entry
