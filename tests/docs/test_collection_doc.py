"""docs/COLLECTION.md tells the truth: its source can be registered and asked, and the files that it names are there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from qualityloop.collection.holding import HELD
from qualityloop.collection.importing.delivering import ROWS
from qualityloop.collection.models import DataSource, ImportState, SeenFile
from qualityloop.collection.polling import poll
from qualityloop.collection.sources import SOURCES, register_source
from qualityloop.feedback.models import Review
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "COLLECTION.md").read_text(encoding="utf-8")


@pytest.mark.django_db
def test_the_source_of_the_page_brings_its_file(
    settings: Any, tmp_path: Path, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.QUALITYLOOP_HOME = tmp_path
    names: dict[str, Any] = {}
    exec(re.findall(r"```python\n(.*?)```", PAGE, re.S)[0], names)
    monkeypatch.setitem(SOURCES, "greeting", names["source"])
    register_source(names["source"])
    source = DataSource.objects.create(name="greeting", kind="greeting", options={"name": "Li"})
    for known in (0, 1):
        with django_capture_on_commit_callbacks(execute=True):
            assert poll(source).known == known
    assert SeenFile.objects.get().run.state == ImportState.DONE
    assert Review.objects.get().text == "hello Li"


def test_files_and_numbers_of_the_page() -> None:
    room = ROOT / "src" / "qualityloop" / "collection"
    for name in re.findall(r"`(\w+\.py)`", PAGE):
        assert list(room.rglob(name)), name
    for name in re.findall(r"`(tests/[\w/.]+)`", PAGE):
        assert (ROOT / name).is_file()
    assert f"{ROWS:,} rows at a time" in PAGE
    assert all(f"`{name}`" in PAGE for name in HELD)
