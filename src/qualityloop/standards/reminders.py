"""Telling people what waits for them in the standards: reviews that are due, SOPs to read."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.messages import message
from qualityloop.foundation.access.current import current_roles
from qualityloop.foundation.jobs import Progress, job, schedule
from qualityloop.foundation.models import User
from qualityloop.foundation.notices import notice_kind, notify
from qualityloop.foundation.permissions import Permission
from qualityloop.standards import permissions
from qualityloop.standards.sops.kind import SOPS
from qualityloop.standards.sops.queries import in_force_now, readers
from qualityloop.standards.versions.models import Document, Version
from qualityloop.standards.versions.queries import all_in_force, due_for_review
from qualityloop.standards.versions.services import RELEASED, changed

REVIEW_DUE = notice_kind("standards.review_due", _("Review of a standard is due"), right=permissions.EDIT)
SOP_TO_READ = notice_kind("standards.sop_to_read", _("SOP to read"))
EVERY = 7  # days between two reminders to read
REMIND = "standards.remind"


@job(REMIND, _("Reminders about standards"), quiet=True)
def remind(progress: Progress) -> None:
    """Reviews whose day has come, once per day set; SOPs in force that somebody has not read, once a week."""
    today = timezone.localdate()
    due = list(due_for_review(today))
    versions = all_in_force(SOPS.key)
    for done, document in enumerate(due):
        progress(done, len(due) + len(versions))
        with transaction.atomic():
            tell_review(document)
    for done, version in enumerate(versions, len(due)):
        progress(done, len(due) + len(versions))
        start = timezone.localtime(version.valid_from).date() if version.valid_from else today
        with transaction.atomic():
            tell_readers(version, occasion=f"week-{(today - start).days // EVERY}")


schedule(REMIND, cron="0 7 * * *")


def tell_review(document: Document) -> None:
    """Tell those who write standards that a document has to be looked through."""
    day = f"{document.review_on:%Y-%m-%d}" if document.review_on else ""
    notify(
        to=people_with(permissions.EDIT),
        kind=REVIEW_DUE,
        subject=message("“{name}” has to be reviewed", name=document.name),
        text=message(
            "Its review date is {day}. Look through it, change it in a new version or set the next date.", day=day
        ),
        url=reverse(f"standards:{document.kind}_document", args=[document.key]),
        once=f"review-{document.pk}-{day}",
    )


def tell_readers(version: Version, *, occasion: str) -> int:
    """Tell those who have to read an SOP and have not; the number of people told. Once per occasion."""
    told = notify(
        to=readers(version).waiting,
        kind=SOP_TO_READ,
        subject=message("Please read “{name}”, version {number}", name=version.document.name, number=version.number),
        text=message("Read it and confirm that you have understood it."),
        url=reverse("standards:sops_version", args=[version.document.key, version.number]),
        once=f"sop-{version.pk}-{occasion}",
    )
    return len(told)


def people_with(right: Permission) -> list[User]:
    """Everybody with an active account who has a right."""
    roles = [role.key for role in current_roles().roles.values() if role.has(right.key, right.shipped)]
    return list(User.objects.filter(role__in=roles, is_active=True))


def _released(sender: object, version: Version, action: Any, **_more: Any) -> None:
    """A new SOP: its readers are told in the transaction that puts it in force, unless it takes effect later."""
    if action is RELEASED and version.document.kind == SOPS.key and in_force_now(version):
        tell_readers(version, occasion="week-0")


def connect() -> None:
    """Listen to what happens to versions."""
    changed.connect(_released, dispatch_uid="standards.reminders")
