"""Tables that the database itself keeps as they were written, by triggers on SQLite and on PostgreSQL.

A room says the SQL; putting it in place, taking it away and refusing other databases is the same for all. SQLite
forgets the triggers of a table that a migration makes anew: such a migration has to run `create` again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Statements = Callable[[str], list[str]]
GUARDS: list[Guard] = []


@dataclass(frozen=True, slots=True)
class Guard:
    """Statements by vendor ("sqlite", "postgresql") that put triggers in place, and take them away."""

    create_statements: Statements
    drop_statements: Statements

    def create(self, _apps: Any, schema_editor: Any) -> None:
        """For a migration: put the triggers in place. Other databases are refused rather than left without."""
        _run(schema_editor, self.create_statements)

    def drop(self, _apps: Any, schema_editor: Any) -> None:
        """For a migration backwards."""
        _run(schema_editor, self.drop_statements)


def guard(create_statements: Statements, drop_statements: Statements) -> Guard:
    """Declare the triggers of a room."""
    GUARDS.append(Guard(create_statements, drop_statements))
    return GUARDS[-1]


def refusals(triggers: Mapping[str, str], sentence: str) -> list[str]:
    """SQLite: triggers (name → BEFORE … ON … WHEN …) that refuse with a sentence."""
    return [f"CREATE TRIGGER {name} {on} BEGIN SELECT RAISE(ABORT, '{sentence}'); END" for name, on in triggers.items()]


def refusing(function: str, sentence: str) -> str:
    """PostgreSQL: a trigger function that refuses with a sentence."""
    return (
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{sentence}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )


def dropped(vendor: str, triggers: Mapping[str, str], functions: tuple[str, ...]) -> list[str]:
    """Triggers (name → table) and trigger functions taken away."""
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {name}" for name in triggers]
    return [f"DROP TRIGGER IF EXISTS {name} ON {table}" for name, table in triggers.items()] + [
        f"DROP FUNCTION IF EXISTS {name}()" for name in functions
    ]


def _run(schema_editor: Any, statements: Statements) -> None:
    vendor = schema_editor.connection.vendor
    if vendor not in ("sqlite", "postgresql"):
        raise NotImplementedError(f"there are no triggers for {vendor}")
    for statement in statements(vendor):
        schema_editor.execute(statement, None)
