"""Work that takes longer than a page may wait: queued, repeated after a crash, visible.

A room declares its jobs in `jobs.py`, which its `AppConfig.ready` imports. What others call stands here; docs/JOBS.md
tells the whole story.
"""

from qualityloop.foundation.jobs.progress import Cancelled, Later, Progress
from qualityloop.foundation.jobs.registry import job, schedule
from qualityloop.foundation.jobs.services import enqueue

__all__ = ["Cancelled", "Later", "Progress", "enqueue", "job", "schedule"]
