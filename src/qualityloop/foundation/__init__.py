"""Accounts, permissions, navigation, page shell, access to the lake: no business words."""
