"""Customers, their contacts and tiers."""
