"""An installation of our own: an empty database (SQLite and PostgreSQL in turn) and an empty home."""

from tests.databases import database, served_database
from tests.foundation.lake.conftest import home

__all__ = ["database", "home", "served_database"]
