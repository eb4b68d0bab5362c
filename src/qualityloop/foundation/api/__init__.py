"""The REST API's shell: routers of the rooms, tokens, throttling, pages, errors.

This file must not import models: Django imports it before they may be.
"""

from __future__ import annotations

from qualityloop.foundation.api.errors import ApiError, refused_as
from qualityloop.foundation.api.guards import allows
from qualityloop.foundation.api.inputs import Day, Instant, Strict, Whole, YesNo
from qualityloop.foundation.api.registry import register_router
from qualityloop.foundation.api.words import spoken

__all__ = [
    "ApiError",
    "Day",
    "Instant",
    "Strict",
    "Whole",
    "YesNo",
    "allows",
    "refused_as",
    "register_router",
    "spoken",
]
