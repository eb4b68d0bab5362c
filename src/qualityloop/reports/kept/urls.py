"""Addresses of diagnosis reports."""

from __future__ import annotations

from django.urls import path

from qualityloop.foundation.listing import listing_page
from qualityloop.reports.kept import views
from qualityloop.reports.kept.listings import REPORTS

app_name = "reports_kept"

urlpatterns = [
    path("", listing_page(REPORTS), name="reports"),
    path("new/", views.new, name="new"),
    path("<int:pk>/", views.report, name="report"),
    path("<int:pk>/again/", views.again, name="again"),
]
