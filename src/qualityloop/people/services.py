"""Writes about departments and staff."""

from __future__ import annotations

from qualityloop.people.naming import departments_by_name, staff_by_name

__all__ = ["departments_by_name", "staff_by_name"]
