"""The functions of scipy.special, imported when the first is asked for: that takes half a second."""

from __future__ import annotations

import importlib
from typing import Any


def __getattr__(name: str) -> Any:
    return getattr(importlib.import_module("scipy.special"), name)
