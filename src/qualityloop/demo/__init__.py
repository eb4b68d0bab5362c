"""The demo organisation: a year of records of a service centre that does not exist, with known truths hidden in it."""

from qualityloop.demo.generation import TICKETS, generate, tables

__all__ = ["TICKETS", "generate", "tables"]
