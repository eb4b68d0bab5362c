"""Writing by the rules of a page: its form is filled in with what a program sends, and refuses what it would refuse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.forms.forms import BaseForm


def filled(make: Callable[..., BaseForm], changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the form that `make` makes takes, after `changes` to what it shows. ValidationError by field."""
    shown = make()
    kept = {name: shown.get_initial_for_field(field, name) for name, field in shown.fields.items()}
    form = make({**kept, **(changes or {})})
    if not form.is_valid():
        raise ValidationError(form.errors.as_data())
    return form.cleaned_data
