"""Finding a model's field by a path such as `team__name`, and what is known about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models.constants import LOOKUP_SEP

Model = type[models.Model]
if TYPE_CHECKING:
    Field = models.Field[Any, Any]


def field_at(model: Model, path: str) -> Field | None:
    """The last field on the path; None where it is no field (an annotation, a property)."""
    found: Field | None = None
    for name in path.split(LOOKUP_SEP):
        try:
            field = model._meta.get_field(name)
        except FieldDoesNotExist:
            return None
        if not isinstance(field, models.Field):
            return None
        found = field
        if field.related_model is not None:
            model = field.related_model
    return found


def label_at(model: Model, path: str) -> str:
    """What people call the value there: `team__name` is the team, not its name."""
    parts = path.split(LOOKUP_SEP)
    field = field_at(model, parts[0])
    return str(field.verbose_name) if field is not None else parts[0].replace("_", " ")


def relations_at(model: Model, path: str) -> str | None:
    """The part of the path that leads to other tables; None where the value is in the model's own."""
    parts = path.split(LOOKUP_SEP)
    last = field_at(model, path)
    if last is None:
        return None
    if last.related_model is None:
        parts = parts[:-1]
    return LOOKUP_SEP.join(parts) or None


def value_at(record: Any, path: str) -> Any:
    """The value on the path of one record; None where a relation is empty."""
    for name in path.split(LOOKUP_SEP):
        if record is None:
            return None
        record = getattr(record, name)
        if callable(record) and not isinstance(record, models.Manager):
            record = record()
    return record


def is_indexed(model: Model, name: str) -> bool:
    """Whether an index of the model begins with the field, so that sorting by it reads no more than a page."""
    field = field_at(model, name)
    if field is None or LOOKUP_SEP in name or field.related_model is not None:
        return False
    if field.primary_key or field.unique or getattr(field, "db_index", False):
        return True
    meta = model._meta
    firsts = [index.fields[0] for index in meta.indexes if index.fields]
    firsts += [c.fields[0] for c in meta.constraints if isinstance(c, models.UniqueConstraint) and c.fields]
    return name in firsts
