"""Addresses of evidence."""

from __future__ import annotations

from django.urls import path

from qualityloop.improvement.evidence import views

app_name = "improvement_evidence"

urlpatterns = [
    path("on/<slug:kind>/<int:pk>/", views.add, name="add"),
    path("on/<slug:kind>/<int:pk>/number/", views.number, name="number"),
    path("<int:number>/remove/", views.remove, name="remove"),
]
