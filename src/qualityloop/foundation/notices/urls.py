"""Addresses of notices."""

from __future__ import annotations

from django.urls import path

from qualityloop.foundation.listing import listing_page
from qualityloop.foundation.notices import views
from qualityloop.foundation.notices.listings import DELIVERED

app_name = "notices"

urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("notices/bell/", views.bell, name="bell"),
    path("notices/read/", views.read_all, name="read_all"),
    path("notices/settings/", views.wishes, name="wishes"),
    path("notices/<int:number>/open/", views.opened, name="open"),
    path("notices/deliveries/", listing_page(DELIVERED), name="deliveries"),
    path("notices/deliveries/<int:number>/", views.delivery, name="delivery"),
    path("notices/deliveries/<int:number>/again/", views.again, name="again"),
]
