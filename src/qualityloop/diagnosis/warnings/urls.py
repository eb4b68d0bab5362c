"""Addresses of early warning."""

from __future__ import annotations

from django.urls import path

from qualityloop.diagnosis.warnings import monitoring_views, views
from qualityloop.diagnosis.warnings.listings import EARLY_WARNINGS
from qualityloop.foundation.listing import listing_page

app_name = "diagnosis_warnings"

urlpatterns = [
    path("", listing_page(EARLY_WARNINGS), name="warnings"),
    path("rules/", views.rules, name="rules"),
    path("rules/<slug:key>/", views.rule, name="rule"),
    path("watches/new/", views.watch_new, name="watch_new"),
    path("watches/<int:pk>/", views.watch, name="watch"),
    path("watches/<int:pk>/switch/", views.switch, name="watch_switch"),
    path("monitoring/", monitoring_views.monitor, name="monitor"),
    path("monitoring/figures/", monitoring_views.figures, name="figures"),
    path("monitoring/queues/", monitoring_views.waiting, name="queues"),
    path("monitoring/review/", monitoring_views.review, name="review"),
    path("monitoring/reports/", monitoring_views.reports, name="reports"),
    path("monitoring/reports/<int:pk>/", monitoring_views.report, name="report"),
    path("<int:pk>/", views.warning, name="warning"),
    path("<int:pk>/take/", views.take, name="take"),
    path("<int:pk>/hand/", views.hand, name="hand"),
    path("<int:pk>/end/", views.end, name="end"),
]
