"""The written documents: score sheets, process maps, SOPs — their addresses and their place in the navigation."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.navigation import Entry, register
from qualityloop.standards import permissions
from qualityloop.standards.process_maps.kind import MAPS
from qualityloop.standards.process_maps.writing import EDITOR as MAP_EDITOR
from qualityloop.standards.score_sheets.kind import SHEETS
from qualityloop.standards.score_sheets.writing import EDITOR as SHEET_EDITOR
from qualityloop.standards.sops import views as sop_views
from qualityloop.standards.sops.kind import SOPS
from qualityloop.standards.sops.writing import EDITOR as SOP_EDITOR
from qualityloop.standards.versions.kinds import Kind
from qualityloop.standards.versions.pages import pages


def addresses() -> list[URLPattern | URLResolver]:
    """What stands under `standards/`."""
    return [
        path("score-sheets/", include([*SHEET_EDITOR.urls(), *pages(SHEETS)])),
        path("process-maps/", include([*MAP_EDITOR.urls(), *pages(MAPS)])),
        path("sops-to-read/", sop_views.mine, name="sops_mine"),
        path("sops/<str:key>/<int:number>/confirm/", sop_views.confirm, name="sops_confirm"),
        path("sops/", include([*SOP_EDITOR.urls(), *pages(SOPS)])),
    ]


def navigation() -> None:
    """Put the documents under the first stage of the loop."""
    for order, (label, kind) in enumerate(
        ((_("Score sheets"), SHEETS), (_("Process maps"), MAPS), (_("SOPs"), SOPS)), 2
    ):
        register(
            Entry(label, f"standards:{kind.key}", kind.icon, permissions.SEE, _pages(kind), "standard", order=order)
        )


def _pages(kind: Kind) -> frozenset[str]:
    names = ("", "_document", "_version", "_compare", "_new", "_edit", "_mine")
    return frozenset(f"standards:{kind.key}{name}" for name in names)
