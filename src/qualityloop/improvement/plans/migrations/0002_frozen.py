"""A plan that has begun is never changed: triggers."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from qualityloop.improvement.plans import freezing


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("improvement_plans", "0001_initial")]
    operations: ClassVar[list[migrations.RunPython]] = [migrations.RunPython(freezing.create, freezing.drop)]
