"""A small lake and people for the tests of the pages about numbers."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from qualityloop.analysis.lake import Lake
from qualityloop.demo import generate
from qualityloop.diagnosis import store
from qualityloop.foundation.accounts import account_create

TICKETS = 8000  # enough for problems to be sure of


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with a small demo lake, made once; results that pages compute stay in it."""
    home = tmp_path_factory.mktemp("home")
    generate(home / "lake", tickets=TICKETS)
    return home


@pytest.fixture
def home(demo_home: Path, settings: Any) -> Path:
    """The installation of this test has the demo lake."""
    settings.QUALITYLOOP_HOME = demo_home
    return demo_home


@pytest.fixture
def lake(home: Path) -> Lake:
    """The demo lake, opened."""
    return Lake.open(home / "lake")


@pytest.fixture
def own_home(demo_home: Path, tmp_path: Path, settings: Any) -> Path:
    """A copy of the lake without any computed result, for tests that change something."""
    shutil.copytree(demo_home / "lake", tmp_path / "lake")
    settings.QUALITYLOOP_HOME = tmp_path
    store.forget()
    return tmp_path


@pytest.fixture
def signed_in(db: None) -> Callable[..., Client]:
    """A browser in which somebody with the given role is signed in."""

    def make(role: str = "director") -> Client:
        client = Client()
        client.force_login(account_create(username=f"one-{role}", password="a good Passw0rd", role=role, name="林岚"))
        return client

    return make


@pytest.fixture
def director(signed_in: Callable[..., Client]) -> Client:
    """The service director, signed in."""
    return signed_in("director")
