"""Triggers that keep released versions as they are, on SQLite and on PostgreSQL."""

from __future__ import annotations

from qualityloop.foundation.guards import dropped, guard, refusals, refusing

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


def create_statements(vendor: str) -> list[str]:
    """SQL that puts the triggers in place."""
    if vendor == "sqlite":
        return refusals(_SQLITE, REFUSED)
    made = [f"CREATE TRIGGER {name} {on} EXECUTE FUNCTION version_refuse()" for name, on in _POSTGRESQL.items()]
    return [refusing("version_refuse", REFUSED), *made]


def drop_statements(vendor: str) -> list[str]:
    """SQL that takes them away."""
    return dropped(vendor, dict.fromkeys(_SQLITE if vendor == "sqlite" else _POSTGRESQL, TABLE), ("version_refuse",))


GUARD = guard(create_statements, drop_statements)
create, drop = GUARD.create, GUARD.drop
