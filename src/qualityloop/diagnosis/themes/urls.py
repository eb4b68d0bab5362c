"""Addresses of themes."""

from __future__ import annotations

from django.urls import path

from qualityloop.diagnosis.themes import views, views_expectation
from qualityloop.diagnosis.themes.listings import ALL_THEMES, RUNS, STUDIES
from qualityloop.foundation.listing import listing_page

app_name = "diagnosis_themes"

urlpatterns = [
    path("", listing_page(RUNS), name="runs"),
    path("new/", views.new, name="new"),
    path("all/", listing_page(ALL_THEMES), name="themes"),
    path("expectation/", listing_page(STUDIES), name="studies"),
    path("expectation/new/", views_expectation.study_new, name="study_new"),
    path("expectation/file/", views_expectation.expectation, name="expectation"),
    path("expectation/<int:pk>/", views_expectation.study, name="study"),
    path("<int:pk>/", views.run, name="run"),
    path("<int:pk>/count/", views.count, name="count"),
    path("<int:pk>/carried/", views.carried, name="carried"),
    path("<int:pk>/label/", views.label, name="label"),
    path("theme/<int:pk>/", views.theme, name="theme"),
    path("theme/<int:pk>/judge/", views.judge, name="judge"),
    path("theme/<int:pk>/rename/", views.rename, name="rename"),
    path("theme/<int:pk>/merge/", views.merge, name="merge"),
    path("theme/<int:pk>/split/", views.split, name="split"),
]
