"""The mapping of an import: as proposed, tried on sample rows, changed, kept for the next time."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.files.mapping_text import mapping_to_yaml
from qualityloop.collection import drafting, editing, queries, services
from qualityloop.collection.api.imports import found_run, imports
from qualityloop.collection.models import ImportRun, SavedMapping
from qualityloop.collection.permissions import IMPORT
from qualityloop.foundation.api import ApiError, Strict, allows, refused_as, register_router, spoken
from qualityloop.foundation.api.faults import Fault
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.permissions import person
from qualityloop.foundation.wording import in_language, language, shown

mappings = Router(tags=[spoken(_("Import"))])

Name = Annotated[str, Field(min_length=1, max_length=100)]
TEXT_LIMIT = 200_000  # characters of a mapping


class ColumnSent(Strict):
    """How one column is filled."""

    column: Name = Field(description=spoken(_("Column of the data set")))
    origin: str | None = Field(
        None, alias="from", max_length=300, description=spoken(_("Column of the file; null where “how” says it all"))
    )
    how: str = Field("", max_length=2000, description=spoken(_("How it is read, as in the text of a mapping")))


class TableSent(Strict):
    """What is to be changed about one table; columns that are left out stay."""

    number: int = Field(ge=0, le=10_000, description=spoken(_("Its place in the answer")))
    dataset: str | None = Field(None, max_length=64, description=spoken(_("Key of a data set")))
    skip: bool = Field(False, description=spoken(_("Do not import this")))
    columns: list[ColumnSent] = Field(default_factory=list, max_length=200)


class MappingSent(Strict):
    """A mapping as text, or changes to the one there is."""

    text: str | None = Field(
        None, min_length=1, max_length=TEXT_LIMIT, description=spoken(_("The whole mapping as YAML"))
    )
    source: str = Field("", max_length=100, description=spoken(_("Name of the system; records are found again by it")))
    zone: str | None = Field(
        None, max_length=60, description=spoken(_("Time zone of the files, such as Asia/Shanghai"))
    )
    tables: list[TableSent] = Field(default_factory=list, max_length=1000)


class ColumnAnswer(BaseModel):
    """A column of the data set, how it is filled, and what becomes of it."""

    column: str
    type: str
    required: bool
    origin: str | None = Field(serialization_alias="from")
    how: str
    error: str
    examples: list[str]
    wrong: int = Field(description=spoken(_("Sample rows that fail at this column")))


class SampleReject(BaseModel):
    """A sample row that would be rejected."""

    row: int
    column: str
    reason: str


class SampleRow(BaseModel):
    """A row of the file as it came."""

    row: int
    cells: dict[str, str | None]


class TableAnswer(BaseModel):
    """A table of the mapping, tried on sample rows."""

    number: int
    dataset: str
    files: list[str]
    skip: bool
    problem: str
    file_columns: list[str]
    unused: list[str]
    columns: list[ColumnAnswer]
    sample: list[SampleRow]
    sample_rows: int
    fitting: int | None = Field(description=spoken(_("Sample rows that fit; null where they could not be tried")))
    rejected: list[SampleReject]


class FileProblem(BaseModel):
    """A file that cannot be read."""

    file: str
    problem: str


class MappingAnswer(BaseModel):
    """The mapping of an import with what it makes of the sample rows."""

    source: str
    zone: str
    text: str
    complete: bool = Field(description=spoken(_("Nothing must be put right before the import")))
    notes: list[str]
    problems: list[FileProblem]
    tables: list[TableAnswer]


class MappingName(Strict):
    """Under which name it is kept."""

    name: Name


class SavedMappingAnswer(BaseModel):
    """A mapping kept for the next time."""

    id: int
    name: str
    source: str
    text: str


@imports.get(
    "/{pk}/mapping",
    response={200: MappingAnswer},
    operation_id="imports_mapping",
    by_alias=True,
    **allows(
        IMPORT, _("Mapping of an import"), _("As it was proposed or changed, tried on sample rows while it is open.")
    ),
)
def mapping_one(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """As it was proposed or changed, tried on sample rows while it is open."""
    run = _with_mapping(request, pk)
    draft = drafting.as_it_stands(run)
    return _answer(run, drafting.tried(run, draft) if run.is_open else draft, run.source)


@imports.post(
    "/{pk}/mapping/try",
    response=MappingAnswer,
    operation_id="imports_mapping_try",
    by_alias=True,
    **allows(IMPORT, _("Try a mapping"), _("What it would make of the sample rows; nothing is kept.")),
)
def mapping_try(request: HttpRequest, pk: Key, mapping: MappingSent) -> dict[str, Any]:
    """What it would make of the sample rows; nothing is kept."""
    run = _open(request, pk)
    if mapping.text is not None:
        draft = drafting.tried_text(run, _alone(mapping))
    else:
        draft = drafting.tried(run, _changed(run, mapping))
    return _answer(run, draft, mapping.source or run.source)


@imports.put(
    "/{pk}/mapping",
    response=MappingAnswer,
    operation_id="imports_mapping_change",
    by_alias=True,
    **allows(IMPORT, _("Change the mapping of an import"), _("As text, or table by table; what is left out stays.")),
)
def mapping_change(request: HttpRequest, pk: Key, mapping: MappingSent) -> dict[str, Any]:
    """As text, or table by table; what is left out stays."""
    run = _open(request, pk)
    if mapping.text is None:
        draft = _changed(run, mapping)
        if draft.wrong:
            raise ApiError(
                422, "invalid", gettext("Something must be put right first."), fields=_faults(draft, mapping)
            )
        text = mapping_to_yaml(draft.mapping, language())
    else:
        text = _alone(mapping)
    services.import_map(actor=person(request), run=run, text=text, source=mapping.source, address=address_of(request))
    return _answer(run, drafting.tried(run, drafting.as_it_stands(run)), run.source)


@imports.post(
    "/{pk}/mapping/save",
    response={201: SavedMappingAnswer},
    operation_id="imports_mapping_save",
    **allows(
        IMPORT,
        _("Keep a mapping for next time"),
        _("Files with the same columns find it; a name used before is replaced."),
    ),
)
def mapping_save(request: HttpRequest, pk: Key, name: MappingName) -> Status[dict[str, Any]]:
    """Files with the same columns find it; a name used before is replaced."""
    run = _open(request, pk)
    with refused_as(409):
        saved = services.mapping_save(actor=person(request), run=run, name=name.name, address=address_of(request))
    return Status(201, _saved(saved))


@mappings.get(
    "",
    response=list[SavedMappingAnswer],
    operation_id="mappings_list",
    **allows(IMPORT, _("Saved mappings"), _("By name.")),
)
def mappings_list(request: HttpRequest) -> list[dict[str, Any]]:
    """By name."""
    return [_saved(one) for one in queries.saved_mappings()]


def _saved(one: SavedMapping) -> dict[str, Any]:
    return {"id": one.pk, "name": one.name, "source": one.source, "text": one.text}


def _with_mapping(request: HttpRequest, pk: int) -> ImportRun:
    run = found_run(request, pk)
    if not run.mapping:
        raise ApiError(409, "no_mapping", gettext("The files are still being looked at, or none could be read."))
    return run


def _open(request: HttpRequest, pk: int) -> ImportRun:
    run = found_run(request, pk)
    with refused_as(409):
        services.refuse_unless_open(run)
    return run


def _alone(mapping: MappingSent) -> str:
    if mapping.tables or mapping.zone is not None:
        fault = Fault(where="body.text", message=gettext("Give the text, or changes, not both."))
        raise ApiError(422, "invalid", fault.message, fields=[fault])
    return mapping.text or ""


def _changed(run: ImportRun, mapping: MappingSent) -> drafting.Draft:
    """The mapping with the changes, which are those of the page's form."""
    if not run.mapping:
        raise ApiError(409, "no_mapping", gettext("The files are still being looked at, or none could be read."))
    unknown = _unknown(drafting.as_it_stands(run), mapping)
    if unknown:
        raise ApiError(422, "invalid", gettext("The request does not make sense; “fields” says where."), fields=unknown)
    posted = {} if mapping.zone is None else {"zone": mapping.zone}
    for table in mapping.tables:
        head = f"t{table.number}"
        if table.dataset is not None:
            posted[f"{head}.dataset"] = table.dataset
        if table.columns and table.dataset is not None:
            posted[f"{head}.was"] = table.dataset  # the columns are those of that data set
        if table.skip:
            posted[f"{head}.skip"] = "on"
        for one in table.columns:
            posted[f"{head}.{one.column}.from"], posted[f"{head}.{one.column}.how"] = one.origin or "", one.how
    return drafting.changed(run, posted)


