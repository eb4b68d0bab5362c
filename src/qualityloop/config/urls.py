"""Every address of the application. Each view says who may open it (foundation.permissions)."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("qualityloop.foundation.urls")),
    path("", include("qualityloop.foundation.jobs.urls")),
    path("", include("qualityloop.foundation.notices.urls")),
    path("", include("qualityloop.foundation.webhooks.urls")),
    path("", include("qualityloop.foundation.chats.urls")),
    path("", include("qualityloop.foundation.files.urls")),
    path("", include("qualityloop.foundation.lake.urls")),
    path("", include("qualityloop.foundation.care.urls")),
    path("standards/", include("qualityloop.standards.urls")),
    path("", include("qualityloop.foundation.listing.urls")),
    path("", include("qualityloop.collection.urls")),
    path("cleaning/", include("qualityloop.collection.cleaning.urls")),
    path("tags/", include("qualityloop.collection.tagging.urls")),
    path("", include("qualityloop.people.urls")),
    path("", include("qualityloop.customers.urls")),
    path("", include("qualityloop.operations.urls")),
    path("", include("qualityloop.feedback.urls")),
    path("negative/", include("qualityloop.feedback.negatives.urls")),
    path("themes/", include("qualityloop.diagnosis.themes.urls")),
    path("warnings/", include("qualityloop.diagnosis.warnings.urls")),
    path("problems/", include("qualityloop.improvement.problems.urls")),
    path("evidence/", include("qualityloop.improvement.evidence.urls")),
    path("", include("qualityloop.improvement.causes.urls")),
    path("improvement/", include("qualityloop.improvement.plans.urls")),
    path("improvement/", include("qualityloop.improvement.effects.urls")),
    path("audits/", include("qualityloop.improvement.audits.urls")),
    path("risks/", include("qualityloop.improvement.risks.urls")),
    path("improvement/", include("qualityloop.improvement.lessons.urls")),
    path("", include("qualityloop.reports.urls")),
    path("reports/", include("qualityloop.reports.kept.urls")),
    path("", include("qualityloop.diagnosis.urls")),
    path("api/", include("qualityloop.foundation.api.urls")),  # last: it serves the lists that the others declare
]

handler400 = "qualityloop.foundation.errors.bad_request"
handler403 = "qualityloop.foundation.errors.forbidden"
handler404 = "qualityloop.foundation.errors.not_found"
handler500 = "qualityloop.foundation.errors.server_error"
