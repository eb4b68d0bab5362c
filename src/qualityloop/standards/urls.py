"""Addresses of the standards."""

from __future__ import annotations

from django.urls import include, path

from qualityloop.standards import documents
from qualityloop.standards.indicators import views as indicators
from qualityloop.standards.indicators.kind import INDICATORS
from qualityloop.standards.versions.pages import pages

app_name = "standards"

VERSION = "<str:key>/<int:number>/"

indicator_pages = [
    path("new/", indicators.new, name="indicators_new"),
    path(f"{VERSION}edit/", indicators.edit, name="indicators_edit"),
    path(f"{VERSION}edit/indicator/", indicators.row, name="indicators_row"),
    path(f"{VERSION}check/", indicators.instant_check, name="indicators_check"),
    path(f"{VERSION}preview/", indicators.try_out, name="indicators_preview"),
    path(f"{VERSION}file/", indicators.take_file, name="indicators_file"),
    path(f"{VERSION}export/", indicators.export, name="indicators_export"),
    *pages(INDICATORS),
]

urlpatterns = [
    path("indicators/", include(indicator_pages)),
    *documents.addresses(),
]
