"""Triggers that refuse to change what was written, on SQLite and on PostgreSQL.

They stop mistakes and ordinary access; who may drop them can still be found out by `qualityloop verify`.
"""

from __future__ import annotations

from qualityloop.foundation.guards import dropped, guard, refusals, refusing

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


def create_statements(vendor: str) -> list[str]:
    """SQL that puts the triggers in place."""
    if vendor == "sqlite":
        return refusals(_SQLITE, REFUSED)
    statements = [refusing("audit_refuse", REFUSED)]
    for name, on in _POSTGRESQL.items():
        statements.append(f"CREATE TRIGGER {name} {on} EXECUTE FUNCTION audit_refuse()")
        statements.append(f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {name}")  # also while replicating
    return statements


def drop_statements(vendor: str) -> list[str]:
    """SQL that takes them away."""
    return dropped(vendor, dict.fromkeys(_SQLITE if vendor == "sqlite" else _POSTGRESQL, TABLE), ("audit_refuse",))


GUARD = guard(create_statements, drop_statements)
create, drop = GUARD.create, GUARD.drop
