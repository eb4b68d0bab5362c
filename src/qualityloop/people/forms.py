"""Forms about departments, staff and evaluation groups."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.access.current import current_roles
from qualityloop.foundation.models import User
from qualityloop.foundation.roles import Role
from qualityloop.people.models import Department, EvaluationGroup, GroupMember, Staff
from qualityloop.people.services import Member

COMMAS = re.compile("[,\uff0c\u3001]")  # of a Chinese keyboard too
PICKS = forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"})


def _rows() -> forms.Textarea:
    return forms.Textarea(attrs={"rows": 3})


def _day(label: Any, *, required: bool = False) -> forms.DateField:
    return forms.DateField(label=label, required=required, widget=forms.DateInput(attrs={"type": "date"}))


def _working(also: int | None = None) -> Any:
    return Staff.objects.filter(Q(left_on__isnull=True) | Q(pk=also)).select_related("department")


class DepartmentForm(forms.Form):
    """A department."""

    name = forms.CharField(label=_("Name"), max_length=100)
    parent = forms.ModelChoiceField(Department.objects.none(), label=_("Belongs to"), required=False)
    leader = forms.ModelChoiceField(Staff.objects.none(), label=_("Leader"), required=False)
    duties = forms.CharField(label=_("Duties"), required=False, max_length=4000, widget=_rows())
    sort = forms.IntegerField(
        label=_("Order"), min_value=-9999, max_value=9999, help_text=_("Smaller numbers stand first.")
    )
    is_active = forms.BooleanField(label=_("Active"), required=False)

    def __init__(
        self, *args: Any, department: Department | None = None, parent: int | None = None, **kwargs: Any
    ) -> None:
        kept: dict[str, Any] = {"sort": 0, "is_active": True, "parent": parent}
        if department is not None:
            kept = {
                "name": department.name, "parent": department.parent_id, "leader": department.leader_id,
                "duties": department.duties, "sort": department.sort, "is_active": department.is_active,
            }  # fmt: skip
        super().__init__(*args, **{"initial": kept, **kwargs})
        above = Department.objects.filter(Q(is_active=True) | Q(pk=kept["parent"]))
        self.fields["parent"].queryset = above.exclude(pk=department.pk) if department else above  # type: ignore[attr-defined]
        self.fields["leader"].queryset = _working(department.leader_id if department else None)  # type: ignore[attr-defined]
        if department is None:
            del self.fields["is_active"]


class AccountField(forms.ModelChoiceField):  # type: ignore[type-arg] # cannot be subscripted when it runs
    """An account by name and user name."""

    def label_from_instance(self, obj: Any) -> str:
        """Names repeat, user names do not."""
        return f"{obj} ({obj.username})" if str(obj) != obj.username else str(obj)


class StaffForm(forms.Form):
    """A member of staff."""

    name = forms.CharField(label=_("Name"), max_length=150)
    number = forms.CharField(label=_("Staff number"), max_length=50, required=False)
    department = forms.ModelChoiceField(Department.objects.none(), label=_("Department"), required=False)
    post = forms.CharField(label=_("Post in the department"), max_length=100, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=50, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    joined_on = _day(_("Joined on"))
    left_on = _day(_("Left on"))
    user = AccountField(User.objects.none(), label=_("Account"), required=False)

    def __init__(self, *args: Any, staff: Staff | None = None, department: int | None = None, **kwargs: Any) -> None:
        kept: dict[str, Any] = {"department": department}
        if staff is not None:
            kept = {name: getattr(staff, name) for name in self.base_fields if name not in ("department", "user")}
            kept |= {"department": staff.department_id, "user": staff.user_id}
        super().__init__(*args, **{"initial": kept, **kwargs})
        self.fields["department"].queryset = Department.objects.filter(  # type: ignore[attr-defined]
            Q(is_active=True) | Q(pk=kept["department"])
        )
        free = Q(staff__isnull=True, is_active=True) & ~Q(role=Role.CUSTOMER.value)
        self.fields["user"].queryset = User.objects.filter(free | Q(pk=kept.get("user"))).order_by("username")  # type: ignore[attr-defined]


class StaffAccountForm(forms.Form):
    """An account for a member of staff."""

    username = forms.CharField(label=_("User name"), max_length=150, validators=[UnicodeUsernameValidator()])
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"role": Role.AGENT.value}, **kwargs})
        self.fields["role"].choices = current_roles().choices()  # type: ignore[attr-defined]


class GroupForm(forms.Form):
    """An evaluation group: one leader, any number of agents and specialists, representatives of customers by name."""

    name = forms.CharField(label=_("Name of the group"), max_length=100)
    starts_on = _day(_("Starts on"), required=True)
    ends_on = _day(_("Ends on"))
    purpose = forms.CharField(label=_("What it is for"), required=False, max_length=2000, widget=_rows())
    leader = forms.ModelChoiceField(Staff.objects.none(), label=GroupMember.Post.LEADER.label)
    senior_agent = forms.ModelMultipleChoiceField(
        Staff.objects.none(), label=GroupMember.Post.SENIOR_AGENT.label, required=False, widget=PICKS
    )
    qc = forms.ModelMultipleChoiceField(
        Staff.objects.none(), label=GroupMember.Post.QC.label, required=False, widget=PICKS
    )
    customer = forms.CharField(
        label=GroupMember.Post.CUSTOMER.label,
        max_length=300,
        required=False,
        help_text=_("Names of those who speak for the customers, separated by commas."),
    )

    def __init__(self, *args: Any, group: EvaluationGroup | None = None, **kwargs: Any) -> None:
        kept: dict[str, Any] = {}
        if group is not None:
            kept = {name: getattr(group, name) for name in ("name", "starts_on", "ends_on", "purpose")}
            members = list(group.members.all())
            posts = GroupMember.Post
            kept["leader"] = next((one.staff_id for one in members if one.post == posts.LEADER), None)
            for post in (posts.SENIOR_AGENT, posts.QC):
                kept[post.value] = [one.staff_id for one in members if one.post == post]
            kept["customer"] = ", ".join(one.who for one in members if one.post == posts.CUSTOMER)
        super().__init__(*args, **{"initial": kept, **kwargs})
        for name in ("leader", "senior_agent", "qc"):
            chosen = models.Q(pk__in=kept[name]) if kept.get(name) and name != "leader" else models.Q(pk=None)
            first = models.Case(models.When(chosen, then=0), default=1)  # who is in it stands first
            self.fields[name].queryset = _working().order_by(first, "name", "pk")  # type: ignore[attr-defined]

    def members(self) -> list[Member]:
        """Who belongs to it, after validation."""
        data, posts = self.cleaned_data, GroupMember.Post
        found: list[Member] = [(posts.LEADER.value, data["leader"], "")]
        for post in (posts.SENIOR_AGENT, posts.QC):
            found += [(post.value, one, "") for one in data[post.value]]
        names = COMMAS.split(data["customer"])
        return [*found, *((posts.CUSTOMER.value, None, name.strip()[:150]) for name in names if name.strip())]
