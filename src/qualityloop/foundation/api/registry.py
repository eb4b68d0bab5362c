"""Routers of the rooms, by the first part of their address."""

from __future__ import annotations

from ninja import Router

ROUTERS: dict[str, Router] = {}


def register_router(prefix: str, router: Router) -> None:
    """Put the operations of a room below /api/v1/<prefix>; a room's `api.py` is imported in its AppConfig.ready."""
    if ROUTERS.get(prefix, router) is not router:
        raise ValueError(f"router {prefix} is registered twice")
    ROUTERS[prefix] = router
