"""Triggers that keep the event log as it was written, on SQLite and on PostgreSQL.

No event is ever changed. Events are deleted only together with the import that brought them in, while that is
being undone: their batch's state (`records.BatchState.UNDOING`) is set by `foundation.records.receiving.undo`, in
the transaction that records it in the audit log. SQLite forgets the triggers of a table that a migration makes
anew: such a migration has to run `create` again.
"""

from __future__ import annotations

from typing import Any

EVENTS, BATCHES = "operations_ticketevent", "records_batch"
REFUSED = "the event log of a ticket is never changed"
UNDOING = f"EXISTS (SELECT 1 FROM {BATCHES} WHERE id = OLD.batch_id AND state = 'undoing')"

_SQLITE = {
    "ticketevent_no_update": f"BEFORE UPDATE ON {EVENTS}",
    "ticketevent_no_delete": f"BEFORE DELETE ON {EVENTS} WHEN NOT {UNDOING}",
    # INSERT OR REPLACE deletes without asking the trigger above
    "ticketevent_no_replace": f"BEFORE INSERT ON {EVENTS} WHEN EXISTS"
    f" (SELECT 1 FROM {EVENTS} WHERE ticket_id = NEW.ticket_id AND seq = NEW.seq)",
}
_POSTGRESQL = {
    "ticketevent_no_update": f"BEFORE UPDATE ON {EVENTS} FOR EACH ROW",
    "ticketevent_no_delete": f"BEFORE DELETE ON {EVENTS} FOR EACH ROW",
}
_FUNCTION = f"""CREATE OR REPLACE FUNCTION ticketevent_keep() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF TG_OP = 'DELETE' THEN
    IF {UNDOING} THEN RETURN OLD; END IF;
  END IF;
  RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'integrity_constraint_violation';
END $$"""


def create_statements(vendor: str) -> list[str]:
    """SQL that puts the triggers in place."""
    if vendor == "sqlite":
        return [f"CREATE TRIGGER {n} {on} BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END" for n, on in _SQLITE.items()]
    return [_FUNCTION] + [
        f"CREATE TRIGGER {name} {on} EXECUTE FUNCTION ticketevent_keep()" for name, on in _POSTGRESQL.items()
    ]


def drop_statements(vendor: str) -> list[str]:
    """SQL that takes them away."""
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {name}" for name in _SQLITE]
    return [f"DROP TRIGGER IF EXISTS {name} ON {EVENTS}" for name in _POSTGRESQL] + [
        "DROP FUNCTION IF EXISTS ticketevent_keep()"
    ]


def create(apps: Any, schema_editor: Any) -> None:
    """For a migration: put the triggers in place."""
    for statement in create_statements(schema_editor.connection.vendor):
        schema_editor.execute(statement, None)


def drop(apps: Any, schema_editor: Any) -> None:
    """For a migration backwards."""
    for statement in drop_statements(schema_editor.connection.vendor):
        schema_editor.execute(statement, None)
