"""Which jobs there are, and which of them run by the clock."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from croniter import croniter
from django.utils.functional import Promise

if TYPE_CHECKING:
    from qualityloop.foundation.permissions import Permission

Work = Callable[..., None]
LONGEST = 6 * 3600  # seconds that a job may take unless it says otherwise


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of job. `right` lets others than its starter and the administrator see its runs.

    A `quiet` kind is one of many small ones: its runs are listed only when asked for or failed, and are forgotten
    after a day.
    """

    key: str
    label: str | Promise
    work: Work
    longest: int = LONGEST
    right: Permission | None = None
    quiet: bool = False

    def check(self, arguments: dict[str, Any]) -> None:
        """TypeError where the job cannot be called with these."""
        inspect.signature(self.work).bind(None, **arguments)


KINDS: dict[str, JobKind] = {}
SCHEDULES: dict[str, str] = {}


def job(
    key: str, label: str | Promise, *, longest: int = LONGEST, right: Permission | None = None, quiet: bool = False
) -> Callable[[Work], Work]:
    """Declare the function below as the job `key`: `(progress, **arguments)`.

    It may be run again after a crash in its middle, so a second run must leave what one leaves.
    """

    def declare(work: Work) -> Work:
        if key in KINDS:
            raise ValueError(f"job {key} is declared twice")
        KINDS[key] = JobKind(key, label, work, longest, right, quiet)
        return work

    return declare


def schedule(key: str, *, cron: str) -> None:
    """Run the job `key`, without arguments, by the clock of the organisation: `*/5 * * * *` is every five minutes."""
    if key in SCHEDULES:
        raise ValueError(f"job {key} has a schedule already")
    if not croniter.is_valid(cron):
        raise ValueError(f"{cron} is no cron expression")
    SCHEDULES[key] = cron


def label_of(key: str) -> str:
    """The job in words; the key itself for one that is no longer declared."""
    return str(KINDS[key].label) if key in KINDS else key
