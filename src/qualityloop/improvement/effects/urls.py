"""Addresses of effects and of proposals for standards."""

from __future__ import annotations

from django.urls import path

from qualityloop.foundation.listing import listing_page
from qualityloop.improvement.effects import listings, views, views_loop, views_proposals

app_name = "improvement_effects"

urlpatterns = [
    path("loop/", views_loop.loop, name="loop"),
    path("effects/", listing_page(listings.EVALUATIONS), name="evaluations"),
    path("effects/<int:pk>/", views.evaluation, name="evaluation"),
    path("effects/<int:pk>/again/", views.again, name="again"),
    path("effects/of-problem/<int:pk>/", views.of_problem, name="of_problem"),
    path("effects/of-problem/<int:pk>/evaluate/", views.evaluate, name="evaluate"),
    path("effects/of-problem/<int:pk>/propose/", views_proposals.propose, name="propose"),
    path("proposals/", listing_page(listings.PROPOSALS), name="proposals"),
    path("proposals/<int:pk>/", views_proposals.proposal, name="proposal"),
    path("proposals/<int:pk>/edit/", views_proposals.edit, name="proposal_edit"),
    path("proposals/<int:pk>/decide/", views_proposals.decide, name="decide"),
]
