"""Which records a lot was drawn from."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("improvement_plans", "0003_answerlink")]
    operations: ClassVar[list[migrations.AddField]] = [
        migrations.AddField(
            "checkpoint",
            "query",
            models.JSONField(blank=True, null=True, verbose_name="records that make up the lot"),
        ),
    ]
