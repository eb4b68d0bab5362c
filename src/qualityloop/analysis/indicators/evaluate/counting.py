"""Cells of every source and grouping: from the cache where its data did not change, from one scan otherwise."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from qualityloop.analysis.engine import Engine
from qualityloop.analysis.indicators.cache import Cache, Key
from qualityloop.analysis.indicators.evaluate.cells import Cells, decoded, encoded, merge, names_of, rows_of
from qualityloop.analysis.indicators.evaluate.plan import Source
from qualityloop.analysis.indicators.evaluate.scan import Bucket, Scan, run
from qualityloop.analysis.indicators.values import Grain, Grouping, Progress
from qualityloop.analysis.lake import Lake

Wanted = Mapping[Source, Sequence[Grouping]]
Counted = dict[tuple[Source, Grouping], Cells]


def count(
    lake: Lake,
    wanted: Wanted,
    buckets: Sequence[Bucket],
    *,
    engine: Engine,
    grain: Grain,
    cache: Path | None,
    progress: Progress | None,
) -> Counted:
    """Cells with one column per bucket. Without a cache every column is scanned, with one those that changed."""
    if cache is None:
        scans = _scans(
            lake, {(s, g): range(len(buckets)) for s, found in wanted.items() for g in found}, buckets, grain
        )
        return {pair: cells for scan, _ in _run(scans, engine, progress) for pair, cells in scan.items()}
    return _through(Cache(cache), lake, wanted, buckets, engine=engine, grain=grain, progress=progress)


def _through(
    store: Cache,
    lake: Lake,
    wanted: Wanted,
    buckets: Sequence[Bucket],
    *,
    engine: Engine,
    grain: Grain,
    progress: Progress | None,
) -> Counted:
    keys = _keys(lake, wanted, buckets, grain)
    found_before = store.get([key for row in keys.values() for key in row if key])
    kept: dict[Key | None, Cells] = {key: decoded(content) for key, content in found_before.items()}
    missing = {pair: [i for i, key in enumerate(row) if key and key not in kept] for pair, row in keys.items()}
    scans = _scans(lake, {pair: columns for pair, columns in missing.items() if columns}, buckets, grain)
    pieces: dict[tuple[Source, Grouping], list[tuple[Cells, Sequence[int]]]] = {pair: [] for pair in keys}
    made: dict[Key, Cells] = {}
    for found, columns in _run(scans, engine, progress):
        for pair, cells in found.items():
            pieces[pair].append((cells, columns))
            made |= {key: _column(cells, at) for at, i in enumerate(columns) if (key := keys[pair][i])}
    for pair, row in keys.items():
        pieces[pair] += [(kept[key], [i]) for i, key in enumerate(row) if key in kept]
    store.put({key: encoded(cells) for key, cells in made.items()}, list(found_before))
    return {(s, g): merge(found, names_of(s.atoms), len(buckets)) for (s, g), found in pieces.items()}


def _run(
    scans: Sequence[tuple[Scan, Sequence[int]]], engine: Engine, progress: Progress | None
) -> list[tuple[Counted, Sequence[int]]]:
    answers = []
    for done, (scan, columns) in enumerate(scans):
        if progress:
            progress(done, len(scans))
        answers.append((run(scan, engine), columns))
    if progress and scans:
        progress(len(scans), len(scans))
    return answers


def _scans(
    lake: Lake,
    missing: Mapping[tuple[Source, Grouping], Sequence[int]],
    buckets: Sequence[Bucket],
    grain: Grain,
) -> list[tuple[Scan, Sequence[int]]]:
    """One scan for everything of a dataset and period column that lacks the same buckets."""
    scans: dict[tuple[str, str, tuple[int, ...]], Scan] = {}
    for (source, grouping), columns in missing.items():
        place = (source.dataset, source.day, tuple(columns))
        if place not in scans:
            chosen = [buckets[i] for i in columns]
            scans[place] = Scan(lake.datasets[source.dataset], source.day, grain, chosen, {})
        scans[place].wanted.setdefault(source, []).append(grouping)
    return [(scan, place[2]) for place, scan in scans.items()]


def _column(cells: Cells, at: int) -> Cells:
    """One period of the cells, without the groups that have no rows in it."""
    some = rows_of(cells)[:, at] > 0
    groups = [group for group, there in zip(cells.groups, some.tolist(), strict=True) if there]
    return Cells(groups, {name: table[some, at : at + 1] for name, table in cells.tables.items()})


def _keys(
    lake: Lake, wanted: Wanted, buckets: Sequence[Bucket], grain: Grain
) -> dict[tuple[Source, Grouping], list[Key | None]]:
    """A key for each bucket; None where no partition reaches into it, so that there is nothing to count."""
    data: dict[tuple[str, str], list[bytes | None]] = {}
    keys = {}
    for source, groupings in wanted.items():
        if (source.dataset, source.day) not in data:
            data[source.dataset, source.day] = [_data(lake, source, bucket.first, bucket.last) for bucket in buckets]
        hashes = data[source.dataset, source.day]
        for grouping in groupings:
            place = hashlib.sha256(repr((source.definition, grain, grouping)).encode())
            row: list[Key | None] = []
            for bucket, digest in zip(buckets, hashes, strict=True):
                if digest is None:
                    row.append(None)
                    continue
                here = place.copy()
                here.update(f"{bucket.first}/{bucket.last}".encode())
                row.append(Key(here.digest()[:20], digest))
            keys[source, grouping] = row
    return keys


def _data(lake: Lake, source: Source, first: date, last: date) -> bytes | None:
    touched = lake.datasets[source.dataset].between(source.day, first, last)
    if not touched:
        return None
    return hashlib.sha256("".join(p.hash for p in touched).encode()).digest()[:20]
