"""Addresses of tagging."""

from __future__ import annotations

from django.urls import path

from qualityloop.collection.tagging import views
from qualityloop.collection.tagging.listings import TAGGED
from qualityloop.foundation.listing import listing_page

app_name = "tagging"

urlpatterns = [
    path("", views.tags, name="tags"),
    path("new/", views.tag_new, name="tag_new"),
    path("<int:number>/edit/", views.tag_edit, name="tag_edit"),
    path("rules/new/", views.rule_new, name="rule_new"),
    path("rules/try/", views.rule_try, name="rule_try"),
    path("rules/<int:number>/", views.rule, name="rule"),
    path("rules/<int:number>/remove/", views.rule_remove, name="rule_remove"),
    path("learn/", views.learn, name="learn"),
    path("records/", listing_page(TAGGED), name="tagged"),
    path("records/<slug:dataset>/<int:pk>/", views.toggle, name="toggle"),
    path("statistics/", views.statistics, name="statistics"),
    path("suggestions/", views.suggestions, name="suggestions"),
    path("suggestions/<int:number>/", views.judge, name="judge"),
]
