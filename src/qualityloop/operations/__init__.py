"""Tickets with their event log, interactions with their messages and recordings."""
