"""The tables of the standards."""

from __future__ import annotations

from qualityloop.standards.sops.models import Confirmation
from qualityloop.standards.versions.models import Document, Version

__all__ = ["Confirmation", "Document", "Version"]
