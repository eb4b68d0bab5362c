"""People for the tests of the improvement room."""

from __future__ import annotations

from tests.people.conftest import database, house, served_database, user_of

__all__ = ["database", "house", "served_database", "user_of"]
