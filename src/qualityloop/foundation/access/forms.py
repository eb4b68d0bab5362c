"""Forms about roles."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.access.current import RoleNow, current_roles
from qualityloop.foundation.permissions import REGISTRY
from qualityloop.foundation.roles import Sees


class RoleForm(forms.Form):
    """A role with its permissions."""

    name = forms.CharField(label=_("Name of the role"), max_length=60)
    sees = forms.ChoiceField(
        label=_("Sees records that are"),
        choices=Sees.choices,
        help_text=_("Who leads a department sees its records in any case."),
    )
    second_factor = forms.BooleanField(label=_("Must have two factors"), required=False)
    permissions = forms.MultipleChoiceField(label=_("Permissions"), required=False)
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)

    def __init__(self, *args: Any, role: RoleNow, **kwargs: Any) -> None:
        has = [right.key for right in REGISTRY.values() if role.has(right.key, right.shipped)]
        kept = {"name": role.label, "sees": role.sees.value, "second_factor": role.second_factor, "permissions": has}
        super().__init__(*args, **{"initial": kept, **kwargs})
        self.fields["permissions"].choices = [(right.key, right.label) for right in REGISTRY.values()]  # type: ignore[attr-defined]
        if role.shipped:
            self.fields["name"].disabled = True

    def ticked(self) -> list[str]:
        """The permissions that are ticked now."""
        return list(self["permissions"].value() or [])


class CopyForm(forms.Form):
    """A new role from one that exists."""

    name = forms.CharField(label=_("Name of the role"), max_length=60)
    copied_from = forms.ChoiceField(label=_("Copied from"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["copied_from"].choices = current_roles().choices()  # type: ignore[attr-defined]
