"""A column of a list: where its value is, what it is called, how it looks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.db import models
from django.utils.functional import Promise
from django.utils.text import capfirst

from qualityloop.foundation.listing.fields import Model, field_at, is_indexed, label_at

Tone = Literal["met", "warning", "missed", "insufficient"]
NUMBERS = (models.IntegerField, models.FloatField, models.DecimalField)


@dataclass(frozen=True)
class Column:
    """One column.

    `path` leads to the value (`team__name`; the column's name itself where it is left out), `label` is the
    field's own where none is given. `sort` is None: sortable where an index serves it, or the whole list is
    `small`; False: never; True: always; a field's name: by that. `tone` gives a value its colour as a status,
    `text` its words; `words` says of a whole record what stands on the page, such as a number with its unit, while
    files and the API keep the number. A column that is not `shown` is in exports and in the API only.
    """

    name: str
    path: str = ""
    label: str | Promise | None = None
    link: bool = False
    sort: bool | str | None = None
    tone: Mapping[Any, Tone] | Callable[[Any], Tone | None] | None = None
    text: Callable[[Any], str] | None = None
    words: Callable[[Any], str] | None = None
    shown: bool = True
    type: Any = None  # of the value, for the API, where no field says it

    @property
    def way(self) -> str:
        """The path to the value."""
        return self.path or self.name

    def heading(self, model: Model) -> str:
        """What the column is called."""
        return capfirst(str(self.label) if self.label is not None else label_at(model, self.way))

    def order(self, model: Model, *, small: bool) -> str | None:
        """The field by which the list is sorted when this column is asked for; None where it cannot be."""
        if isinstance(self.sort, str):
            return self.sort
        field = field_at(model, self.way)
        if self.sort is False or field is None:
            return None
        allowed = self.sort is True or (small and field.related_model is None) or is_indexed(model, self.way)
        return self.way if allowed else None

    def is_number(self, model: Model) -> bool:
        """Whether its values are numbers, which stand at the right."""
        field = field_at(model, self.way)
        return isinstance(field, NUMBERS) and field.related_model is None and not field.choices

    def tone_of(self, value: Any) -> Tone | None:
        """The colour of a value as a status."""
        if self.tone is None:
            return None
        return self.tone.get(value) if isinstance(self.tone, Mapping) else self.tone(value)
