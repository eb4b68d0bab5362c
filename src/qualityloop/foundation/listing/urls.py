"""Addresses of saved views."""

from __future__ import annotations

from django.urls import path

from qualityloop.foundation.listing import views

app_name = "listing"

urlpatterns = [
    path("views/", views.keep, name="keep"),
    path("views/<int:pk>/delete/", views.drop, name="drop"),
]
