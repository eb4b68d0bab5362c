"""Forms of proposals."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from qualityloop.improvement.effects.models import Proposal, ProposalKind
from qualityloop.improvement.effects.standardising import DOCUMENTS
from qualityloop.people.models import Staff
from qualityloop.standards.versions.models import Document


class ProposalForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a proposal says; lines only where an indicator is changed, a document where there is a room for it."""

    class Meta:
        model = Proposal
        fields = ("title", "text", "target", "warning", "document", "owner")
        widgets: ClassVar[dict[str, Any]] = {"text": forms.Textarea(attrs={"rows": 5, "wide": "1"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.instance.kind
        if kind != ProposalKind.INDICATOR:
            del self.fields["target"], self.fields["warning"]
        if kind not in DOCUMENTS:
            del self.fields["document"]
        else:
            found = Document.objects.filter(kind=DOCUMENTS[kind]).order_by("key")
            self.fields["document"].queryset = found  # type: ignore[attr-defined]
        self.fields["owner"].queryset = Staff.objects.filter(left_on__isnull=True).order_by("name")  # type: ignore[attr-defined]
