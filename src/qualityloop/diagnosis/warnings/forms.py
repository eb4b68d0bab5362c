"""Forms of early warning."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.indicators.standard import Indicator
from qualityloop.analysis.warning.finding import Rule
from qualityloop.diagnosis.courses import courses
from qualityloop.diagnosis.warnings.models import RuleSetting, Watch
from qualityloop.diagnosis.warnings.permissions import WORK
from qualityloop.foundation.models import User
from qualityloop.people.models import Department


class HandForm(forms.Form):
    """To whom, and why."""

    to = forms.ModelChoiceField(queryset=User.objects.none(), label=_("New owner"))
    reason = forms.CharField(label=_("Reason"), required=False, max_length=500)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True, role__in=WORK.roles).order_by("name", "username")
        self.fields["to"].queryset = people  # type: ignore[attr-defined]


def _words(label: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=2000, widget=forms.Textarea(attrs={"rows": 3, "wide": "1"}))


class EndForm(forms.Form):
    """How a warning ends."""

    cause = _words(_("Cause"))
    action = _words(_("Corrective action"))
    lesson = _words(_("Lesson"))


class RuleForm(forms.Form):
    """A rule's switch and numbers, made of its declaration."""

    active = forms.BooleanField(label=_("The rule is on"), required=False)

    def __init__(self, *args: Any, rule: Rule, setting: RuleSetting | None, **kwargs: Any) -> None:
        values = rule.settings(setting.settings if setting else None)
        initial = {"active": setting.active if setting else True, **values}
        super().__init__(*args, **{"initial": initial, **kwargs})
        language = get_language() or "zh"
        for p in rule.parameters:
            label = p.name.in_language(language)
            if p.is_switch:
                self.fields[p.key] = forms.BooleanField(label=label, required=False)
            else:
                self.fields[p.key] = forms.FloatField(
                    label=label, min_value=p.least, max_value=p.most, help_text=f"{p.least:g} – {p.most:g}"
                )

    @property
    def numbers(self) -> dict[str, float]:
        """The parameters' values."""
        return {key: float(value) for key, value in self.cleaned_data.items() if key != "active"}


def indicators() -> dict[str, Indicator]:
    """Indicators of the standard by which the rules look, by key."""
    course = courses(settings.QUALITYLOOP_HOME).get(settings.QUALITYLOOP_STANDARD)
    return {one.key: one for one in course.newest.standard.indicators} if course else {}


class WatchForm(forms.Form):
    """A watch of one's own: which indicator, of whom, past which value it warns."""

    label = forms.CharField(label=_("Watched for"), max_length=200)
    indicator = forms.ChoiceField(label=_("Indicator"))
    team = forms.ChoiceField(label=_("Team"), required=False)
    side = forms.ChoiceField(label=_("Condition"), choices=Watch.Side.choices)
    threshold = forms.FloatField(label=_("Threshold"), min_value=-1e9, max_value=1e9)
    active = forms.BooleanField(label=_("The watch is on"), required=False)

    def __init__(self, data: Any = None, *, watch: Watch | None) -> None:
        self.watch, self.known = watch, indicators()
        group = dict(map(tuple, watch.grouping)) if watch else {}
        initial: dict[str, Any] = {"active": True}
        if watch is not None:
            initial = {name: getattr(watch, name) for name in ("label", "indicator", "side", "active")}
            initial |= {"team": group.get("team", ""), "threshold": self._typed(watch.indicator, watch.threshold)}
        super().__init__(data, initial=initial)
        words = get_language() or "zh"
        names = [(key, one.name.in_language(words)) for key, one in self.known.items()]
        self.fields["indicator"].choices = names  # type: ignore[attr-defined]
        teams = sorted({*Department.objects.values_list("name", flat=True), *filter(None, [group.get("team")])})
        self.fields["team"].choices = [("", _("all together")), *((t, t) for t in teams)]  # type: ignore[attr-defined]
        self.fields["threshold"].help_text = _("In the unit of the indicator; of shares in percent: 85 for 85 %.")

    def _typed(self, key: str, value: float) -> float:
        return round(value * 100, 10) if key in self.known and self.known[key].unit == "percent" else value

    @property
    def values(self) -> dict[str, Any]:
        """What `register_watch` takes."""
        given = self.cleaned_data
        percent = self.known[given["indicator"]].unit == "percent"
        return {
            "label": given["label"], "indicator": given["indicator"], "side": given["side"],
            "threshold": given["threshold"] / 100 if percent else given["threshold"], "active": given["active"],
            "group": [("team", given["team"])] if given["team"] else [],
        }  # fmt: skip

    @property
    def unsaved(self) -> Watch:
        """The watch as it would be, for trying it."""
        values = self.values
        return Watch(key="try", grouping=[list(p) for p in values.pop("group")], **values)
