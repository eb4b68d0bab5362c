"""The home folder, the secret key, the database."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from qualityloop.config.database import database
from qualityloop.config.home import home_folder, secret_key

ROOT = Path(__file__).resolve().parents[2]


def test_the_home_folder_is_var_unless_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert home_folder({}) == tmp_path / "var"
    assert home_folder({"QUALITYLOOP_HOME": "/srv/quality"}) == Path("/srv/quality")


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    home = tmp_path / "a" / "b"
    key = secret_key(home)
    assert len(key) >= 50
    assert secret_key(home) == key
    assert stat.S_IMODE((home / "secret.key").stat().st_mode) == 0o600
    assert [path.name for path in home.iterdir()] == ["secret.key"]
    assert secret_key(tmp_path / "other") != key


def test_where_nothing_can_be_written_there_is_still_a_key(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a folder")
    assert len(secret_key(file / "home")) >= 50


def test_sqlite_waits_for_its_locks(tmp_path: Path) -> None:
    options = database("", tmp_path)["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert options["timeout"] == 30
    assert "journal_mode=WAL" in options["init_command"]
    assert "synchronous=NORMAL" in options["init_command"]


def test_postgres_by_address(tmp_path: Path) -> None:
    found = database("postgres://ann:p%40ss@db.example:5433/quality", tmp_path)
    assert found["ENGINE"] == "django.db.backends.postgresql"
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"]) == ("ann", "p@ss", "db.example", "5433")
    assert found["NAME"] == "quality"


@pytest.mark.parametrize("address", ["mysql://a/b", "postgres://db.example"])
def test_other_addresses_are_refused(address: str, tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured):
        database(address, tmp_path)


def _django(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")},
        "PYTHONPATH": str(ROOT / "src"),
        "DJANGO_SETTINGS_MODULE": "qualityloop.config.settings",
        "QUALITYLOOP_HOME": str(home),
    }
    return subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-m", "django", *arguments],
        capture_output=True,
        text=True,
        env=environ,
        cwd=ROOT,
        check=False,
        timeout=60,
    )


def test_models_and_migrations_agree_without_any_home(tmp_path: Path) -> None:
    result = _django(tmp_path / "none", "makemigrations", "--check", "--dry-run")
    assert result.returncode == 0, result.stdout + result.stderr


def test_an_installation_is_safe_to_put_behind_https(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Django's own list of settings for production has nothing to say."""
    monkeypatch.setenv("QUALITYLOOP_HTTPS", "1")
    result = _django(tmp_path, "check", "--deploy", "--fail-level", "WARNING")
    assert result.returncode == 0, result.stdout + result.stderr
