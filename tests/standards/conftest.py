"""People, a lake and standards for the tests of the standards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tests.diagnosis.conftest import demo_home, home, lake, signed_in

from qualityloop.analysis.indicators.loading import shipped_draft
from qualityloop.foundation.accounts import account_create
from qualityloop.standards.indicators.content import content_of_draft
from qualityloop.standards.versions import services
from qualityloop.standards.versions.models import Version

__all__ = ["demo_home", "home", "lake", "signed_in"]


@pytest.fixture
def author(db: None) -> Any:
    """A director who writes standards."""
    return account_create(username="author", password="a good Passw0rd", role="director")


@pytest.fixture
def reviewer(db: None) -> Any:
    """A QC specialist who reviews them."""
    return account_create(username="reviewer", password="a good Passw0rd", role="qc")


@pytest.fixture
def writing(author: Any) -> Client:
    """The author, signed in."""
    client = Client()
    client.force_login(author)
    return client


@pytest.fixture
def draft(author: Any) -> Version:
    """A draft made of the after-sales template."""
    content = content_of_draft(shipped_draft("after-sales"))
    return services.document_create(actor=author, kind="indicators", key="ours", content=content)


@pytest.fixture
def release(author: Any, reviewer: Any) -> Callable[..., Version]:
    """Review a draft and put it in force."""

    def make(version: Version, valid_from: Any = None) -> Version:
        services.review(actor=reviewer, version=version)
        return services.put_in_force(actor=author, version=version, valid_from=valid_from)

    return make
