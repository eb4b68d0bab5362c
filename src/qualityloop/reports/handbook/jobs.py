"""Making a handbook as a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qualityloop.analysis.messages import message
from qualityloop.foundation.files.models import StoredFile
from qualityloop.foundation.files.store import file_keep
from qualityloop.foundation.jobs import Progress, enqueue, job
from qualityloop.reports.handbook.collecting import Handbook, collect
from qualityloop.reports.handbook.files import PURPOSE
from qualityloop.reports.handbook.pdf import handbook_pdf

if TYPE_CHECKING:
    from qualityloop.foundation.jobs.models import JobRun
    from qualityloop.foundation.models import User

MAKE = "reports.handbook"


def _word(handbook: Handbook) -> bytes:
    from qualityloop.reports.handbook.word import handbook_word  # python-docx: only who makes a file waits for it

    return handbook_word(handbook)


MAKERS: dict[str, Callable[[Handbook], bytes]] = {"docx": _word, "pdf": handbook_pdf}


def declare() -> None:
    """Declare the job."""
    job(MAKE, gettext_lazy("Making the handbook"))(make)


def make(progress: Progress, *, form: str, language: str, day: str) -> None:
    """Make the handbook of what was in force on `day` (an instant); one that is there already is not made again."""
    progress(0, 2, message("Reading what is in force"))
    handbook = collect(datetime.fromisoformat(day), language)
    name = name_of(handbook, form)
    if StoredFile.objects.filter(purpose=PURPOSE, name=name).exists():
        return
    progress(1, 2, message("Laying out"))
    with translation.override("zh-hans" if language.startswith("zh") else "en"):
        body = MAKERS[form](handbook)
    file_keep(body, name=name, purpose=PURPOSE, actor=progress.run.actor)
    progress(2, 2)


def name_of(handbook: Handbook, form: str) -> str:
    """Name of the file; the fingerprint tells whether it still says what is in force."""
    with translation.override("zh-hans" if handbook.language.startswith("zh") else "en"):
        title = _("Service quality handbook")
    return f"{title} {timezone.localtime(handbook.at):%Y-%m-%d} {handbook.fingerprint}.{form}"


def ask_for(*, actor: Any, form: str, language: str, at: datetime) -> Any:
    """Ask for a handbook as a file."""
    once = f"handbook-{form}-{language}-{at:%Y-%m-%d}"
    return enqueue(MAKE, actor=actor, once=once, form=form, language=language, day=at.isoformat())


def runs_of(user: User) -> models.QuerySet[JobRun]:
    """The handbooks that are being made for somebody."""
    from qualityloop.foundation.jobs.models import JobRun

    return JobRun.objects.filter(key=MAKE, actor=user, state__in=("queued", "running"))


def instant_of(day: date | None) -> datetime:
    """The last minute of a day, or now."""
    if day is None:
        return timezone.now()
    return timezone.make_aware(datetime.combine(day, time(23, 59)))
