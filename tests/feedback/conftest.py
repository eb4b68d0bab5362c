"""People and databases for the tests of feedback."""

from __future__ import annotations

from tests.databases import database, served_database
from tests.foundation.conftest import signed_in

__all__ = ["database", "served_database", "signed_in"]