def _unknown(draft: drafting.Draft, mapping: MappingSent) -> list[Fault]:
    """Tables, data sets and columns that there are not."""
    found = []
    for place, table in enumerate(mapping.tables):
        where, said = f"body.tables.{place}", gettext("is not known here")
        if table.number >= len(draft.parts):
            found.append(Fault(where=f"{where}.number", message=said))
            continue
        part = draft.parts[table.number]
        dataset = table.dataset or part.table.dataset
        if dataset not in DATASETS:
            found.append(Fault(where=f"{where}.dataset", message=said))
            continue
        columns = {column.name for column in DATASETS[dataset].columns}
        for number, one in enumerate(table.columns):
            if one.column not in columns:
                found.append(Fault(where=f"{where}.columns.{number}.column", message=said))
            if one.origin and one.origin not in (*part.columns, editing.AS_WRITTEN):
                found.append(Fault(where=f"{where}.columns.{number}.from", message=said))
    return found


def _faults(draft: drafting.Draft, mapping: MappingSent) -> list[Fault]:
    found = []
    if draft.zone_error:
        found.append(Fault(where="body.zone", message=gettext("is no time zone")))
    for part in draft.parts:
        if part.errors:
            found += [
                Fault(where=f"body.tables.{part.number}.{one.column.name}", message=in_language(one.error, language()))
                for one in part.fields
                if one.error
            ]
    return found or [Fault(where="body.tables", message=gettext("At least one table must be imported."))]


