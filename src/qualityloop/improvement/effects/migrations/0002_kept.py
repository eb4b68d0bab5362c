"""An evaluation is never changed: triggers."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from qualityloop.improvement.effects import triggers


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("improvement_effects", "0001_initial")]
    operations: ClassVar[list[migrations.RunPython]] = [migrations.RunPython(triggers.create, triggers.drop)]
