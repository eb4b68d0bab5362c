"""The settings of an installation, with the jobs of the tests."""

from __future__ import annotations

from qualityloop.config.settings import *  # noqa: F403
from qualityloop.config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.processes.proving"]
