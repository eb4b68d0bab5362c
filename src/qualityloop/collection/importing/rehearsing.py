"""The dry run: read everything, compare it with what the database holds, write nothing."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pyarrow as pa

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.engine.duckdb import connect
from qualityloop.analysis.files import expressions as sql
from qualityloop.analysis.files.reading import Reading
from qualityloop.analysis.messages import AnalysisError, Place, message
from qualityloop.collection.importing.delivering import READING, ROWS, STEPS, Report, mapping_of
from qualityloop.collection.importing.existing import existing_rows
from qualityloop.collection.importing.spool import Spool
from qualityloop.collection.importing.workshop import MEMORY_LIMIT, Workshop, opened
from qualityloop.collection.models import ImportRun
from qualityloop.foundation.wording import kept

REASONS = 50  # shown


def rehearse(run: ImportRun, report: Report) -> dict[str, Any]:
    """What an import would do, as `ImportRun.checked` keeps it."""
    with opened(run) as shop, closing(Spool(shop.temp / "rejects")) as spool:
        with Reading(
            shop.files,
            mapping_of(run),
            spool,
            temp=shop.temp,
            memory_limit=MEMORY_LIMIT,
            progress=lambda done, of: report(READING * done // max(1, of), STEPS, message("Reading files")),
        ) as reading:
            reading.read()
            waiting = reading.rows
            if not any(waiting.values()) and not spool.counts:
                raise AnalysisError(reading.nothing(), Place(", ".join(reading.source_names)))
            counts = {}
            for place, dataset in enumerate(waiting):
                share = (STEPS - READING) * place // len(waiting)
                report(READING + share, STEPS, message("Comparing with what is there"))
                counts[dataset] = _compared(run, reading, dataset, shop)
        for reason in spool.reasons:
            of = counts.setdefault(reason.dataset, {"created": 0, "updated": 0, "unchanged": 0, "rejected": 0})
            of["rejected"] += reason.count
        return {
            "counts": counts,
            "notes": [kept(note) for note in reading.notes()],
            "reasons": [
                [reason.file, reason.dataset, reason.column or "", kept(reason.text), reason.count]
                for reason in spool.reasons[:REASONS]
            ],
        }


def _compared(run: ImportRun, reading: Reading, dataset: str, shop: Workshop) -> dict[str, int]:
    """New, changed and unchanged rows of one data set."""
    with connect(memory_limit=MEMORY_LIMIT, temp=shop.temp / "compare") as connection:
        there = False
        delivered = None
        for delivery in reading.deliveries(dataset, ROWS):
            delivered = _add(connection, "delivered", delivery.table)
        if delivered is None:
            return {"created": 0, "updated": 0, "unchanged": 0, "rejected": 0}
        for table in existing_rows(dataset, run.source, delivered):
            there = bool(_add(connection, "existing", table)) or there
        total = int(connection.execute("SELECT count(*) FROM delivered").fetchall()[0][0])
        if not there:
            return {"created": total, "updated": 0, "unchanged": 0, "rejected": 0}
        known = {row[0] for row in connection.execute("DESCRIBE existing").fetchall()}
        key = [sql.name(part) for part in DATASETS[dataset].key]
        others = [sql.name(name) for name in delivered if name in known and name not in DATASETS[dataset].key]
        differs = " OR ".join(f"d.{name} IS DISTINCT FROM e.{name}" for name in others) or "false"
        joined = " AND ".join(f"d.{part} = e.{part}" for part in key)
        new, changed = connection.execute(
            f"SELECT count(*) FILTER (WHERE e.{key[0]} IS NULL), "
            f"count(*) FILTER (WHERE e.{key[0]} IS NOT NULL AND ({differs})) "
            f"FROM delivered d LEFT JOIN existing e ON {joined}"
        ).fetchall()[0]
        return {"created": new, "updated": changed, "unchanged": total - new - changed, "rejected": 0}


def _add(connection: Any, name: str, table: pa.Table) -> list[str]:
    """Put rows into a table of the comparison; the names of its columns."""
    connection.register("incoming", table)
    connection.execute(f"CREATE TABLE IF NOT EXISTS {name} AS SELECT * FROM incoming LIMIT 0")
    connection.execute(f"INSERT INTO {name} SELECT * FROM incoming")
    connection.unregister("incoming")
    return list(table.column_names)
