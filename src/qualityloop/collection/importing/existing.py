"""What the database holds already of the rows that files bring: found by source and key, as receivers find it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
from django.db.models import Max, QuerySet

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.lake import ARROW_TYPES
from qualityloop.foundation.lake.facts import Facts, registered

NUMBER, KEY, SOURCE = "number", "external_id", "source"
CHUNK = 20_000


def _own(facts: Facts) -> tuple[QuerySet[Any], dict[str, Any], str]:
    """The published rows with the key as their source knows it: query, where each column is, where the source is."""
    sources = dict(facts.sources)
    first = facts.key[0]
    path = sources[first]
    if isinstance(path, str) and path.endswith(NUMBER):
        sources[first] = path.removesuffix(NUMBER) + KEY
        return facts.query(), sources, path.removesuffix(NUMBER) + SOURCE
    return facts.query(), sources, SOURCE


def existing_rows(dataset: str, source: str, columns: Sequence[str]) -> Iterator[pa.Table]:
    """The rows of `dataset` that came from `source`, `columns` of them, typed as the contract says."""
    facts = registered().get(dataset)
    if facts is None:
        return
    query, sources, of_source = _own(facts)
    wanted = [name for name in columns if name in sources]
    types = {c.name: ARROW_TYPES[c.type] for c in DATASETS[dataset].columns}
    paths = {f"x{place}": sources[name] for place, name in enumerate(wanted)}
    chosen = query.filter(**{of_source: source}).order_by()
    aliased = {alias: path for alias, path in paths.items() if not isinstance(path, str)}
    rows = chosen.annotate(**aliased).values_list(
        *(path if isinstance(path, str) else alias for alias, path in paths.items())
    )
    some: list[tuple[Any, ...]] = []
    for row in rows.iterator(CHUNK):
        some.append(row)
        if len(some) == CHUNK:
            yield _table(some, wanted, types)
            some = []
    if some:
        yield _table(some, wanted, types)


def highest_numbers(dataset: str, source: str, keys: Sequence[str]) -> dict[str, int]:
    """The highest number within each key (the last step of each ticket)."""
    facts = registered().get(dataset)
    number = DATASETS[dataset].key[-1]
    if facts is None or len(DATASETS[dataset].key) < 2:
        return {}
    query, sources, of_source = _own(facts)
    path = sources[facts.key[0]]
    found: dict[str, int] = {}
    for start in range(0, len(keys), 500):
        some = query.filter(**{of_source: source, f"{path}__in": list(keys[start : start + 500])})
        found.update(some.order_by().values_list(path).annotate(highest=Max(sources[number])))
    return found


def _table(rows: list[tuple[Any, ...]], names: Sequence[str], types: dict[str, pa.DataType]) -> pa.Table:
    columns = list(zip(*rows, strict=True))
    return pa.table(
        {
            name: pa.array([_plain(cell, types[name]) for cell in cells], types[name])
            for name, cells in zip(names, columns, strict=True)
        }
    )


def _plain(cell: Any, kind: pa.DataType) -> Any:
    if cell is None or cell == "":
        return None
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).replace(tzinfo=None) if cell.tzinfo else cell
    if isinstance(cell, str) and not pa.types.is_string(kind):
        return _read(cell, kind)
    return cell


def _read(text: str, kind: pa.DataType) -> Any:
    if pa.types.is_boolean(kind):
        return text.lower() in ("true", "1")
    if pa.types.is_integer(kind):
        return int(float(text))
    return float(text) if pa.types.is_floating(kind) else datetime.fromisoformat(text).replace(tzinfo=None)
