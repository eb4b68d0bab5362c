"""Negative feedback found day by day, by a threshold fitted on what people here called negative."""
