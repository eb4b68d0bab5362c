"""Short names of column types, for annotations only: Django's fields cannot be subscripted when they run."""

from __future__ import annotations

from datetime import datetime

from django.db import models

Text = models.CharField[str, str]
Moment = models.DateTimeField[datetime | None, datetime | None]
Whole = models.IntegerField[int | None, int | None]
Measure = models.FloatField[float | None, float | None]
YesNo = models.BooleanField[bool | None, bool | None]
