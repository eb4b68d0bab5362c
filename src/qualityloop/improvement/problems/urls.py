"""Addresses of problems."""

from __future__ import annotations

from django.urls import path

from qualityloop.foundation.listing import listing_page
from qualityloop.improvement.problems import (
    from_expectation,
    from_themes,
    from_voice,
    from_warnings,
    views,
    views_turning,
)
from qualityloop.improvement.problems.listings import PROBLEMS

app_name = "improvement_problems"

urlpatterns = [
    path("", listing_page(PROBLEMS), name="problems"),
    path("new/", views.new, name="new"),
    path("from/<slug:key>/", views_turning.turn, name="turn"),
    path("from-warning/<int:pk>/", from_warnings.turn_warning, name="turn_warning"),
    path("from-theme/<int:pk>/", from_themes.turn_theme, name="turn_theme"),
    path("from-study/<int:pk>/<int:number>/", from_expectation.turn_item, name="turn_study"),
    path("from-voice/<int:pk>/", from_voice.turn_opinion, name="turn_voice"),
    path("<int:pk>/", views.problem, name="problem"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/close/", views.close, name="close"),
    path("<int:pk>/reopen/", views.reopen, name="reopen"),
]
