"""The audit log: every write with actor, time, before, after and reason, append-only and chained by SHA-256."""
