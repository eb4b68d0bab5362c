"""The demo's records, handed to the rooms that own them as any other delivery, and from there into the lake."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pyarrow as pa

from qualityloop.analysis.messages import AnalysisError, message

if TYPE_CHECKING:
    from qualityloop.foundation.records.models import Batch

SOURCE = "澄光客服系统"
AT_ONCE = 20_000  # rows of a delivery
Report = Callable[[int, int], None]


def fill(made: dict[str, pa.Table], *, seed: int, batch: Batch, report: Report) -> None:
    """Hand over what is not there yet; broken off and begun again, the end is the same. Django must be set up."""
    from qualityloop.demo import audits
    from qualityloop.demo.archive import fill_archive
    from qualityloop.demo.improved import improve
    from qualityloop.demo.improvement import analyse
    from qualityloop.demo.people import settle
    from qualityloop.foundation.lake.services import refresh
    from qualityloop.foundation.records.receiving import receive

    total = sum(rows.num_rows for rows in made.values())
    whole, done = round(total * 1.1), 0  # the last tenth is the lake
    fill_archive(made["tickets"], source=SOURCE, batch=batch, seed=seed)
    for dataset, rows in made.items():
        for start in range(0, rows.num_rows, AT_ONCE):
            part = rows.slice(start, AT_ONCE)
            refused = receive(dataset, part, source=SOURCE, batch=batch).refused
            if refused:
                raise AnalysisError(refused[0].reason)
            done += part.num_rows
            report(done, whole)
    settle()
    analyse()
    audits.put()
    refresh(rebuild=True)
    improve()
    report(whole, whole)


def refuse_other_records() -> None:
    """AnalysisError where the database holds records that are not the demo's: it never mixes with them."""
    from qualityloop.foundation.records.receiving import RECEIVERS
    from qualityloop.operations.models import Ticket

    if RECEIVERS and Ticket.objects.exclude(source=SOURCE).exists():
        raise AnalysisError(message("the database holds other records than the demo's; choose another folder"))


def new_batch() -> Batch:
    """What the demo's records came in with."""
    from qualityloop.foundation.records.models import Batch

    return Batch.objects.create(label="澄光电器售后服务中心 · 演示数据")
