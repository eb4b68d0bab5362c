"""Forms of the collection."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from croniter import croniter
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.messages import AnalysisError
from qualityloop.collection.models import DataSource, SavedMapping
from qualityloop.collection.sources import FORMATS, Option, Source


class SourceForm(forms.ModelForm):  # type: ignore[type-arg]
    """A data source: name, mapping, schedule, and the settings of its kind."""

    class Meta:
        model = DataSource
        fields = ("name", "mapping", "cron", "quiet_hours", "active")
        labels: ClassVar[dict[str, Any]] = {
            "name": pgettext_lazy("of a thing", "Name"),
            "active": _("Ask by the clock"),
        }

    def __init__(self, *arguments: Any, way: Source, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.way = way
        mapping = cast(forms.ModelChoiceField, self.fields["mapping"])  # type: ignore[type-arg]
        mapping.queryset = SavedMapping.objects.order_by("name")
        mapping.empty_label = str(_("whichever is recognised"))
        mapping.help_text = _("Saved on the page of an import. Files with other columns are listed and left alone.")
        self.fields["cron"].help_text = _(
            "Minute, hour, day, month, weekday; */15 * * * *: every quarter of an hour. Empty: only when asked by hand."
        )
        self.fields["quiet_hours"].help_text = _("Empty: three times the usual gap between news.")
        kept = self.instance.options if self.instance.pk else {}
        for option in way.options:
            self.fields[f"option_{option.key}"] = _field(option, kept.get(option.key))

    def clean_cron(self) -> str:
        """A cron expression of five parts, or nothing."""
        cron = str(self.cleaned_data["cron"]).strip()
        if cron and (len(cron.split()) != 5 or not croniter.is_valid(cron)):
            raise ValidationError(_("This is not a cron expression of five parts."))
        return cron

    def clean(self) -> dict[str, Any]:
        """The settings of the kind are tried out."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                self.way.check(self.options())
            except AnalysisError as error:
                self.add_error(f"option_{self.way.options[0].key}", error.in_language(get_language() or "zh"))
        return cleaned

    def options(self) -> dict[str, Any]:
        """The settings of the kind as they are kept; a secret that was left empty stays as it was."""
        found = {}
        for option in self.way.options:
            value = self.cleaned_data.get(f"option_{option.key}", "")
            if option.secret and not value and self.instance.pk:
                value = self.instance.options.get(option.key, "")
            found[option.key] = value
        return found


def _field(option: Option, kept: Any) -> forms.Field:
    words: dict[str, Any] = {"label": option.label, "help_text": option.help}
    if option.several:
        choices = option.choices or tuple((form.key, form.label) for form in FORMATS.values())
        return forms.MultipleChoiceField(choices=choices, required=option.required, initial=kept or [], **words)
    if option.choices:
        initial = kept or option.initial
        return forms.ChoiceField(choices=option.choices, required=option.required, initial=initial, **words)
    widget = forms.PasswordInput() if option.secret else forms.TextInput()
    required = option.required and not (option.secret and kept)
    initial = "" if option.secret else kept or option.initial
    return forms.CharField(required=required, max_length=500, initial=initial, widget=widget, **words)
