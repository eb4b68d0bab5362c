"""Forms of plans, tasks, meetings, checkpoints and reviews."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from qualityloop.improvement.causes.queries import root_causes
from qualityloop.improvement.evidence.indicators import indicators
from qualityloop.improvement.plans.account import FACTORS, factor_words
from qualityloop.improvement.plans.lots import RecordsAsked, dataset_choices
from qualityloop.improvement.plans.models import Measure, Meeting, Plan, Task
from qualityloop.improvement.plans.models.checkpoints import CheckKind
from qualityloop.people.models import Department, Staff

TEXT = forms.Textarea(attrs={"rows": 2, "wide": "1"})
DAY = {"type": "date"}


def _day(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs=DAY, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget, help_text=help_text)


def working() -> Any:
    """Staff who work here now."""
    return Staff.objects.filter(left_on__isnull=True).order_by("name", "pk")


def pairs_of(text: str) -> list[list[str]]:
    """A group as it is typed, `team=夜班; channel=电话`, as pairs of column and value."""
    found = []
    for part in text.replace("；", ";").replace("，", ";").replace(",", ";").split(";"):
        if not part.strip():
            continue
        column, sign, value = part.partition("=")
        if not sign or not column.strip() or not value.strip():
            raise forms.ValidationError(_("Write a group like team=Night shift; several columns with ; between them."))
        found.append([column.strip(), value.strip()])
    return found


def typed(pairs: Any) -> str:
    """Pairs of column and value as they are typed."""
    return "; ".join(f"{column}={value}" for column, value in pairs or [])


class MeasureForm(forms.ModelForm):  # type: ignore[type-arg]
    """A measure with its prediction; what is left open is said by the SMART check, not refused."""

    indicator = forms.ChoiceField(label=gettext_lazy("Indicator"), required=False)
    cause_key = forms.ChoiceField(
        label=gettext_lazy("Locked root cause"), required=False,
        help_text=gettext_lazy("What the measure removes. Lock causes on the page of the problem."),
    )  # fmt: skip
    group_typed = forms.CharField(
        label=gettext_lazy("Group"), required=False, max_length=500,
        help_text=gettext_lazy("Such as team=Night shift; empty for everybody"),
    )  # fmt: skip
    untouched_typed = forms.CharField(
        label=gettext_lazy("Untouched groups"), required=False, max_length=2000, widget=TEXT,
        help_text=gettext_lazy("Groups that the measure does not reach, one a line: what happens there anyway"),
    )  # fmt: skip
    risks_typed = forms.CharField(
        label=gettext_lazy("Risks, each with its contingency"), required=False, max_length=4000, widget=TEXT,
        help_text=gettext_lazy("One a line: risk => what is done then"),
    )  # fmt: skip

    class Meta:
        model = Measure
        fields = (
            "title", "action", "cause_key", "owner", "department", "starts_on", "due_on", "effort_days", "resources",
            "gaps", "contingency", "indicator", "direction", "amount", "effect_until", "baseline_from",
            "baseline_until", "method",
        )  # fmt: skip
        widgets: ClassVar[dict[str, Any]] = {
            **dict.fromkeys(("action", "resources", "gaps", "contingency"), TEXT),
            **{
                name: forms.DateInput(attrs=DAY, format="%Y-%m-%d")
                for name in ("starts_on", "due_on", "effect_until", "baseline_from", "baseline_until")
            },
        }

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = indicators()
        self.causes = {str(one.pk): one.text for one in root_causes(plan.problem)}
        language = get_language() or "zh"
        names = [(key, one.name.in_language(language)) for key, one in self.known.items()]
        own: Any = self.fields
        own["indicator"].choices = [("", "—"), *sorted(names, key=lambda pair: pair[1])]
        own["cause_key"].choices = [("", "—"), *self.causes.items()]
        own["owner"].queryset = working()
        own["department"].queryset = Department.objects.filter(is_active=True)
        own["amount"].help_text = _("For shares in percentage points: 10 means 10 %.")
        for key in FACTORS:
            own[f"account_{key}"] = forms.CharField(
                label=factor_words()[key], required=False, max_length=100,
                help_text=_("lowest / most likely / highest"),
            )  # fmt: skip
        self._begin(kwargs.get("instance"))

    def _begin(self, one: Measure | None) -> None:
        if one is None or one.pk is None:
            return
        self.initial["group_typed"] = typed(one.group)
        self.initial["untouched_typed"] = "\n".join(typed(group) for group in one.untouched)
        self.initial["risks_typed"] = "\n".join(f"{risk} => {then}" for risk, then in one.risks)
        if one.amount is not None and self._is_share(one.indicator):
            self.initial["amount"] = round(one.amount * 100, 10)
        for key, values in (one.account or {}).items():
            self.initial[f"account_{key}"] = " / ".join(f"{value:g}" for value in values)

    def _is_share(self, key: str) -> bool:
        return key in self.known and self.known[key].unit == "percent"

    def clean_group_typed(self) -> list[list[str]]:
        """Pairs of column and value."""
        return pairs_of(self.cleaned_data["group_typed"])

    def clean_untouched_typed(self) -> list[list[list[str]]]:
        """A group for each line."""
        return [pairs_of(line) for line in self.cleaned_data["untouched_typed"].splitlines() if line.strip()]

    def clean_risks_typed(self) -> list[list[str]]:
        """A risk and its contingency for each line; neither may be missing."""
        found = []
        for line in self.cleaned_data["risks_typed"].splitlines():
            if not line.strip():
                continue
            risk, _sign, then = line.partition("=>")
            if not risk.strip() or not then.strip():
                text = _("“{line}” has no contingency; write: risk => what is done then.")
                raise forms.ValidationError(text.format(line=line.strip()[:40]))
            found.append([risk.strip(), then.strip()])
        return found

    def clean(self) -> dict[str, Any]:
        """The ranges of the account, read from three numbers each."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        account = {}
        for key in FACTORS:
            text = str(cleaned.get(f"account_{key}") or "").replace("／", "/").strip()
            if not text:
                continue
            try:
                numbers = [float(part.replace(",", "")) for part in text.split("/")]
            except ValueError:
                numbers = []
            if len(numbers) == 1:
                numbers *= 3
            if len(numbers) != 3 or sorted(numbers) != numbers or numbers[0] < 0:
                self.add_error(f"account_{key}", _("Write three numbers, such as 800 / 1000 / 1200."))
                continue
            account[key] = numbers
        cleaned["account"] = account
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        """What the service takes."""
        values = {name: self.cleaned_data[name] for name in self.Meta.fields}
        values["cause"] = self.causes.get(values["cause_key"], "")
        if values["amount"] is not None and self._is_share(values["indicator"]):
            values["amount"] = values["amount"] / 100
        return values | {
            "group": self.cleaned_data["group_typed"], "untouched": self.cleaned_data["untouched_typed"],
            "risks": self.cleaned_data["risks_typed"], "account": self.cleaned_data["account"],
        }  # fmt: skip


