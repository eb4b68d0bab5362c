"""What is wrong with an input, field by field, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import BaseModel, Field

from qualityloop.foundation.api.words import spoken


class Fault(BaseModel):
    """One thing that is wrong with what was sent."""

    where: str = Field(description=spoken(gettext_lazy("Path to it, such as body.name or query.limit")))
    message: str = Field(description=spoken(gettext_lazy("What is wrong with it, in the caller's language")))


class Problem(BaseModel):
    """An answer that is an error."""

    code: str = Field(description=spoken(gettext_lazy("For programs; it never changes with the language")))
    message: str = Field(description=spoken(gettext_lazy("For people, in the caller's language")))
    fields: list[Fault] = Field(default_factory=list, description=spoken(gettext_lazy("What of the input is wrong")))


def fault_of(error: Mapping[str, Any]) -> Fault:
    """A fault as pydantic reports it."""
    parts = [str(part) for part in error["loc"]]
    if len(parts) > 1 and parts[0] == "body":
        del parts[1]  # the name of our own parameter
    return Fault(where=".".join(parts), message=words_of(str(error["type"]), error))


def words_of(kind: str, error: Mapping[str, Any]) -> str:
    """The kind of a fault in words."""
    context = error.get("ctx") or {}
    limit = next(iter(context.values()), "")
    for kinds, text in (
        (("missing", "none_required"), _("is missing")),
        (("extra_forbidden",), _("is not known here")),
        (("string_too_long", "too_long"), _("is longer than {n}").format(n=context.get("max_length"))),
        (("string_too_short", "too_short"), _("is too short")),
        (
            ("greater_than_equal", "less_than_equal", "greater_than", "less_than"),
            _("lies outside what is allowed ({limit})").format(limit=limit),
        ),
        (("literal_error", "enum"), _("must be one of {values}").format(values=context.get("expected"))),
    ):
        if kind in kinds:
            return text
    return _typed(kind, error)


def _typed(kind: str, error: Mapping[str, Any]) -> str:
    for beginning, text in (
        ("int", _("must be a whole number")),
        ("float", _("must be a number")),
        ("bool", _("must be true or false")),
        ("datetime", _("must be an instant such as 2026-01-31T08:00:00+08:00")),
        ("timezone", _("must be an instant with its zone, such as 2026-01-31T08:00:00+08:00")),
        ("date", _("must be a day such as 2026-01-31")),
        ("string", _("must be a text")),
        ("list", _("must be a list")),
        ("dict", _("must be an object")),
        ("model", _("must be an object")),
    ):
        if kind.startswith(beginning):
            return text
    if "not an object" in str(error.get("msg")):
        return _("must be an object")
    return _("cannot be used ({kind})").format(kind=kind)
