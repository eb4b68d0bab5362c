"""The panel 关键问题 on the pages of tickets, complaints, reviews and survey answers."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from qualityloop.collection.subjects import SUBJECTS, subject_of
from qualityloop.collection.tagging.permissions import TAG
from qualityloop.collection.tagging.queries import chips
from qualityloop.foundation.panels import Panel, register_panel

TEMPLATE = "tagging/panel.html"


def context(request: HttpRequest, record: Any) -> dict[str, Any]:
    """What the panel shows."""
    dataset = subject_of(record).dataset
    found, active = chips(dataset, record.pk)
    return {"chips": found, "tags": active, "dataset": dataset, "record": record}


def connect() -> None:
    """Put the panel on the pages of every kind of record that can be tagged."""
    for subject in SUBJECTS.values():
        label = subject.model._meta.label_lower
        register_panel(label, Panel("tags", _("Key problems"), TEMPLATE, context, right=TAG, order=10, side=True))
