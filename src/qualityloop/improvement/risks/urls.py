"""Addresses of quality plans."""

from __future__ import annotations

from django.urls import path

from qualityloop.foundation.listing import listing_page
from qualityloop.improvement.risks import listings
from qualityloop.improvement.risks.views import plans, register

app_name = "improvement_risks"

urlpatterns = [
    path("", listing_page(listings.PLANS), name="plans"),
    path("new/", plans.new, name="new"),
    path("<int:pk>/", plans.plan, name="plan"),
    path("<int:pk>/edit/", plans.edit, name="edit"),
    path("<int:pk>/approve/", plans.approve, name="approve"),
    path("<int:pk>/launch/", plans.launch, name="launch"),
    path("<int:pk>/back/", plans.back, name="back"),
    path("<int:pk>/stop/", plans.stop, name="stop"),
    path("<int:pk>/goals/new/", register.goal_new, name="goal_new"),
    path("<int:pk>/ready/new/", register.ready_new, name="ready_new"),
    path("<int:pk>/risks/new/", register.risk_new, name="risk_new"),
    path("items/<int:pk>/edit/", register.item_edit, name="item_edit"),
    path("items/<int:pk>/do/", register.item_do, name="item_do"),
    path("risk/<int:pk>/edit/", register.risk_edit, name="risk_edit"),
    path("risk/<int:pk>/do/", register.risk_do, name="risk_do"),
    path("risk/<int:pk>/accept/", register.accept, name="accept"),
]
