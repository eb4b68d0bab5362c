"""Addresses of background jobs."""

from __future__ import annotations

from django.urls import path

from qualityloop.foundation.jobs import views

app_name = "jobs"

urlpatterns = [
    path("jobs/", views.runs, name="runs"),
    path("jobs/<int:number>/", views.run, name="run"),
    path("jobs/<int:number>/progress/", views.progress, name="progress"),
    path("jobs/<int:number>/cancel/", views.cancel, name="cancel"),
    path("jobs/<int:number>/again/", views.again, name="again"),
]
