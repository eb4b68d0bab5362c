"""What people answer to a message about their task: it is done, or there is a difficulty; by a link or in the chat."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qualityloop.foundation.audit.recording import record
from qualityloop.foundation.models import User
from qualityloop.foundation.wording import Words
from qualityloop.improvement.plans import actions, notices, queries
from qualityloop.improvement.plans.models import AnswerLink, Remark, Task, TaskState
from qualityloop.improvement.plans.services.tasks import task_move, task_remark

SALT = "improvement_plans.answer"
VALID = timedelta(days=90)
LABELS = {"done": gettext_lazy("Done ✓"), "hard": gettext_lazy("There is a difficulty")}


def short(task: Task) -> str:
    """A task in a chat: the count of its number, RW-2026-00012 is #12."""
    return f"#{int(task.number.rpartition('-')[2])}" if task.number.rpartition("-")[2].isdecimal() else task.number


def links_for(task: Task, user: User) -> list[tuple[Words, str]]:
    """Links for a message to one person: signed, each good for one answer."""
    until = timezone.now() + VALID
    made = [AnswerLink.objects.create(task=task, user=user, what=what, until=until) for what in LABELS]
    return [(LABELS[one.what], reverse("improvement_plans:answer", args=[token(one)])) for one in made]


def token(link: AnswerLink) -> str:
    """The signed end of its address."""
    return signing.dumps(link.pk, salt=SALT)


def link_of(text: str, user: Any) -> AnswerLink | None:
    """The link behind a token, where it is for `user`."""
    try:
        key = signing.loads(text, salt=SALT)
    except signing.BadSignature:
        return None
    found = AnswerLink.objects.select_related("task__owner__user", "task__problem").filter(pk=key, user=user)
    return found.first()


def spent(link: AnswerLink) -> str:
    """Why a link is good for nothing any more; empty where it is."""
    if link.used_at is not None:
        return _("This link was used on {day}.").format(day=f"{timezone.localtime(link.used_at):%Y-%m-%d %H:%M}")
    if link.until <= timezone.now():
        return _("This link is over.")
    return _("The task is done already.") if link.task.state == TaskState.DONE else ""


def link_answer(*, link: AnswerLink, text: str, address: str = "") -> Task:
    """Answer by a link, once."""
    with transaction.atomic():
        kept = AnswerLink.objects.select_for_update(of=("self",)).select_related("task").get(pk=link.pk)
        if words := spent(kept):
            raise ValidationError(words)
        task = task_answer(actor=link.user, task=kept.task, what=kept.what, text=text, address=address)
        kept.used_at = timezone.now()
        kept.save(update_fields=["used_at"])
    return task


def task_answer(*, actor: User, task: Task, what: str, text: str = "", address: str = "") -> Task:
    """A task is done, with what there is to say; or there is a difficulty, which is told to who gave it out."""
    if not queries.may_move(actor, task):
        raise ValidationError(_("Only its owner, or who gives out tasks, can say that."))
    if task.state == TaskState.DONE:
        raise ValidationError(_("The task is done already."))
    text = text.strip()[:2000]
    if what == "hard":
        return _hard(actor, task, text, address)
    with transaction.atomic():
        done = task_move(actor=actor, task=task, state=TaskState.DONE, address=address)
        if text:
            task_remark(actor=actor, task=done, text=text, address=address)
    return done


def _hard(actor: User, task: Task, text: str, address: str) -> Task:
    if not text:
        raise ValidationError({"text": _("Say what the difficulty is.")})
    with transaction.atomic():
        kept = Task.objects.select_related("author", "owner__user", "problem__owner__user").get(pk=task.pk)
        Remark.objects.create(task=kept, author=actor, text=text)
        Task.objects.filter(pk=kept.pk).update(changed_at=timezone.now())
        after = {"text": text}
        record(actor=actor, action=actions.TASK_HARD, record=kept, before=None, after=after, address=address)
        notices.task_hard(kept, by=actor, text=text)
    return kept
