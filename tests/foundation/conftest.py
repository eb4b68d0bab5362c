"""People for the tests of the pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from tests.databases import database, served_database

from qualityloop.foundation.accounts import account_create

__all__ = ["database", "served_database"]


@pytest.fixture
def signed_in(db: None) -> Callable[..., Client]:
    """A browser in which somebody with the given role is signed in."""

    def make(role: str = "director") -> Client:
        client = Client()
        client.force_login(account_create(username=f"one-{role}", password="a good Passw0rd", role=role, name="林岚"))
        return client

    return make
