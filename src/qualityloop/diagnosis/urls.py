"""Addresses of the diagnosis."""

from __future__ import annotations

from django.urls import path

from qualityloop.diagnosis import views

app_name = "diagnosis"

urlpatterns = [
    path("", views.overview, name="overview"),
    path("indicators/", views.indicators, name="indicators"),
    path("indicators/<slug:key>/", views.indicator, name="indicator"),
    path("indicators/<slug:key>/rows/", views.rows, name="rows"),
    path("process/", views.process, name="process"),
    path("process/compare/", views.compare, name="compare"),
    path("process/cases/", views.cases, name="cases"),
]
