"""Which database: SQLite in the home folder, or PostgreSQL named by an address."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def sqlite(path: Path) -> dict[str, Any]:
    """SQLite that several threads may write to: locks are taken at once and waited for."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }


def postgres(address: str) -> dict[str, Any]:
    """`postgres://user:password@host:port/name` as Django wants it."""
    parts = urlsplit(address)
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise ImproperlyConfigured("QUALITYLOOP_DATABASE names no database: postgres://user:password@host:port/name")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def database(address: str, home: Path) -> dict[str, Any]:
    """The default database for `address` (empty: SQLite in `home`)."""
    if not address:
        return sqlite(home / "db.sqlite3")
    scheme = address.split(":", 1)[0]
    if scheme in ("postgres", "postgresql"):
        return postgres(address)
    raise ImproperlyConfigured(f"QUALITYLOOP_DATABASE must begin with postgres://, not {scheme}:")
