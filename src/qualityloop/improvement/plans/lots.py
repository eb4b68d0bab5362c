"""Lots out of the records: which rows of the lake belong to one, by a condition of the indicator language and days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.indicators.language import parse_condition
from qualityloop.analysis.indicators.rows import Side
from qualityloop.analysis.indicators.standard import Indicator
from qualityloop.analysis.indicators.values import Group
from qualityloop.analysis.messages import Text
from qualityloop.diagnosis.permissions import ROWS
from qualityloop.diagnosis.queries import indicator_count, indicator_rows
from qualityloop.foundation.lake import current_lake
from qualityloop.improvement.evidence.records import KINDS

LARGEST_LOT = 20_000  # items of one lot
RECORDS = {
    "tickets": "ticket", "interactions": "interaction", "complaints": "complaint", "reviews": "review",
    "survey_responses": "survey_response",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RecordsAsked:
    """Rows of a dataset in the local days since … until that meet `where`, a condition of the indicator language."""

    dataset: str
    since: date
    until: date
    where: str = ""


@dataclass(frozen=True, slots=True)
class _Rows:
    indicator: Indicator
    start: date
    end: date
    group: Group = ()
    side: Side = "all"
    order: str | None = None
    descending: bool = False


@dataclass(frozen=True, slots=True)
class RecordLot:
    """Numbers of the records, sorted, so that a seed draws the same again; `query` says what was asked of what."""

    numbers: list[str]
    query: dict[str, Any]


def lot_of(user: Any, asked: RecordsAsked) -> RecordLot:
    """The records of a lot. ValidationError at the field that is wrong, AnalysisError for a wrong condition."""
    if not ROWS.allows(user):
        raise ValidationError({"dataset": _("You may not see the records that numbers are made of.")})
    if asked.dataset not in RECORDS:
        raise ValidationError({"dataset": _("Choose which records make up the lot.")})
    if asked.since > asked.until:
        raise ValidationError({"until": _("The last day lies before the first.")})
    lake = current_lake()
    if lake is None or asked.dataset not in lake.datasets:
        raise ValidationError({"dataset": _("No records of this kind have been loaded yet.")})
    rows = _Rows(_counting(asked), asked.since, asked.until)
    count = indicator_count(lake, rows)
    if not 0 < count <= LARGEST_LOT:
        text = _("{count} records meet this; a lot has between 1 and {n} items.")
        raise ValidationError({"where": text.format(count=count, n=LARGEST_LOT)})
    key = DATASETS[asked.dataset].key[0]
    numbers = sorted({str(row[key]) for row in indicator_rows(lake, rows)})
    query = {
        "dataset": asked.dataset, "where": asked.where.strip(), "since": asked.since.isoformat(),
        "until": asked.until.isoformat(), "snapshot": lake.snapshot,
    }  # fmt: skip
    return RecordLot(numbers, query)


def _counting(asked: RecordsAsked) -> Indicator:
    """An indicator that counts what belongs to the lot."""
    dataset = DATASETS[asked.dataset]
    where = asked.where.strip() or None
    if where is not None:
        parse_condition(where, dataset)
    name = Text("批次", "Lot")
    return Indicator("lot", name, "", dataset.name, dataset.instant, "count()", "count", "lower", where=where)


def pages_of(user: Any, dataset: str, numbers: Iterable[str]) -> dict[str, str]:
    """The pages of records by their numbers; only of those that the person may see."""
    kind = KINDS.get(RECORDS.get(dataset, ""))
    return kind.pages(user, list(numbers)) if kind is not None else {}


def dataset_choices() -> list[tuple[str, str]]:
    """The records that lots can be made of, in words."""
    return [(name, KINDS[kind].label()) for name, kind in RECORDS.items()]
