"""Addresses of lessons and of the register."""

from __future__ import annotations

from django.urls import path

from qualityloop.foundation.listing import listing_page
from qualityloop.improvement.lessons import views
from qualityloop.improvement.lessons.listings import LESSONS

app_name = "improvement_lessons"

urlpatterns = [
    path("lessons/", listing_page(LESSONS), name="lessons"),
    path("lessons/<int:pk>/", views.lesson, name="lesson"),
    path("lessons/<int:pk>/edit/", views.edit, name="edit"),
    path("lessons/<int:pk>/share/", views.share, name="share"),
    path("lessons/<int:pk>/useful/", views.useful, name="useful"),
    path("register/", views.register, name="register"),
]
