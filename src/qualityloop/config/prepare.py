"""What must be done before pages can be served."""

from __future__ import annotations

import os

import django
from django.apps import apps


def set_up() -> None:
    """Load the settings, once."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qualityloop.config.settings")
    if not apps.ready:
        django.setup()


def prepare() -> None:
    """Make the home folder, bring the database up to date and put the static files in place."""
    set_up()
    from django.conf import settings
    from django.core.management import call_command

    settings.QUALITYLOOP_HOME.mkdir(parents=True, exist_ok=True)
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0, clear=False)
