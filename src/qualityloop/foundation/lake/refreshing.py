"""Bringing the lake up to date with the database: what changed, what is gone, or everything."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.db.models import Max, Model, QuerySet

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.lake import Lake, LakeWriter, Merged
from qualityloop.analysis.messages import AnalysisError
from qualityloop.foundation.lake.calendars import lake_calendar, lake_zone
from qualityloop.foundation.lake.extraction import (
    Moment,
    Reader,
    Types,
    clock,
    moment,
    number,
    rows,
    snapshot,
)
from qualityloop.foundation.lake.facts import Facts, registered
from qualityloop.foundation.lake.hints import Hints, hints_of, tables_of
from qualityloop.foundation.lake.models import Source
from qualityloop.foundation.lake.reading import lake_path
from qualityloop.foundation.lake.watermarks import Marks, Names, Read, State, state_of
from qualityloop.foundation.records.models import Deletion
from qualityloop.foundation.wording import Words

log = logging.getLogger(__name__)

OVERLAP = timedelta(minutes=15)  # how long after `changed` was set a transaction may begin, clocks included
KEEP_SECONDS = 3600.0  # how long a reader may go on with a snapshot that was replaced
MEMORY_LIMIT = "2GB"
MOST_HINTS = 20_000  # deletions in one data set; with more it is cheaper to read it all
MOST_SHARE = 0.3  # changed rows among all, likewise
DELETIONS = "deletions"  # their marks, among those of the data sets
CHUNK = 500  # keys in one question

Progress = Callable[[int, int, Words], None]


@dataclass(slots=True)
class Done:
    """What a refresh did. `lake` is None where there was nothing to do."""

    lake: Lake | None = None
    before: str | None = None
    rebuilt: bool = False
    rows_read: int = 0
    rows_changed: int = 0
    months: int = 0

    @property
    def changed(self) -> bool:
        """Whether the lake shows other rows than before."""
        return self.lake is not None and self.lake.snapshot != self.before


def bring_up_to_date(*, rebuild: bool = False, overlap: timedelta = OVERLAP, progress: Progress | None = None) -> Done:
    """Read what changed since the last time into the lake, or everything; nothing is seen before all is written.

    AnalysisError where another process is at it. A lake that was filled from files is left alone as long as the
    database has no records.
    """
    known = registered()
    calendar, zone = lake_calendar(), lake_zone()
    path = lake_path()
    options: dict[str, Any] = {"memory_limit": MEMORY_LIMIT, "keep_seconds": KEEP_SECONDS}
    with LakeWriter(path, zone=zone, calendar=calendar, anew=_is_damaged(path), **options) as writer:
        before = writer.snapshot
        old = state_of(writer.source)
        if old is None and not any(facts.query().exists() for facts in known.values()):
            return Done(before=before)
        token = str(Source.objects.get_or_create(pk=Source.ONLY)[0].token)
        if rebuild or not writer.fits or (old is not None and old.token != token):
            old = None
        seen = _highest(known)
        now = moment()
        with snapshot() as reader:
            run = _Run(writer, reader, old, seen, now, overlap, known)
            state = run.all(token, progress or (lambda done, of, text: None))
        lake = writer.commit(source=state.to_json())
    done = run.done
    done.lake, done.before, done.rebuilt = lake, before, old is None
    return done


def _is_damaged(path: Path) -> bool:
    """Whether a lake is there that cannot be opened: it is derived, so a new one takes its place."""
    try:
        return Lake.exists(path) and not Lake.open(path).snapshot
    except AnalysisError as error:
        log.warning("the lake is built anew: %s", error)
        return True


def _highest(known: dict[str, Facts]) -> dict[str, tuple[datetime, int]]:
    """Highest running numbers that can be seen, each with a time after which it was seen."""
    tables: dict[str, tuple[type[Model], str]] = {
        name: (facts.model, facts.serial) for name, facts in known.items() if facts.serial
    }
    found = {}
    tables[DELETIONS] = (Deletion, "id")
    for name, (model, column) in tables.items():
        highest = model._default_manager.aggregate(highest=Max(column))["highest"]
        found[name] = (clock(), int(highest or 0))
    return found


@dataclass(slots=True)
class _Run:
    """One refresh. `old` is what was noted last time (None: read everything), `seen` what was there before it began."""

    writer: LakeWriter
    reader: Reader
    old: State | None
    seen: dict[str, tuple[datetime, int]]
    now: Moment
    overlap: timedelta
    known: dict[str, Facts]
    done: Done = field(default_factory=Done)

    def all(self, token: str, progress: Progress) -> State:
        """Bring every data set up to date; what is to be noted for the next time."""
        for name in self.writer.datasets - set(self.known):
            self.writer.drop(name)
        hints: Hints = {}
        if self.old is not None:
            hints = hints_of(self._deletions(self.old), self.known, self.writer)
        datasets = {}
        for place, (name, facts) in enumerate(self.known.items()):
            progress(place, len(self.known), DATASETS[name].label)
            datasets[name] = self._dataset(facts, hints)
        progress(len(self.known), len(self.known), "")
        marks = self.old.deletions if self.old else Marks()
        settled = self.now.settled_at or (self.old.settled_at if self.old else None)
        return State(token, self.now.taken_at, settled, datasets, self._later(marks, DELETIONS))

    def _dataset(self, facts: Facts, hints: Hints) -> Read:
        name = facts.dataset
        read = self.old.datasets.get(name) if self.old else None
        definition = self._definition(facts)
        names = {path: self._names(facts, path, read.names.get(path) if read else None) for path in facts.names}
        settled = self.old.settled_at if self.old else None
        renamed = read is not None and any(read.names.get(p) != seen for p, (seen, _) in names.items())
        known = read if read is not None and read.definition == definition and settled and not renamed else None
        if known is None or not self._changes(facts, known, hints.get(name, set())):
            self._everything(facts)
        marks = Marks()
        if facts.serial:
            marks = self._later(read.marks if read else Marks(), name)
        return Read(definition, {path: latest for path, (_, latest) in names.items()}, marks)

    def _everything(self, facts: Facts) -> None:
        self.writer.write(facts.dataset, self._rows(facts, facts.query()), sparse=True)
        self.done.rows_changed += self.writer.rows(facts.dataset)

    def _changes(self, facts: Facts, read: Read, keys: set[tuple[str, ...]]) -> bool:
        """Merge what changed; False where it is cheaper, or necessary, to read everything."""
        changed = self._changed(facts, read)
        total = self._count(facts.query())
        if len(keys) > MOST_HINTS or self._count(changed) > max(CHUNK, MOST_SHARE * total):
            return False
        parts = chain([changed], self._again(facts, keys))
        table = pa.concat_tables([self._rows(facts, part).read_all() for part in parts])
        merged = Merged(0, 0, ())
        if table.num_rows or keys:
            merged = self.writer.merge(facts.dataset, table, tables_of(facts.dataset, keys))
        if self.writer.rows(facts.dataset) != total:
            log.warning(
                "%s: %s rows in the lake, %s in the database", facts.dataset, self.writer.rows(facts.dataset), total
            )
            return False
        self.done.rows_changed += merged.written + merged.gone
        self.done.months += len(merged.months)
        return True

    def _changed(self, facts: Facts, read: Read) -> QuerySet[Any]:
        """Rows that may have been written since the last time."""
        assert self.old is not None  # noqa: S101
        if facts.serial:
            base = read.marks.base(self.old.settled_at, self.reader.in_order)
            return facts.query().filter(**{f"{facts.serial}__gt": base})
        assert self.old.settled_at is not None  # noqa: S101
        return facts.query().filter(**{f"{facts.changed}__gte": self.old.settled_at - self.overlap})

    def _again(self, facts: Facts, keys: set[tuple[str, ...]]) -> Iterator[QuerySet[Any]]:
        """Rows with these keys as they are now: a deletion may have been followed by a new record."""
        source = facts.sources[facts.key[0]]
        wanted = sorted({key[0] for key in keys})
        for start in range(0, len(wanted), CHUNK):
            firsts, query = wanted[start : start + CHUNK], facts.query()
            if isinstance(source, str):
                yield query.filter(**{f"{source}__in": firsts})
            else:
                yield query.annotate(__first=source).filter(__first__in=firsts)

    def _rows(self, facts: Facts, query: QuerySet[Any]) -> pa.RecordBatchReader:
        read = rows(self.reader, query, facts.sources, _types(facts))
        return pa.RecordBatchReader.from_batches(read.schema, self._counted(read))

    def _counted(self, read: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
        for batch in read:
            self.done.rows_read += batch.num_rows
            yield batch

    def _count(self, query: QuerySet[Any]) -> int:
        sql, parameters = query.order_by().values_list("pk").query.sql_with_params()
        return number(self.reader, f"SELECT COUNT(*) FROM ({sql}) AS counted", parameters)

    def _later(self, marks: Marks, name: str) -> Marks:
        at, highest = self.seen[name]
        return marks.later(at, highest, self.now.settled_at, self.reader.in_order)

    def _deletions(self, old: State) -> Iterator[tuple[str, str]]:
        base = old.deletions.base(old.settled_at, self.reader.in_order)
        types: Types = {"dataset": "text", "key": "text"}
        for batch in rows(
            self.reader, Deletion.objects.filter(id__gt=base), {"dataset": "dataset", "key": "key"}, types
        ):
            yield from zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), strict=True)

    def _definition(self, facts: Facts) -> str:
        """Changes with the query and with the contract."""
        query = facts.query().order_by().values_list(*facts.sources.values()).query.sql_with_params()
        return hashlib.sha256(repr((query, DATASETS[facts.dataset])).encode()).hexdigest()[:16]

    def _names(self, facts: Facts, path: str, before: Names | None) -> tuple[Names | None, Names]:
        """Names behind a path: as far as they went last time, and all of them."""
        model = facts.model
        *steps, last = path.split("__")
        for step in steps:
            model = model._meta.get_field(step).related_model  # type: ignore[assignment]
        types: Types = {"pk": "integer", "name": "text"}
        found = rows(self.reader, model._default_manager.all(), {"pk": "pk", "name": last}, types).read_all()
        pairs = sorted(zip(found.column(0).to_pylist(), found.column(1).to_pylist(), strict=True))
        return (_digest(pairs, before.highest) if before else None), _digest(pairs, pairs[-1][0] if pairs else 0)


def _types(facts: Facts) -> Types:
    return {c.name: c.type for c in DATASETS[facts.dataset].columns if c.name in facts.sources}


def _digest(pairs: list[tuple[int, str]], highest: int) -> Names:
    content = "\n".join(f"{pk}\t{name}" for pk, name in pairs if pk <= highest)
    return Names(highest, hashlib.sha256(content.encode()).hexdigest()[:16])