class TaskForm(forms.ModelForm):  # type: ignore[type-arg]
    """A task."""

    class Meta:
        model = Task
        fields = ("title", "owner", "starts_on", "due_on", "note")
        widgets: ClassVar[dict[str, Any]] = {
            "note": TEXT,
            "starts_on": forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
            "due_on": forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = working()  # type: ignore[attr-defined]
        self.fields["owner"].required = True


class GoalForm(forms.Form):
    """What a plan is to reach."""

    goal = forms.CharField(label=gettext_lazy("Goal"), required=False, max_length=2000, widget=TEXT)


class WhyForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=2000, widget=TEXT)


class MeetingForm(forms.ModelForm):  # type: ignore[type-arg]
    """A meeting to be called."""

    title = forms.CharField(label=gettext_lazy("Title"), required=False, max_length=200)

    class Meta:
        model = Meeting
        fields = ("held_on", "title", "department")
        widgets: ClassVar[dict[str, Any]] = {"held_on": forms.DateInput(attrs=DAY, format="%Y-%m-%d")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = Department.objects.filter(is_active=True)  # type: ignore[attr-defined]
        self.fields["department"].help_text = _("Empty: the whole house")


class CheckForm(forms.Form):
    """A checkpoint to be planned; shares in percent."""

    kind = forms.ChoiceField(label=gettext_lazy("Way of checking"), choices=CheckKind.choices)
    title = forms.CharField(
        label=gettext_lazy("What is checked"), max_length=200,
        help_text=gettext_lazy("Such as: new knowledge articles of this week; one month after mentoring began"),
    )  # fmt: skip
    due_on = _day(gettext_lazy("Due on"))
    share = forms.FloatField(
        label=gettext_lazy("Share to check (%)"), required=False, min_value=0.01, max_value=100, initial=10
    )
    good = forms.FloatField(
        label=gettext_lazy("Acceptable share of bad items (%)"), required=False, min_value=0, max_value=99,
        help_text=gettext_lazy("With this and the next the number to check is computed, in place of the fixed share"),
    )  # fmt: skip
    poor = forms.FloatField(
        label=gettext_lazy("Share of bad items to be refused (%)"), required=False, min_value=0.01, max_value=99
    )

    def clean(self) -> dict[str, Any]:
        """Shares as 0..1; either both of the rule or none."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("share", "good", "poor"):
            if cleaned.get(name) is not None:
                cleaned[name] = cleaned[name] / 100
        good, poor = cleaned.get("good"), cleaned.get("poor")
        if (good is None) != (poor is None):
            self.add_error("poor", _("Give both shares, or none."))
        elif good is not None and poor is not None and good >= poor:
            self.add_error("poor", _("The acceptable share must be smaller than the share to be refused."))
        return cleaned


class DrawForm(forms.Form):
    """The lot of a checkpoint: records by a condition, or items one a line."""

    dataset = forms.ChoiceField(label=gettext_lazy("Records that make up the lot"), required=False)
    since = _day(gettext_lazy("First day"), required=False)
    until = _day(gettext_lazy("Last day"), required=False)
    where = forms.CharField(
        label=gettext_lazy("Condition"), max_length=2000, required=False,
        help_text=gettext_lazy("In the indicator language, such as: channel = 'online' AND reopened. Empty: all"),
        widget=forms.Textarea(attrs={"rows": 2, "wide": "1"}),
    )  # fmt: skip
    items = forms.CharField(
        label=gettext_lazy("or the items of the lot, one a line"), max_length=2_000_000, required=False,
        widget=forms.Textarea(attrs={"rows": 8, "wide": "1"}),
    )  # fmt: skip
    file = forms.FileField(
        label=gettext_lazy("or a text file with one item a line"), required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".txt,.csv"}),
    )  # fmt: skip
    seed = forms.IntegerField(
        label=gettext_lazy("Seed of the draw"), min_value=0, max_value=2**62, required=False,
        help_text=gettext_lazy("Empty: one is drawn. With it the draw can be done again."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["dataset"].choices = [("", "—"), *dataset_choices()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The records asked for, or the items as lines."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        cleaned["asked"] = None
        if cleaned.get("dataset"):
            since, until = cleaned.get("since"), cleaned.get("until")
            for name, day in (("since", since), ("until", until)):
                if day is None and name not in self.errors:
                    self.add_error(name, _("Say from when to when."))
            if since and until:
                cleaned["asked"] = RecordsAsked(cleaned["dataset"], since, until, cleaned.get("where") or "")
            return cleaned
        text = cleaned.get("items") or ""
        if (file := cleaned.get("file")) is not None:
            if file.size > 5_000_000:
                self.add_error("file", _("The file is too large."))
            else:
                try:
                    text = file.read().decode("utf-8-sig")
                except UnicodeDecodeError:
                    self.add_error("file", _("The file is no UTF-8 text."))
        cleaned["lines"] = [line for line in text.splitlines() if line.strip()]
        if not cleaned["lines"] and not self.errors:
            self.add_error("items", _("Name at least one item."))
        return cleaned
