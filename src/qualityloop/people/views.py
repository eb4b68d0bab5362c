"""Pages 组织架构, 部门, 员工, 评价小组."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from qualityloop.foundation.access.permissions import ACCOUNTS
from qualityloop.foundation.accounts import ONE_TIME_DAYS
from qualityloop.foundation.audit.presentation import history_panel
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.permissions import requires
from qualityloop.people import queries, services
from qualityloop.people.forms import DepartmentForm, GroupForm, StaffAccountForm, StaffForm
from qualityloop.people.models import Department, EvaluationGroup
from qualityloop.people.permissions import PEOPLE, PEOPLE_EDIT
from qualityloop.people.tree import department_tree

WRITING = ["GET", "HEAD", "POST"]


@requires(PEOPLE)
@require_safe
def organisation(request: HttpRequest) -> HttpResponse:
    """The chart of departments."""
    closed = request.GET.get("closed") == "1"
    context = {"tops": queries.chart(closed=closed), "closed": closed, "may_edit": PEOPLE_EDIT.allows(request.user)}
    return render(request, "people/organisation.html", context)


@requires(PEOPLE)
@require_safe
def department(request: HttpRequest, pk: int) -> HttpResponse:
    """One department: its leader, duties, parts, people, history."""
    found = get_object_or_404(Department.objects.select_related("parent", "leader"), pk=pk)
    tree = department_tree()
    above = {one.pk: one for one in Department.objects.filter(pk__in=tree.above(pk))}
    context: dict[str, Any] = {
        "department": found,
        "path": [above[number] for number in reversed(list(tree.above(pk)))],
        "children": Department.objects.filter(parent=found).select_related("leader"),
        "staff": queries.staff_in([pk], request.user),
        "may_edit": PEOPLE_EDIT.allows(request.user),
        **history_panel(found),
    }
    return render(request, "people/department.html", context)


@requires(PEOPLE_EDIT)
@require_http_methods(WRITING)
def department_new(request: HttpRequest) -> HttpResponse:
    """A new department."""
    parent = request.GET.get("parent", "")
    form = DepartmentForm(request.POST or None, parent=int(parent) if _is_number(parent) else None)
    return _saved(request, form, "people/department_form.html", {}, _department_save(request, form, None))


@requires(PEOPLE_EDIT)
@require_http_methods(WRITING)
def department_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename, move, close a department; say who leads it and what it does."""
    found = get_object_or_404(Department, pk=pk)
    form = DepartmentForm(request.POST or None, department=found)
    context = {"department": found}
    return _saved(request, form, "people/department_form.html", context, _department_save(request, form, found))


@requires(PEOPLE)
@require_safe
def staff_member(request: HttpRequest, pk: int) -> HttpResponse:
    """One member of staff."""
    found = get_object_or_404(queries.staff_for(request.user).select_related("department", "user"), pk=pk)
    context = {
        "staff": found,
        "leads": Department.objects.filter(leader=found),
        "may_edit": PEOPLE_EDIT.allows(request.user),
        "may_account": ACCOUNTS.allows(request.user),
        **history_panel(found),
    }
    return render(request, "people/staff_member.html", context)


@requires(PEOPLE_EDIT)
@require_http_methods(WRITING)
def staff_new(request: HttpRequest) -> HttpResponse:
    """A new member of staff."""
    department = request.GET.get("department", "")
    form = StaffForm(request.POST or None, department=int(department) if _is_number(department) else None)
    return _saved(request, form, "people/staff_form.html", {}, _staff_save(request, form, None))


@requires(PEOPLE_EDIT)
@require_http_methods(WRITING)
def staff_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a member of staff, link an account."""
    found = get_object_or_404(queries.staff_for(request.user), pk=pk)
    form = StaffForm(request.POST or None, staff=found)
    return _saved(request, form, "people/staff_form.html", {"staff": found}, _staff_save(request, form, found))


@requires(ACCOUNTS)
@require_http_methods(WRITING)
def staff_account(request: HttpRequest, pk: int) -> HttpResponse:
    """An account for a member of staff; its one-time password is shown once."""
    found = get_object_or_404(queries.staff_for(request.user), pk=pk)
    form = StaffAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user, password = services.staff_account(
                actor=request.user,  # type: ignore[arg-type]
                staff=found,
                email=found.email,
                address=address_of(request),
                **form.cleaned_data,
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            context = {"account": user, "password": password, "days": ONE_TIME_DAYS}
            response = render(request, "foundation/accounts/password.html", context)
            response["Cache-Control"] = "no-store"
            return response
    return render(request, "people/staff_account.html", {"staff": found, "form": form})


@requires(PEOPLE)
@require_safe
def evaluation_groups(request: HttpRequest) -> HttpResponse:
    """All evaluation groups."""
    context = {"groups": queries.groups(), "may_edit": PEOPLE_EDIT.allows(request.user)}
    return render(request, "people/groups.html", context)


@requires(PEOPLE_EDIT)
@require_http_methods(WRITING)
def group_new(request: HttpRequest) -> HttpResponse:
    """A new evaluation group."""
    form = GroupForm(request.POST or None)
    return _saved(request, form, "people/group_form.html", {}, _group_save(request, form, None))


@requires(PEOPLE_EDIT)
@require_http_methods(WRITING)
def group_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an evaluation group."""
    found = get_object_or_404(EvaluationGroup, pk=pk)
    form = GroupForm(request.POST or None, group=found)
    context = {"group": found, **history_panel(found)}
    return _saved(request, form, "people/group_form.html", context, _group_save(request, form, found))


def _department_save(request: HttpRequest, form: Any, found: Department | None) -> Any:
    def save() -> HttpResponse:
        kept = services.department_save(
            actor=request.user, department=found, address=address_of(request), **form.cleaned_data
        )
        return redirect("people:department", kept.pk)

    return save


def _staff_save(request: HttpRequest, form: Any, found: Any) -> Any:
    def save() -> HttpResponse:
        kept = services.staff_save(actor=request.user, staff=found, address=address_of(request), **form.cleaned_data)
        return redirect("people:staff_member", kept.pk)

    return save


def _group_save(request: HttpRequest, form: Any, found: EvaluationGroup | None) -> Any:
    def save() -> HttpResponse:
        data = {name: form.cleaned_data[name] for name in ("name", "starts_on", "ends_on", "purpose")}
        services.group_save(
            actor=request.user, group=found, members=form.members(), address=address_of(request), **data
        )
        return redirect("people:groups")

    return save


def _saved(request: HttpRequest, form: Any, template: str, context: dict[str, Any], save: Any) -> HttpResponse:
    """Save a form that is sent and valid; show it, with what is wrong, otherwise."""
    if request.method == "POST" and form.is_valid():
        try:
            answer: HttpResponse = save()
        except ValidationError as error:
            _put(form, error)
        else:
            messages.success(request, _("Saved."))
            return answer
    return render(request, template, {"form": form, **context})


def _put(form: Any, error: ValidationError) -> None:
    """Each fault at its field."""
    faults = error.message_dict if hasattr(error, "error_dict") else {"__all__": error.messages}
    for name, texts in faults.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
