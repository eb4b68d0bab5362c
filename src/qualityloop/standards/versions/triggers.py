"""Triggers that keep released versions as they are, on SQLite and on PostgreSQL.

SQLite forgets the triggers of a table that a migration makes anew: such a migration has to run `create` again.
"""

from __future__ import annotations

from typing import Any

TABLE = "standards_version"
REFUSED = "a version that was in force is never changed"
KEPT = (
    "document_id", "number", "state", "content_json", "content_hash", "reason", "author_id", "written_at",
    "reviewer_id", "reviewed_at", "review_note", "valid_from",
)  # fmt: skip

_HELD = "OLD.state = 'released'"


def _changed(different: str) -> str:
    """A released version may get an end, once; everything else of it stays."""
    columns = " OR ".join(f"NEW.{name} {different} OLD.{name}" for name in ("id", *KEPT))
    return f"{_HELD} AND (OLD.ended_at IS NOT NULL OR {columns})"


_SQLITE = {
    "version_no_update": f"BEFORE UPDATE ON {TABLE} WHEN {_changed('IS NOT')}",
    "version_no_delete": f"BEFORE DELETE ON {TABLE} WHEN {_HELD}",
    # INSERT OR REPLACE deletes without asking the trigger above
    "version_no_replace": f"BEFORE INSERT ON {TABLE} WHEN EXISTS (SELECT 1 FROM {TABLE} AS v WHERE v.state = 'released'"
    " AND (v.id = NEW.id OR (v.document_id = NEW.document_id AND v.number = NEW.number)))",
}
_POSTGRESQL = {
    "version_no_update": f"BEFORE UPDATE ON {TABLE} FOR EACH ROW WHEN ({_changed('IS DISTINCT FROM')})",
    "version_no_delete": f"BEFORE DELETE ON {TABLE} FOR EACH ROW WHEN ({_HELD})",
}
_FUNCTION = f"""CREATE OR REPLACE FUNCTION version_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'integrity_constraint_violation'; END $$"""


def create_statements(vendor: str) -> list[str]:
    """SQL that puts the triggers in place."""
    if vendor == "sqlite":
        return [f"CREATE TRIGGER {n} {on} BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END" for n, on in _SQLITE.items()]
    made = [f"CREATE TRIGGER {name} {on} EXECUTE FUNCTION version_refuse()" for name, on in _POSTGRESQL.items()]
    return [_FUNCTION, *made]


def drop_statements(vendor: str) -> list[str]:
    """SQL that takes them away."""
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {name}" for name in _SQLITE]
    dropped = [f"DROP TRIGGER IF EXISTS {name} ON {TABLE}" for name in _POSTGRESQL]
    return [*dropped, "DROP FUNCTION IF EXISTS version_refuse()"]


def create(apps: Any, schema_editor: Any) -> None:
    """For a migration: put the triggers in place. Other databases are refused rather than left without."""
    _run(schema_editor, create_statements)


def drop(apps: Any, schema_editor: Any) -> None:
    """For a migration backwards."""
    _run(schema_editor, drop_statements)


def _run(schema_editor: Any, statements: Any) -> None:
    vendor = schema_editor.connection.vendor
    if vendor not in ("sqlite", "postgresql"):
        raise NotImplementedError(f"versions have no triggers for {vendor}")
    for statement in statements(vendor):
        schema_editor.execute(statement, None)
