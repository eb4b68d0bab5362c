"""Long computations that a page does not wait for: they run in the background, and the page says how far they are."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

AT_ONCE = 2  # computations; the others queue, so that many visitors do not fill the memory
REMEMBERED_SECONDS = 30  # that a failure is told to whoever asks again, before it is tried anew

T = TypeVar("T")

_limit: ContextVar[float | None] = ContextVar("limit", default=None)
_current: ContextVar[_Job | None] = ContextVar("current", default=None)
_jobs: dict[Hashable, _Job] = {}
_lock = threading.Lock()
_pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="computing")


class StillWorking(Exception):  # noqa: N818 (nothing went wrong)
    """The answer is not there yet; `share` (0..1) of the work is done, None where nobody knows."""

    def __init__(self, share: float | None) -> None:
        super().__init__(share)
        self.share = share


@dataclass(slots=True, eq=False)
class _Job:
    """One computation in the background."""

    finished: threading.Event = field(default_factory=threading.Event)
    share: float | None = None
    answer: Any = None
    error: BaseException | None = None
    ended_at: float = 0.0

    def run(self, work: Callable[[], Any]) -> None:
        _current.set(self)
        try:
            self.answer = work()
        except BaseException as error:  # told to whoever asked
            self.error = error
        finally:
            self.ended_at = time.monotonic()
            self.finished.set()


@contextmanager
def at_most(seconds: float | None) -> Iterator[None]:
    """Within this block nobody waits longer than `seconds` for an answer; None: as long as it takes."""
    token = _limit.set(seconds)
    try:
        yield
    finally:
        _limit.reset(token)


def answer(key: Hashable, work: Callable[[], T]) -> T:
    """What `work` returns or raises. StillWorking where that takes too long; asking for `key` again finds it."""
    seconds = _limit.get()
    if seconds is None:
        return work()
    job = _job(key, work)
    if not job.finished.wait(seconds):
        raise StillWorking(job.share)
    if job.error is not None:
        raise job.error
    with _lock:
        _jobs.pop(key, None)
    return job.answer  # type: ignore[no-any-return]


def report(done: int, of: int) -> None:
    """Progress of the work that this thread does; nothing happens where nobody waits for it."""
    job = _current.get()
    if job is not None and of > 0:
        job.share = max(0.0, min(1.0, done / of))


def _job(key: Hashable, work: Callable[[], Any]) -> _Job:
    now = time.monotonic()
    with _lock:
        for old in [k for k, j in _jobs.items() if j.finished.is_set() and j.ended_at < now - REMEMBERED_SECONDS]:
            del _jobs[old]
        if key not in _jobs:
            _jobs[key] = job = _Job()
            _pool.submit(job.run, work)
        return _jobs[key]
