"""Addresses of audits."""

from __future__ import annotations

from django.urls import path

from qualityloop.foundation.listing import listing_page
from qualityloop.improvement.audits import listings
from qualityloop.improvement.audits.views import points, reports, rounds

app_name = "improvement_audits"

urlpatterns = [
    path("", listing_page(listings.ROUNDS), name="rounds"),
    path("findings/", listing_page(listings.FINDINGS), name="findings"),
    path("new/", rounds.new, name="new"),
    path("<int:pk>/", rounds.one_round, name="round"),
    path("<int:pk>/edit/", rounds.edit, name="edit"),
    path("<int:pk>/checklist/", rounds.checklist, name="checklist"),
    path("<int:pk>/start/", rounds.start, name="start"),
    path("<int:pk>/to-report/", rounds.to_report, name="to_report"),
    path("<int:pk>/back/", rounds.back, name="back"),
    path("<int:pk>/close/", rounds.close, name="close"),
    path("<int:pk>/report/", reports.report, name="report"),
    path("<int:pk>/report.xlsx", reports.table, name="table"),
    path("<int:pk>/points/new/", points.new, name="point_new"),
    path("points/<int:pk>/edit/", points.edit, name="point_edit"),
    path("points/<int:pk>/remove/", points.remove, name="point_remove"),
    path("points/<int:pk>/answer/", points.answer, name="answer"),
    path("points/<int:pk>/finding/", points.finding, name="finding_new"),
    path("findings/<int:pk>/edit/", points.finding_edit, name="finding_edit"),
    path("findings/<int:pk>/problem/", points.to_problem, name="to_problem"),
    path("findings/<int:pk>/close/", points.finding_close, name="finding_close"),
]
