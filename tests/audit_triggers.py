"""Setting the triggers of audit log, event log and standards aside, as only tests (and who means harm) do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from qualityloop.foundation.guards import GUARDS


def drop_statements(vendor: str) -> list[str]:
    """SQL that takes all triggers away."""
    return [statement for guard in GUARDS for statement in guard.drop_statements(vendor)]


def create_statements(vendor: str) -> list[str]:
    """SQL that puts them back."""
    return [statement for guard in GUARDS for statement in guard.create_statements(vendor)]


@contextmanager
def without_triggers() -> Iterator[Any]:
    """A cursor that may change entries; the triggers are back afterwards."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # changes no table whose checks wait for the end of the transaction
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in drop_statements(connection.vendor):
            cursor.execute(statement)
        try:
            yield cursor
        finally:
            for statement in create_statements(connection.vendor):
                cursor.execute(statement)


@contextmanager
def flushing() -> Iterator[None]:
    """Let Django empty the database between tests that commit."""
    from django.core.management.commands import flush

    original = flush.sql_flush
    if getattr(original, "sets_triggers_aside", False):  # somebody around us does it already
        yield
        return

    def sql_flush(style: Any, connection: Any, **options: Any) -> list[str]:
        drop, create = drop_statements(connection.vendor), create_statements(connection.vendor)
        return [*drop, *original(style, connection, **options), *create]

    sql_flush.sets_triggers_aside = True  # type: ignore[attr-defined]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush, "sql_flush", sql_flush)
        yield
