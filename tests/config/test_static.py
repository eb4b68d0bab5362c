"""Static files as an installation serves them: collected, hashed, and all there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import override_settings
from tests.conftest import skip

MANIFEST = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}


def test_the_manifest_builds_and_names_what_the_pages_ask_for(tmp_path: Path) -> None:
    if finders.find("dist/app.js") is None:
        skip("the front end is not built: make setup")
    with override_settings(STORAGES=MANIFEST, STATIC_ROOT=str(tmp_path)):
        call_command("collectstatic", interactive=False, verbosity=0)
    known = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    for name in ("dist/app.js", "dist/app.css", "pages.css", "theme.js", "favicon.svg"):
        assert known[name] != name
        assert (tmp_path / known[name]).is_file()


@pytest.mark.parametrize("name", ["theme.js", "favicon.svg", "pages.css"])
def test_own_files_are_found(name: str) -> None:
    assert finders.find(name)
