"""Addresses of the REST API; imported last, when every room's lists are declared."""

from __future__ import annotations

from django.urls import include, path, re_path

from qualityloop.foundation.api import views
from qualityloop.foundation.api.app import addresses, nothing_here, the_api
from qualityloop.foundation.api.listings import ALL
from qualityloop.foundation.listing import listing_page
from qualityloop.foundation.permissions import public

app_name = "api"

urlpatterns = [
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/all/", listing_page(ALL), name="all_tokens"),
    path("tokens/<int:pk>/", views.token, name="token"),
    path("tokens/<int:pk>/revoke/", views.revoke, name="revoke"),
    path("v1/openapi.json", views.openapi, name="openapi"),
    path("v1/docs/", views.docs, name="docs"),
    path("v1/", include(addresses(the_api()))),
    re_path("^v1/", public(nothing_here), name="nothing"),
]
