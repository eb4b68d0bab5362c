"""Editing nested content (dimensions with items, stages with steps) on one page, whatever the kind of document."""
