"""The application `proving`."""

from __future__ import annotations

from django.apps import AppConfig


class ProvingConfig(AppConfig):
    """Jobs that leave traces."""

    name = "tests.processes.proving"
    label = "proving"

    def ready(self) -> None:
        """Declare the jobs."""
        from tests.processes.proving import jobs  # noqa: F401
