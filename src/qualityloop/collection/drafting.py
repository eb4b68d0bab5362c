"""The mapping of an import while it is worked on: as it stands, changed, tried on sample rows. Nothing is kept."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from copy import deepcopy
from dataclasses import dataclass

from qualityloop.analysis.files.mapping import Mapping
from qualityloop.analysis.files.mapping_loading import parse_mapping
from qualityloop.analysis.messages import AnalysisError
from qualityloop.collection import editing
from qualityloop.collection.importing import looking
from qualityloop.collection.importing.trying import file_of, try_rows
from qualityloop.collection.importing.workshop import Workshop, opened
from qualityloop.collection.models import ImportRun
from qualityloop.foundation.wording import language


@dataclass(frozen=True, slots=True)
class Draft:
    """A mapping with its tables as a form; `zone_error` is the name that is no time zone."""

    mapping: Mapping
    parts: list[editing.Part]
    zone_error: str = ""

    @property
    def wrong(self) -> bool:
        """Whether something must be put right before it can be kept."""
        return bool(self.zone_error) or any(part.errors for part in self.parts) or not self.mapping.tables


def changed(run: ImportRun, posted: MappingOf[str, str]) -> Draft:
    """The mapping of `run` as a form changes it. AnalysisError where what is kept cannot be read."""
    return Draft(*editing.edited(looking.draft_of(run), run.found, posted))


def as_it_stands(run: ImportRun) -> Draft:
    """The mapping of `run` as it is kept."""
    mapping = looking.draft_of(run)
    return Draft(mapping, editing.parts_of(mapping, run.found))


def tried(run: ImportRun, draft: Draft) -> Draft:
    """The same draft, with what becomes of the sample rows beside its columns."""
    with opened(run) as shop:
        _try_all(draft, shop)
    return draft


def tried_text(run: ImportRun, text: str) -> Draft:
    """A mapping that is written as text, tried. AnalysisError with the line that is wrong."""
    mapping, found = parse_mapping(text, looking.NAME, draft=True), deepcopy(run.found)
    with opened(run) as shop:
        looking.add_samples(mapping, shop.files, found)
        draft = Draft(mapping, editing.parts_of(mapping, found))
        _try_all(draft, shop)
    return draft


def _try_all(draft: Draft, shop: Workshop) -> None:
    for part in draft.parts:
        if not part.skipped and not part.errors:
            _try(draft.mapping, part, shop)


def _try(mapping: Mapping, part: editing.Part, shop: Workshop) -> None:
    sample = part.sample
    if not sample or file_of(sample["source"], shop.files) is None:
        return
    columns = sample["columns"]
    rows = {number: dict(zip(columns, cells, strict=True)) for number, cells in sample["rows"]}
    try:
        outcome = try_rows(mapping, part.table, sample["source"], rows, shop)
    except AnalysisError as error:
        part.problem = error.text
        return
    editing.show_tried(part, outcome, language())
