"""Addresses of the state of the system."""

from __future__ import annotations

from django.urls import path

from qualityloop.foundation.care import views

app_name = "care"

urlpatterns = [path("system/", views.state, name="state")]
