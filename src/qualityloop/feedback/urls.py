"""Addresses of what customers say."""

from __future__ import annotations

from django.urls import path

from qualityloop.feedback import listings, views
from qualityloop.foundation.listing import listing_page

app_name = "feedback"

urlpatterns = [
    path("survey-responses/", listing_page(listings.SURVEY_RESPONSES), name="survey_responses"),
    path("survey-responses/<int:pk>/", views.survey_response, name="survey_response"),
    path("complaints/", listing_page(listings.COMPLAINTS), name="complaints"),
    path("complaints/<int:pk>/", views.complaint, name="complaint"),
    path("reviews/", listing_page(listings.REVIEWS), name="reviews"),
    path("reviews/<int:pk>/", views.review, name="review"),
    path("praise/", listing_page(listings.PRAISE), name="praise"),
    path("praise/new/", views.praise_new, name="praise_new"),
    path("praise/<int:pk>/", views.one_praise, name="one_praise"),
]
