"""Addresses of negative feedback."""

from __future__ import annotations

from django.urls import path

from qualityloop.feedback.negatives import views
from qualityloop.feedback.negatives.listings import FOUND
from qualityloop.foundation.listing import listing_page

app_name = "feedback_negatives"

urlpatterns = [
    path("", listing_page(FOUND), name="found"),
    path("judging/", views.judging, name="judging"),
    path("threshold/", views.threshold, name="threshold"),
    path("threshold/fit/", views.fit, name="fit"),
    path("<int:pk>/", views.opinion, name="opinion"),
    path("<int:pk>/judge/", views.judge, name="judge"),
]
