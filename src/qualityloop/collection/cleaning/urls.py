"""Addresses of data cleaning."""

from __future__ import annotations

from django.urls import path

from qualityloop.collection.cleaning import views
from qualityloop.collection.cleaning.listings import FINDINGS
from qualityloop.foundation.listing import listing_page

app_name = "cleaning"

urlpatterns = [
    path("", listing_page(FINDINGS), name="findings"),
    path("<int:number>/", views.finding, name="finding"),
    path("run/", views.run, name="run"),
    path("rules/", views.rules, name="rules"),
    path("rules/<slug:key>/", views.rule, name="rule"),
]
