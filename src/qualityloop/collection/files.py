"""What files are handed in for here."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.collection.permissions import IMPORT, SOURCES
from qualityloop.foundation.files.models import StoredFile
from qualityloop.foundation.files.purposes import MEGABYTE, purpose
from qualityloop.foundation.models import User

TYPES = ("csv", "tsv", "txt", "xlsx", "xls", "parquet", "json", "jsonl", "ndjson", "xes", "gz")
LARGEST = 4096 * MEGABYTE
MOST_FILES = 500


def _allows(user: User, stored: StoredFile) -> bool:
    return IMPORT.allows(user)


FILES = purpose("collection.import", _("Import"), allows=_allows, types=TYPES, limit=LARGEST)


def _sees_mails(user: User, stored: StoredFile) -> bool:
    return SOURCES.allows(user)


MAIL = purpose("collection.mail", _("Mails"), allows=_sees_mails, types=("eml",), limit=64 * MEGABYTE)
