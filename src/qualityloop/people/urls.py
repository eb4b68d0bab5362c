"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from qualityloop.foundation.listing import listing_page
from qualityloop.people import views
from qualityloop.people.lists import STAFF_LIST

app_name = "people"
urlpatterns = [
    path("people/", views.organisation, name="organisation"),
    path("people/departments/new/", views.department_new, name="department_new"),
    path("people/departments/<int:pk>/", views.department, name="department"),
    path("people/departments/<int:pk>/edit/", views.department_edit, name="department_edit"),
    path("people/staff/", listing_page(STAFF_LIST), name="staff"),
    path("people/staff/new/", views.staff_new, name="staff_new"),
    path("people/staff/<int:pk>/", views.staff_member, name="staff_member"),
    path("people/staff/<int:pk>/edit/", views.staff_edit, name="staff_edit"),
    path("people/staff/<int:pk>/account/", views.staff_account, name="staff_account"),
    path("people/groups/", views.evaluation_groups, name="groups"),
    path("people/groups/new/", views.group_new, name="group_new"),
    path("people/groups/<int:pk>/", views.group_edit, name="group"),
]
