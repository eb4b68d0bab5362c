"""Addresses of the standards."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

app_name = "standards"

urlpatterns: list[URLPattern | URLResolver] = []
