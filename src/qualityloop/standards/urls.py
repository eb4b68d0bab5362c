"""Addresses of the standards."""

from __future__ import annotations

from django.urls import include, path

from qualityloop.standards import documents
from qualityloop.standards.calendars import views as calendars
from qualityloop.standards.calendars.kind import CALENDARS
from qualityloop.standards.indicators import views as indicators
from qualityloop.standards.indicators.kind import INDICATORS
from qualityloop.standards.sla import views as sla
from qualityloop.standards.sla.kind import SLA
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

calendar_pages = [
    path("new/", calendars.new, name="calendars_new"),
    path(f"{VERSION}edit/", calendars.edit, name="calendars_edit"),
    path(f"{VERSION}check/", calendars.instant_check, name="calendars_check"),
    *pages(CALENDARS),
]

sla_pages = [
    path("new/", sla.new, name="sla_new"),
    path(f"{VERSION}edit/", sla.edit, name="sla_edit"),
    path(f"{VERSION}check/", sla.instant_check, name="sla_check"),
    path(f"{VERSION}preview/", sla.try_out, name="sla_preview"),
    path(f"{VERSION}due/", sla.due, name="sla_due"),
    *pages(SLA),
]

urlpatterns = [
    path("indicators/", include(indicator_pages)),
    *documents.addresses(),
    path("sla/", include(sla_pages)),
    path("calendars/", include(calendar_pages)),
]
