"""Roles as they are kept here: the shipped ones, what was changed about them, and new ones."""
