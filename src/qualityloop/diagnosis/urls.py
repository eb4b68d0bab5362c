"""Addresses of the diagnosis."""

from __future__ import annotations

from django.urls import path

from qualityloop.diagnosis import views

app_name = "diagnosis"

urlpatterns = [
    path("", views.overview, name="overview"),
    path("indicators/", views.indicators, name="indicators"),
    path("process/", views.process, name="process"),
]
