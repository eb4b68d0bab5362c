"""What a running job is given: how far it is, and whether it should stop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from django.utils import timezone

from qualityloop.foundation.wording import Words

if TYPE_CHECKING:
    from qualityloop.foundation.jobs.models import JobRun


class Cancelled(Exception):  # noqa: N818 (somebody wished it)
    """Somebody has cancelled the job; let it pass through."""


class Lost(BaseException):  # so that no `except Exception` of a job keeps it
    """The run was given to another worker, because this one did not answer; end without another word."""


class Later(Exception):  # noqa: N818 (nothing went wrong)
    """Raised by a job that wants to be run again in `seconds`, or at an instant, with the reason why."""

    def __init__(self, when: float | datetime, reason: Words = "") -> None:
        super().__init__(str(reason))
        self.at = when if isinstance(when, datetime) else timezone.now() + timedelta(seconds=when)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a job is; `total` is None where nobody knows."""

    done: int
    total: int | None
    text: Words


class Keeper(Protocol):
    """Keeps what a job reports, and knows whether it should go on."""

    def keep(self, reached: Reached) -> None:
        """Note how far the job is."""

    def check(self) -> None:
        """Cancelled or Lost where the job should stop."""


class Progress:
    """How far the job is. Calling it costs nothing, so a loop may do so at every step."""

    def __init__(self, run: JobRun, keeper: Keeper) -> None:
        self.run = run
        self._keeper = keeper

    def __call__(self, done: int, total: int | None = None, text: Words = "") -> None:
        """`done` of `total` steps (None: nobody knows of how many), and what is being done. Raises Cancelled."""
        self._keeper.keep(Reached(done, total, text))
        self._keeper.check()
