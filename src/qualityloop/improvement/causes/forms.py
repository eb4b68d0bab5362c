"""Forms of causes."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from qualityloop.improvement.causes.models import Category, CauseTag, Node
from qualityloop.improvement.causes.taxonomy import tags_in_use


class TagField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A kind of cause, said with its category."""

    def label_from_instance(self, obj: Any) -> str:
        """Category and name."""
        return f"{obj.category} · {obj.name}"


def _tags(node: Node | None) -> Any:
    keys = [tag.pk for tag in tags_in_use(node)]
    return CauseTag.objects.filter(pk__in=keys).select_related("category")


class NodeForm(forms.Form):
    """Text, how we know it, what kind of cause; `version` is what the person saw."""

    text = forms.CharField(label=_("Cause"), max_length=300)
    known_by = forms.CharField(
        label=_("How do we know"), required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "wide": "1"}),
    )  # fmt: skip
    tag = TagField(label=_("Kind of cause"), required=False, queryset=CauseTag.objects.none())
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, node: Node, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tag"].queryset = _tags(node)  # type: ignore[attr-defined]


class LockForm(forms.Form):
    """Why this one is the root, and what kind of cause it is."""

    reason = forms.CharField(
        label=_("Why this one is the root"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4, "wide": "1"})
    )
    tag = TagField(label=_("Kind of cause"), required=False, queryset=CauseTag.objects.none())

    def __init__(self, *args: Any, node: Node, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tag"].queryset = _tags(node)  # type: ignore[attr-defined]


class UnlockForm(forms.Form):
    """Why it is no longer the root."""

    reason = forms.CharField(
        label=_("Why it is no longer the root"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3, "wide": "1"})
    )


class DirectionForm(forms.Form):
    """In which direction to improve; `version` is what the person saw."""

    text = forms.CharField(
        label=_("Direction of the improvement"), required=False, max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class CategoryForm(forms.ModelForm):  # type: ignore[type-arg]
    """A category of causes."""

    class Meta:
        model = Category
        fields: ClassVar[tuple[str, ...]] = ("name", "sort", "active")


class TagForm(forms.ModelForm):  # type: ignore[type-arg]
    """A kind of cause."""

    class Meta:
        model = CauseTag
        fields: ClassVar[tuple[str, ...]] = ("category", "name", "active")
