"""Setting the triggers of audit log, event log and standards aside, as only tests (and who means harm) do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest


def _all() -> list[Any]:
    """Every module that guards tables by triggers."""
    from qualityloop.foundation.audit import triggers as audit
    from qualityloop.improvement.effects import triggers as effects
    from qualityloop.improvement.plans import freezing
    from qualityloop.operations import triggers as events
    from qualityloop.standards.versions import triggers as versions

    return [audit, versions, events, freezing, effects]


def drop_statements(vendor: str) -> list[str]:
    """SQL that takes all triggers away."""
    return [statement for module in _all() for statement in module.drop_statements(vendor)]


def create_statements(vendor: str) -> list[str]:
    """SQL that puts them back."""
    return [statement for module in _all() for statement in module.create_statements(vendor)]


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
