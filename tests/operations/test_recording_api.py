"""Recordings handed in and fetched by programs."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from qualityloop.foundation.api import metering
from qualityloop.foundation.api.services import token_create
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.operations.models import Interaction
from tests import factories
from tests.operations.test_pages import wave
from tests.people.conftest import House, house

__all__ = ["house"]


@pytest.fixture(autouse=True)
def unhurried() -> None:
    metering.forget()


@pytest.fixture
def talk(house: House, settings: Any, tmp_path: Path) -> Interaction:
    """A call of 小周."""
    settings.QUALITYLOOP_HOME = tmp_path
    return factories.an_interaction(team=house.departments["一线"], agent=house.staff["小周"])


def ask(house: House, who: str, method: str, path: str, **data: Any) -> Any:
    _token, secret = token_create(actor=house.users[who], name="test", days=30, read_only=False)
    send = getattr(Client(headers={"Authorization": f"Bearer {secret}"}), method)
    return send(f"/api/v1/{path}", data)


def sound(content: bytes, name: str = "录音.wav") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "audio/wav")


def test_a_recording_is_handed_in_and_fetched(house: House, talk: Interaction) -> None:
    path = f"interactions/{talk.pk}/recording"
    assert ask(house, "小周", "get", path).status_code == 404  # there is none yet
    made = ask(house, "陈班长", "post", path, file=sound(wave()))
    assert made.status_code == 201, made.content
    talk.refresh_from_db()
    said = made.json()
    assert (said["id"], said["name"], said["size"]) == (talk.recording.pk, "录音.wav", len(wave()))
    assert said["sha256"] == hashlib.sha256(wave()).hexdigest()
    entry = AuditEntry.objects.latest("sequence")
    assert (entry.action, entry.after["sha256"]) == ("operations.recording_added", said["sha256"])
    assert ask(house, "小周", "get", path).json() == said
    assert ask(house, "小周", "get", f"files/{said['id']}").json() == said
    heard = ask(house, "小周", "get", f"files/{said['id']}/content")
    assert (heard.status_code, heard["Content-Type"], b"".join(heard)) == (200, "application/octet-stream", wave())
    assert heard["X-Content-Type-Options"] == "nosniff"
    for stranger in ("files/{}", "files/{}/content"):
        assert ask(house, "小夜", "get", stranger.format(said["id"])).status_code == 404
    assert ask(house, "小夜", "get", path).status_code == 404


def test_what_is_no_recording_is_refused(house: House, talk: Interaction) -> None:
    path = f"interactions/{talk.pk}/recording"
    for wrong in (sound(b"MZ no sound"), sound(b""), sound(wave(), "a.exe")):
        assert ask(house, "陈班长", "post", path, file=wrong).status_code == 422, wrong
    missing = ask(house, "陈班长", "post", path)
    assert missing.status_code == 422
    assert ask(house, "小周", "post", path, file=sound(wave())).status_code == 403
    other = factories.an_interaction(team=house.departments["二线"], agent=house.staff["老李"])
    assert ask(house, "陈班长", "post", f"interactions/{other.pk}/recording", file=sound(wave())).status_code == 404
    talk.refresh_from_db()
    assert talk.recording is None
