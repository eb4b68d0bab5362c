"""Somebody who imports, a home for files, and requests whose jobs are done when they are answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from qualityloop.collection.models import ImportRun
from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.models import User

Files = Sequence[tuple[str, bytes]]


@pytest.fixture
def home(settings: Any, tmp_path: Path) -> Path:
    """An empty home folder."""
    settings.QUALITYLOOP_HOME = tmp_path / "home"
    return tmp_path / "home"


@pytest.fixture
def director(db: None) -> User:
    """Who imports."""
    return account_create(username="director", password="a good Passw0rd", role="director", name="林岚")


class Wizard:
    """Drives the pages of the import as a person does."""

    def __init__(self, client: Client, capture: Callable[..., Any]) -> None:
        self.client = client
        self.capture = capture

    def post(self, address: str, data: dict[str, Any] | None = None, **headers: str) -> Any:
        """Send a form; the jobs that it asks for are done at once."""
        with self.capture(execute=True):
            return self.client.post(address, data or {}, headers=headers)

    def upload(self, *files: tuple[str, bytes]) -> ImportRun:
        """Hand files in."""
        sent = [SimpleUploadedFile(name, content) for name, content in files]
        answer = self.post("/import/", {"files": sent})
        assert answer.status_code == 302, answer.content.decode()[:3000]
        return ImportRun.objects.get(pk=int(answer["Location"].split("/")[2]))

    def refused(self, *files: tuple[str, bytes]) -> str:
        """Hand files in that are not taken; the page that says so."""
        sent = [SimpleUploadedFile(name, content) for name, content in files]
        answer = self.post("/import/", {"files": sent})
        assert answer.status_code == 422
        return str(answer.content.decode())

    def page(self, run: ImportRun) -> str:
        """The import's page."""
        answer = self.client.get(f"/import/{run.pk}/")
        assert answer.status_code == 200
        return str(answer.content.decode())

    def text(self, run: ImportRun, mapping: str, **more: str) -> ImportRun:
        """Put the mapping in as text."""
        self.post(f"/import/{run.pk}/mapping/", {"text": mapping, **more})
        run.refresh_from_db()
        return run

    def check(self, run: ImportRun) -> ImportRun:
        """Do a dry run."""
        self.post(f"/import/{run.pk}/check/")
        run.refresh_from_db()
        return run

    def start(self, run: ImportRun) -> ImportRun:
        """Import."""
        self.post(f"/import/{run.pk}/start/")
        run.refresh_from_db()
        return run

    def bring(self, *files: tuple[str, bytes]) -> ImportRun:
        """Hand in and import as proposed."""
        return self.start(self.upload(*files))


@pytest.fixture
def wizard(home: Path, director: User, django_capture_on_commit_callbacks: Callable[..., Any]) -> Wizard:
    """The pages as the director sees them, in English."""
    client = Client()
    client.force_login(director)
    client.cookies["ql_language"] = "en"
    return Wizard(client, django_capture_on_commit_callbacks)