def _answer(run: ImportRun, draft: drafting.Draft, source: str) -> dict[str, Any]:
    return {
        "source": source,
        "zone": draft.mapping.zone,
        "text": mapping_to_yaml(draft.mapping, language()),
        "complete": not draft.wrong,
        "notes": [shown(note) for note in run.found.get("notes", [])],
        "problems": [{"file": name, "problem": shown(text)} for name, text in run.found.get("problems", {}).items()],
        "tables": [_table(part) for part in draft.parts],
    }


def _table(part: editing.Part) -> dict[str, Any]:
    rows = part.sample["rows"] if part.sample else []
    wrong = part.tried.wrong if part.tried else {}
    return {
        "number": part.number,
        "dataset": part.table.dataset,
        "files": list(part.table.files),
        "skip": part.skipped,
        "problem": in_language(part.problem, language()) if part.problem else "",
        "file_columns": part.columns,
        "unused": part.unused,
        "columns": [_column(one) for one in part.fields],
        "sample": [
            {"row": row, "cells": dict(zip(part.columns, cells, strict=True))}
            for row, cells in rows[: editing.ROWS_SHOWN]
        ],
        "sample_rows": len(rows),
        "fitting": len(part.tried.values) if part.tried else None,
        "rejected": [
            {"row": row, "column": one.column, "reason": in_language(one.reason, language())}
            for row, one in sorted(wrong.items())
        ],
    }


def _column(one: editing.Field) -> dict[str, Any]:
    return {
        "column": one.column.name,
        "type": one.column.type,
        "required": one.column.required,
        "origin": None if one.chosen in ("", editing.AS_WRITTEN) else one.chosen,
        "how": one.how,
        "error": in_language(one.error, language()) if one.error else "",
        "examples": one.examples,
        "wrong": one.wrong,
    }


register_router("mappings", mappings)
