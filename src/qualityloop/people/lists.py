"""The list of staff."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.listing import Button, Column, Days, Listing, Related, Words, YesNo
from qualityloop.people import queries
from qualityloop.people.models import Department, Staff
from qualityloop.people.permissions import PEOPLE, PEOPLE_EDIT

STAFF_LIST = Listing(
    key="people.staff",
    title=_("Staff"),
    right=PEOPLE,
    of=Staff,
    query=queries.staff_for,
    columns=(
        Column("name", link=True),
        Column("number"),
        Column("department", path="department__name", label=_("department")),
        Column("post"),
        Column("phone"),
        Column("email", shown=False),
        Column("account", path="user__username", label=_("account")),
        Column("joined_on"),
        Column("left_on"),
    ),
    filters=(
        Words("name", "number", "phone", "email"),
        Related("department", options=lambda user: Department.objects.all()),
        YesNo("works_here", path="left_on__isnull", label=_("works here now")),
        YesNo("no_account", path="user__isnull", label=_("has no account")),
        Days("joined_on"),
    ),
    order="name",
    empty=_("No staff yet. Add somebody, or import records that name them."),
    record=lambda staff: reverse("people:staff_member", args=[staff.pk]),
    buttons=(Button(_("Add staff member"), "people:staff_new", PEOPLE_EDIT),),
)
