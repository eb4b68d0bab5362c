"""Addresses of the archive of customers."""

from __future__ import annotations

from django.urls import path

from qualityloop.customers import views
from qualityloop.customers.listings import CUSTOMERS
from qualityloop.foundation.listing import listing_page

app_name = "customers"

urlpatterns = [
    path("customers/", listing_page(CUSTOMERS), name="customers"),
    path("customers/new/", views.customer_new, name="customer_new"),
    path("customers/<int:pk>/", views.customer, name="customer"),
    path("customers/<int:pk>/edit/", views.customer_edit, name="customer_edit"),
    path("customers/<int:pk>/contacts/new/", views.contact_new, name="contact_new"),
    path("customers/<int:pk>/contacts/<int:contact>/", views.contact_edit, name="contact_edit"),
    path("customers/<int:pk>/contacts/<int:contact>/remove/", views.contact_remove, name="contact_remove"),
    path("customer-tiers/", views.tiers, name="tiers"),
    path("customer-tiers/new/", views.tier_new, name="tier_new"),
    path("customer-tiers/<int:pk>/", views.tier_edit, name="tier_edit"),
    path("customer-tiers/<int:pk>/remove/", views.tier_remove, name="tier_remove"),
]
