"""An empty database, SQLite and PostgreSQL in turn, with a lake of its own."""

from __future__ import annotations

from tests.databases import database, served_database
from tests.lake.conftest import home

__all__ = ["database", "home", "served_database"]
