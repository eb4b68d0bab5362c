"""The browser of the front end's tests, for reports too."""

from __future__ import annotations

from tests.browser import chromium

__all__ = ["chromium"]
