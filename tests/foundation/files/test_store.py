"""The file store: what is taken, kept once, served in stretches, and never to a stranger."""

from __future__ import annotations

import hashlib
import io
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client
from tests.foundation.conftest import signed_in

from qualityloop.analysis.messages import AnalysisError
from qualityloop.foundation.files.models import StoredFile
from qualityloop.foundation.files.purposes import PURPOSES, purpose
from qualityloop.foundation.files.store import clean_name, file_forget, file_keep, file_open, path_of, root
from qualityloop.foundation.files.sweeping import sweep

__all__ = ["signed_in"]
pytestmark = pytest.mark.django_db

WAVE = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(range(256)) * 8


@pytest.fixture(autouse=True)
def store(tmp_path: Path, settings: object) -> Iterator[None]:
    settings.QUALITYLOOP_HOME = tmp_path  # type: ignore[attr-defined]
    purpose(
        "test.recording",
        "Recording",
        allows=lambda user, _stored: user.role == "director",
        types=("wav", "csv", "pdf"),
        limit=5000,
    )
    yield
    del PURPOSES["test.recording"]


def keep(content: bytes = WAVE, name: str = "录音 1.wav") -> StoredFile:
    return file_keep(io.BytesIO(content), name=name, purpose="test.recording", actor=None)


def test_the_same_content_is_kept_once() -> None:
    one, two = keep(), keep(name="another.wav")
    assert one.sha256 == two.sha256 == hashlib.sha256(WAVE).hexdigest()
    assert [p for p in root().rglob("*") if p.is_file()] == [path_of(one.sha256)]
    with file_open(two) as file:
        assert file.read() == WAVE


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.csv", "空"),
        (b"x" * 5001, "a.csv", "MB"),
        (WAVE, "a.exe", "不接受"),
        (WAVE, "wav", "不接受"),
        (b"<html><script>alert(1)</script>", "a.wav", "不符"),
        (b"MZ\x90\x00", "a.pdf", "不符"),
    ],
)
def test_what_is_not_taken_is_said_and_leaves_nothing(content: bytes, name: str, words: str) -> None:
    with pytest.raises(AnalysisError) as error:
        keep(content, name)
    assert words in error.value.in_language("zh")
    assert not [p for p in root().rglob("*") if p.is_file()]
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.csv", "passwd.csv"),
        ("C:\\temp\\投诉.csv", "投诉.csv"),
        ("a\x00b\u202egnp.csv", "abgnp.csv"),
        ("\n", "file"),
        ("长" * 400 + ".csv", "长" * 196 + ".csv"),
    ],
)
def test_names_are_made_harmless(given: str, kept: str) -> None:
    assert clean_name(given) == kept


def test_strangers_and_others_see_nothing(signed_in: Callable[..., Client]) -> None:
    address = f"/files/{keep().pk}/"
    assert Client().get(address).status_code == 302
    assert signed_in("agent").get(address).status_code == 404
    assert signed_in("director").get("/files/999999/").status_code == 404
    assert signed_in("director").get(address).status_code == 200


@pytest.mark.parametrize(
    ("asked", "status", "stretch"),
    [
        ("", 200, slice(None)),
        ("bytes=0-9", 206, slice(0, 10)),
        ("bytes=100-", 206, slice(100, None)),
        ("bytes=-7", 206, slice(-7, None)),
        ("bytes=2000-99999999", 206, slice(2000, None)),
        ("bytes=0-1,5-6", 200, slice(None)),
        ("lines=1-2", 200, slice(None)),
    ],
)
def test_a_player_gets_the_stretch_it_asks_for(
    signed_in: Callable[..., Client], asked: str, status: int, stretch: slice
) -> None:
    answer = signed_in("director").get(f"/files/{keep().pk}/", headers={"Range": asked} if asked else {})
    body = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert (answer.status_code, body) == (status, WAVE[stretch])
    assert answer["Content-Type"] == "audio/wav"
    assert answer["Content-Disposition"].startswith("inline")
    if status == 206:
        assert answer["Content-Length"] == str(len(body))
        assert answer["Content-Range"].endswith(f"/{len(WAVE)}")


@pytest.mark.parametrize("asked", ["bytes=9999999-", "bytes=5-2", "bytes=-0"])
def test_a_stretch_that_is_not_there(signed_in: Callable[..., Client], asked: str) -> None:
    answer = signed_in("director").get(f"/files/{keep().pk}/", headers={"Range": asked})
    assert answer.status_code == 416
    assert answer["Content-Range"] == f"bytes */{len(WAVE)}"


def test_what_could_act_as_a_page_is_only_handed_out(signed_in: Callable[..., Client]) -> None:
    stored = keep(b"<script>alert(1)</script>", '=cmd|"x".csv')
    answer = signed_in("director").get(f"/files/{stored.pk}/")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_contents_without_a_file_are_swept_after_a_day() -> None:
    gone, stays = keep(), keep(b"a,b\n1,2\n", "a.csv")
    file_forget(gone)
    assert sweep() == 0
    old = time.time() - 2 * 24 * 3600
    for path in (path_of(gone.sha256), path_of(stays.sha256)):
        os.utime(path, (old, old))
    assert sweep() == 1
    assert not path_of(gone.sha256).exists()
    with file_open(stays) as file:
        assert file.read() == b"a,b\n1,2\n"
