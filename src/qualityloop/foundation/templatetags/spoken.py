"""Durations and offsets as people say them."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()

MINUTE, HOUR, DAY = 60, 3600, 86_400


@register.filter
def lasting(seconds: Any) -> str:
    """Seconds as the two largest units: 3 min 20 s, 2 d 4 h; empty for nothing."""
    if seconds is None or seconds == "":
        return ""
    left = abs(round(float(seconds)))
    sign = "−" if float(seconds) <= -0.5 else ""
    if left < MINUTE:
        return sign + _("{n} s").format(n=left)
    if left < HOUR:
        parts = (_("{n} min").format(n=left // MINUTE), _("{n} s").format(n=left % MINUTE) if left % MINUTE else "")
    elif left < DAY:
        minutes = left % HOUR // MINUTE
        parts = (_("{n} h").format(n=left // HOUR), _("{n} min").format(n=minutes) if minutes else "")
    else:
        days, hours = left // DAY, left % DAY // HOUR
        parts = (ngettext("{n} day", "{n} days", days).format(n=days), _("{n} h").format(n=hours) if hours else "")
    return sign + " ".join(part for part in parts if part)


@register.filter
def offset(seconds: Any) -> str:
    """Seconds as a place in a recording: 1:05, 1:02:03; empty for nothing, with a minus before its start."""
    if seconds is None or seconds == "":
        return ""
    value = float(seconds)
    left = abs(int(value))
    sign = "−" if value <= -1 else ""
    if left >= HOUR:
        return f"{sign}{left // HOUR}:{left % HOUR // MINUTE:02d}:{left % MINUTE:02d}"
    return f"{sign}{left // MINUTE}:{left % MINUTE:02d}"


@register.filter
def share(value: Any) -> str:
    """A share of 1 as a percentage with one digit; a dash for nothing."""
    return "–" if value is None or value == "" else f"{100 * float(value):.1f} %"
