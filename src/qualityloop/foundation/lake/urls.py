"""Addresses of the lake."""

from __future__ import annotations

from django.urls import path

from qualityloop.foundation.lake import views

app_name = "lake"

urlpatterns = [
    path("data/", views.data, name="data"),
    path("data/refresh/", views.refresh, name="refresh"),
]
