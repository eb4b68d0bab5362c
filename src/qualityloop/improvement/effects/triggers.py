"""Triggers that keep evaluations as they are, on SQLite and on PostgreSQL."""

from __future__ import annotations

from typing import Any

TABLE = "improvement_effects_evaluation"
REFUSED = "an evaluation is never changed"
NAMES = {"evaluation_no_update": "UPDATE", "evaluation_no_delete": "DELETE"}


def create_statements(vendor: str) -> list[str]:
    """SQL that puts the triggers in place."""
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER {name} BEFORE {what} ON {TABLE} BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
            for name, what in NAMES.items()
        ]
    refuse = (
        "CREATE OR REPLACE FUNCTION evaluation_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    made = [
        f"CREATE TRIGGER {name} BEFORE {what} ON {TABLE} FOR EACH ROW EXECUTE FUNCTION evaluation_refuse()"
        for name, what in NAMES.items()
    ]
    return [refuse, *made]


def drop_statements(vendor: str) -> list[str]:
    """SQL that takes them away."""
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {name}" for name in NAMES]
    return [f"DROP TRIGGER IF EXISTS {name} ON {TABLE}" for name in NAMES] + [
        "DROP FUNCTION IF EXISTS evaluation_refuse()"
    ]


def create(apps: Any, schema_editor: Any) -> None:
    """For a migration: put the triggers in place."""
    for statement in create_statements(schema_editor.connection.vendor):
        schema_editor.execute(statement, None)


def drop(apps: Any, schema_editor: Any) -> None:
    """For a migration backwards."""
    for statement in drop_statements(schema_editor.connection.vendor):
        schema_editor.execute(statement, None)
