"""What a condition says and finds while it is being written, before anything is saved."""

from __future__ import annotations

from dataclasses import dataclass, field

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.messages import AnalysisError
from qualityloop.collection.subjects import SUBJECTS
from qualityloop.collection.tagging.rules import Found, checked, tried
from qualityloop.foundation.lake.reading import current_lake


@dataclass(slots=True)
class Trial:
    """A condition in words, what is wrong with it, and what it finds; `found` is None where there are no numbers."""

    explained: str = ""
    fault: str = ""
    found: Found | None = None
    heads: list[str] = field(default_factory=list)

    @property
    def share(self) -> float | None:
        """Of all records; None where there are none."""
        return self.found.count / self.found.total if self.found and self.found.total else None


def trial(text: str, dataset: str, language: str) -> Trial:
    """Try a condition on the records of `dataset`; nothing is tried where nothing is written."""
    seen = Trial()
    if not text.strip():
        return seen
    try:
        condition = checked(text, dataset)
        seen.explained = condition.explain(language)
        lake = current_lake()
        if lake is not None:
            seen.found = tried(lake, condition, SUBJECTS[dataset].texts)
            seen.heads = [_head(dataset, name, language) for name in seen.found.columns]
    except AnalysisError as error:
        seen.fault = error.in_language(language)
    return seen


def columns_known(dataset: str, language: str) -> list[tuple[str, str]]:
    """Columns that a condition may name, with what they are called."""
    contract = DATASETS[dataset]
    return [(one.name, one.label.in_language(language)) for one in (*contract.columns, *contract.derived)]


def _head(dataset: str, name: str, language: str) -> str:
    column = DATASETS[dataset].column(name)
    return column.label.in_language(language) if column else name
