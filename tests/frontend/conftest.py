"""The browser, for all tests of the front end."""

from __future__ import annotations

from tests.browser import chromium

__all__ = ["chromium"]
