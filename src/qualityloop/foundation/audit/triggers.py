"""Triggers that refuse to change what was written, on SQLite and on PostgreSQL.

SQLite forgets the triggers of a table that a migration makes anew: such a migration has to run `create` again.
They stop mistakes and ordinary access; who may drop them can still be found out by `qualityloop verify`.
"""

from __future__ import annotations

from typing import Any

TABLE = "foundation_auditentry"
REFUSED = "entries of the audit log are never changed"

_SQLITE = {
    "audit_no_update": f"BEFORE UPDATE ON {TABLE}",
    "audit_no_delete": f"BEFORE DELETE ON {TABLE}",
    # INSERT OR REPLACE deletes without asking the trigger above
    "audit_no_replace": f"BEFORE INSERT ON {TABLE} WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE sequence = NEW.sequence)",
}
_POSTGRESQL = {
    "audit_no_change": f"BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW",
    "audit_no_truncate": f"BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT",
}
_FUNCTION = f"""CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'integrity_constraint_violation'; END $$"""


def create_statements(vendor: str) -> list[str]:
    """SQL that puts the triggers in place."""
    if vendor == "sqlite":
        return [f"CREATE TRIGGER {n} {on} BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END" for n, on in _SQLITE.items()]
    statements = [_FUNCTION]
    for name, on in _POSTGRESQL.items():
        statements.append(f"CREATE TRIGGER {name} {on} EXECUTE FUNCTION audit_refuse()")
        statements.append(f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {name}")  # also while replicating
    return statements


def drop_statements(vendor: str) -> list[str]:
    """SQL that takes them away."""
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {name}" for name in _SQLITE]
    return [f"DROP TRIGGER IF EXISTS {n} ON {TABLE}" for n in _POSTGRESQL] + ["DROP FUNCTION IF EXISTS audit_refuse()"]


def create(apps: Any, schema_editor: Any) -> None:
    """For a migration: put the triggers in place. Other databases are refused rather than left without."""
    _run(schema_editor, create_statements)


def drop(apps: Any, schema_editor: Any) -> None:
    """For a migration backwards."""
    _run(schema_editor, drop_statements)


def _run(schema_editor: Any, statements: Any) -> None:
    vendor = schema_editor.connection.vendor
    if vendor not in ("sqlite", "postgresql"):
        raise NotImplementedError(f"the audit log has no triggers for {vendor}")
    for statement in statements(vendor):
        schema_editor.execute(statement, None)
