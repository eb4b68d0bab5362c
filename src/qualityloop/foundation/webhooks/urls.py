"""Addresses of webhooks out."""

from __future__ import annotations

from django.urls import path

from qualityloop.foundation.listing import listing_page
from qualityloop.foundation.webhooks import views
from qualityloop.foundation.webhooks.listings import CALLS

app_name = "webhooks"

urlpatterns = [
    path("webhooks/", views.listed, name="subscriptions"),
    path("webhooks/new/", views.new, name="new"),
    path("webhooks/calls/", listing_page(CALLS), name="calls"),
    path("webhooks/calls/<uuid:call>/", views.call, name="call"),
    path("webhooks/calls/<uuid:call>/again/", views.again, name="again"),
    path("webhooks/<int:number>/", views.subscription, name="subscription"),
    path("webhooks/<int:number>/edit/", views.edit, name="edit"),
    path("webhooks/<int:number>/remove/", views.remove, name="remove"),
    path("webhooks/<int:number>/secret/", views.renew, name="renew"),
    path("webhooks/<int:number>/test/", views.test, name="test"),
]
