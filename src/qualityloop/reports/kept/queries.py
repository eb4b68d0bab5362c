"""Reports that a person may read."""

from __future__ import annotations

from django.db import models

from qualityloop.reports.kept.models import DiagnosisReport
from qualityloop.reports.kept.permissions import SEE


def reports_for(user: object) -> models.QuerySet[DiagnosisReport]:
    """All of them, for whoever may read reports: each speaks of the whole service."""
    return DiagnosisReport.objects.all() if SEE.allows(user) else DiagnosisReport.objects.none()
