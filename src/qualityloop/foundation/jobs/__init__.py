"""Work that takes longer than a page may wait: queued, repeated after a crash, visible."""
