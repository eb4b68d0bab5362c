"""Triggers that keep evaluations as they are, on SQLite and on PostgreSQL."""

from __future__ import annotations

from qualityloop.foundation.guards import dropped, guard, refusals, refusing

TABLE = "improvement_effects_evaluation"
REFUSED = "an evaluation is never changed"
_POSTGRESQL = {
    "evaluation_no_update": f"BEFORE UPDATE ON {TABLE}",
    "evaluation_no_delete": f"BEFORE DELETE ON {TABLE}",
}
_SQLITE = {
    **_POSTGRESQL,
    # INSERT OR REPLACE deletes without asking the trigger above
    "evaluation_no_replace": f"BEFORE INSERT ON {TABLE} WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id)",
}


def create_statements(vendor: str) -> list[str]:
    """SQL that puts the triggers in place."""
    if vendor == "sqlite":
        return refusals(_SQLITE, REFUSED)
    made = [
        f"CREATE TRIGGER {name} {on} FOR EACH ROW EXECUTE FUNCTION evaluation_refuse()"
        for name, on in _POSTGRESQL.items()
    ]
    return [refusing("evaluation_refuse", REFUSED), *made]


def drop_statements(vendor: str) -> list[str]:
    """SQL that takes them away."""
    return dropped(vendor, dict.fromkeys(_SQLITE if vendor == "sqlite" else _POSTGRESQL, TABLE), ("evaluation_refuse",))


GUARD = guard(create_statements, drop_statements)
create, drop = GUARD.create, GUARD.drop
