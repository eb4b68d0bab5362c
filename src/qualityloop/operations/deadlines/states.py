"""How a deadline stands, in words and colour."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class State(StrEnum):
    """How a deadline stands."""

    RUNNING = "running"
    NEAR = "near"
    PAUSED = "paused"
    OVERDUE = "overdue"
    MET = "met"
    MISSED = "missed"


WORDS: dict[State, tuple[str | Promise, Literal["met", "warning", "missed", "insufficient"]]] = {
    State.RUNNING: (_("not due yet"), "met"),
    State.NEAR: (_("due soon"), "warning"),
    State.PAUSED: (_("clock paused"), "insufficient"),
    State.OVERDUE: (_("overdue"), "missed"),
    State.MET: (_("target met"), "met"),
    State.MISSED: (_("too late"), "missed"),
}
PENDING = frozenset({State.RUNNING, State.NEAR, State.OVERDUE})
