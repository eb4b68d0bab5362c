"""Setting the triggers of the audit log aside, as only tests (and who means harm) do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest


@contextmanager
def without_triggers() -> Iterator[Any]:
    """A cursor that may change entries; the triggers are back afterwards."""
    from django.db import connection

    from qualityloop.foundation.audit import triggers

    with connection.cursor() as cursor:
        for statement in triggers.drop_statements(connection.vendor):
            cursor.execute(statement)
        try:
            yield cursor
        finally:
            for statement in triggers.create_statements(connection.vendor):
                cursor.execute(statement)


@contextmanager
def flushing() -> Iterator[None]:
    """Let Django empty the database between tests that commit."""
    from django.core.management.commands import flush

    from qualityloop.foundation.audit import triggers

    original = flush.sql_flush

    def sql_flush(style: Any, connection: Any, **options: Any) -> list[str]:
        drop, create = triggers.drop_statements(connection.vendor), triggers.create_statements(connection.vendor)
        return [*drop, *original(style, connection, **options), *create]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush, "sql_flush", sql_flush)
        yield
