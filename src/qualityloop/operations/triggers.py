"""Triggers that keep the event log as it was written, on SQLite and on PostgreSQL.

No event is ever changed. Events are deleted only together with the import that brought them in, while that is
being undone: their batch's state (`records.BatchState.UNDOING`) is set by `foundation.records.receiving.undo`, in
the transaction that records it in the audit log.
"""

from __future__ import annotations

from qualityloop.foundation.guards import dropped, guard, refusals

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
        return refusals(_SQLITE, REFUSED)
    return [_FUNCTION] + [
        f"CREATE TRIGGER {name} {on} EXECUTE FUNCTION ticketevent_keep()" for name, on in _POSTGRESQL.items()
    ]


def drop_statements(vendor: str) -> list[str]:
    """SQL that takes them away."""
    return dropped(vendor, dict.fromkeys(_SQLITE if vendor == "sqlite" else _POSTGRESQL, EVENTS), ("ticketevent_keep",))


GUARD = guard(create_statements, drop_statements)
create, drop = GUARD.create, GUARD.drop
