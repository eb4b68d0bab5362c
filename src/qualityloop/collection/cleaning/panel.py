"""The panel on the pages of tickets and complaints: that a record is set aside, or that others are copies of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from qualityloop.collection.cleaning.permissions import CLEANING
from qualityloop.collection.cleaning.queries import copies_of, findings_of
from qualityloop.collection.cleaning.subjects import SUBJECTS, subject_of
from qualityloop.collection.cleaning.words import evidence_words
from qualityloop.foundation.panels import Panel, register_panel


def context(request: HttpRequest, record: Any) -> dict[str, Any] | None:
    """What the panel shows; nothing for a record that no rule ever caught."""
    dataset = subject_of(record).dataset
    found, copies = findings_of(dataset, record.pk), copies_of(dataset, record.pk)
    if not found and not copies:
        return None
    lines = [(finding, evidence_words(finding)) for finding in found]
    return {"lines": lines, "copies": copies, "may_judge": CLEANING.allows(request.user)}


def connect() -> None:
    """Put the panel on the pages of every kind of record that is cleaned; whoever sees the record sees it."""
    for subject in SUBJECTS.values():
        label = subject.model._meta.label_lower
        panel = Panel("cleaning", _("Data cleaning"), "cleaning/panel.html", context, order=5, side=True)
        register_panel(label, panel)
