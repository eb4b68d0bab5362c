"""Addresses of documents."""

from __future__ import annotations

from django.urls import path

from qualityloop.reports.handbook import views

app_name = "reports"

urlpatterns = [
    path("handbook/", views.handbook, name="handbook"),
    path("handbook/make/", views.make, name="handbook_make"),
]
