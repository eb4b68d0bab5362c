"""Nobody looks at a blank page: what takes long says so, goes on in the background, and is found later."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from qualityloop.analysis.messages import AnalysisError, message
from qualityloop.diagnosis import services, store, waiting


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """The overview is computed only once this event is set."""
    go, compute = threading.Event(), services._overview

    def slowly(*args: Any) -> store.Result:
        waiting.report(1, 4)
        assert go.wait(30)
        return compute(*args)

    monkeypatch.setattr(services, "_overview", slowly)
    yield go
    go.set()


def ask_until(client: Client, status: int, address: str = "/", **headers: str) -> Any:
    """The answer once it has `status`."""
    for _ in range(600):
        answer = client.get(address, headers=headers)
        if answer.status_code == status:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"no {status} from {address}")


@pytest.fixture
def impatient(settings: Any) -> None:
    settings.QUALITYLOOP_PATIENCE = 0.0


def test_without_a_limit_the_work_is_done_here() -> None:
    assert waiting.answer("here", threading.get_ident) == threading.get_ident()


def test_work_goes_on_in_the_background_and_is_found_later() -> None:
    go, runs = threading.Event(), []

    def work() -> str:
        runs.append(threading.get_ident())
        waiting.report(3, 4)
        assert go.wait(10)
        return "done"

    with waiting.at_most(0.2):
        with pytest.raises(waiting.StillWorking) as first:
            waiting.answer("work", work)
        assert first.value.share == 0.75
        with pytest.raises(waiting.StillWorking):
            waiting.answer("work", work)
        go.set()
        with waiting.at_most(10):
            assert waiting.answer("work", work) == "done"
    assert len(runs) == 1
    assert runs != [threading.get_ident()]


def test_a_failure_is_told_to_all_who_ask_and_tried_anew_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise AnalysisError(message("no"))

    with waiting.at_most(10):
        for _ in range(2):
            with pytest.raises(AnalysisError):
                waiting.answer("fails", fail)
        monkeypatch.setattr(waiting, "REMEMBERED_SECONDS", -1)
        assert waiting.answer("fails", lambda: "works again") == "works again"


def test_a_page_shows_progress_then_itself(
    signed_in: Callable[..., Client], own_home: Path, impatient: None, held: threading.Event
) -> None:
    director = signed_in()
    assert director.get("/").status_code == 202
    time.sleep(0.1)
    page = director.get("/")
    text = page.content.decode()
    assert page.status_code == 202
    assert page["Cache-Control"] == "no-store"
    assert 'hx-get="/"' in text
    assert 'value="0.25"' in text
    assert '<meta http-equiv="refresh"' in text  # for those without JavaScript
    part = director.get("/", headers={"HX-Request": "true"})
    assert part.status_code == 202
    assert b"<html" not in part.content
    held.set()
    assert ask_until(director, 200, **{"HX-Request": "true"})["HX-Refresh"] == "true"
    assert "ql-lead" in ask_until(director, 200).content.decode()


def test_a_failure_is_said_in_words(
    signed_in: Callable[..., Client], own_home: Path, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any) -> store.Result:
        raise AnalysisError(message("the lake is damaged"))

    monkeypatch.setattr(services, "_overview", fail)
    director = signed_in()
    assert "ql-empty" in ask_until(director, 503).content.decode()
    assert director.get("/", headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_files_are_waited_for(signed_in: Callable[..., Client], own_home: Path, impatient: None) -> None:
    answer = signed_in().get("/indicators/?format=json")
    assert answer.status_code == 200
    assert answer.json()["indicators"]


def test_a_changed_translation_is_seen_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue = tmp_path / "django.mo"
    catalogue.write_bytes(b"old")
    before = store.fingerprint([catalogue])
    catalogue.write_bytes(b"new")
    after = store.fingerprint([catalogue])
    assert before != after
    for words in (before, after):
        monkeypatch.setattr(store, "words_hash", lambda words=words: words)
        found = store.kept(tmp_path / "pages", "s1", {"page": "x"}, lambda words=words: {"sentence": words})
        assert found == {"sentence": words}
