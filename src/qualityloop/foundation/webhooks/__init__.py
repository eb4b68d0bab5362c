"""Telling other systems: signed, retried, logged."""
