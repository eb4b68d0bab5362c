"""Imports with what they could not take, mappings, sources, and rows whose room does not exist yet."""

from qualityloop.collection.models.held import HeldRow
from qualityloop.collection.models.imports import (
    ImportFile,
    ImportRun,
    ImportState,
    RejectedRow,
    RejectState,
    SavedMapping,
)
from qualityloop.collection.models.mail import MailItem, MailState
from qualityloop.collection.models.sources import DataSource, SeenFile, SourceRun

__all__ = [
    "DataSource",
    "HeldRow",
    "ImportFile",
    "ImportRun",
    "ImportState",
    "MailItem",
    "MailState",
    "RejectState",
    "RejectedRow",
    "SavedMapping",
    "SeenFile",
    "SourceRun",
]
