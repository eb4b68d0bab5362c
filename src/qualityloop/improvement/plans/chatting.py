"""Tasks in work chats: what arrived where is noted with the task, and what is answered there is done here."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qualityloop.foundation.chats import Heard, Reply, register_command
from qualityloop.foundation.models import User
from qualityloop.foundation.notices.models import Delivery
from qualityloop.foundation.notices.signals import delivered
from qualityloop.improvement.plans import notices, permissions, queries
from qualityloop.improvement.plans.models import Task, TaskState
from qualityloop.improvement.plans.services.answers import short, task_answer

NAMED = re.compile(r"^[#＃]?\s*([A-Za-z]{1,5}-\d{4}-\d+|\d{1,9})\s*[,，:：;；。、-]?\s*(.*)$", re.DOTALL)
SHOWN = 10  # tasks in one answer


def connect() -> None:
    """Listen to deliveries, and to what people say."""
    delivered.connect(_arrived, dispatch_uid="plans.mirrors")
    register_command(("完成", "已完成", "done"), _done, gettext_lazy("done #12 what there is to say: the task is done"))
    register_command(
        ("困难", "说明困难", "difficulty"),
        _hard,
        gettext_lazy("difficulty #12 what it is: it is told to who gave out the task"),
    )
    register_command(("任务", "我的任务", "tasks"), _mine, gettext_lazy("tasks: what you have to do"))


def _arrived(*, delivery: Delivery, message_id: str, at: datetime, **_more: Any) -> None:
    """Note on the task that a message about it has arrived."""
    notice = delivery.notice
    if notice.kind != notices.TASK_GIVEN.key:
        return
    try:
        key = resolve(notice.url).kwargs["pk"]
    except (Resolver404, KeyError):
        return
    with transaction.atomic():
        task = Task.objects.select_for_update().filter(pk=key).first()
        if task is not None:
            one = {"by": delivery.transport, "to": str(notice.user), "at": at.isoformat(), "key": message_id}
            task.mirrors = {**task.mirrors, "sent": [*task.sent, one]}
            task.save(update_fields=["mirrors"])


def _done(heard: Heard) -> Reply:
    """完成 #12 说明."""
    task, text = _named(heard)
    task_answer(actor=heard.user, task=task, what="done", text=text, address=heard.address)
    return Reply(_("Noted: {number} “{title}” is done.").format(number=short(task), title=task.title))


def _hard(heard: Heard) -> Reply:
    """困难 #12 说明."""
    task, text = _named(heard)
    if not text:
        raise ValidationError(_("Say what the difficulty is: difficulty {number} …").format(number=short(task)))
    task_answer(actor=heard.user, task=task, what="hard", text=text, address=heard.address)
    return Reply(
        _("Noted and told on: difficulty with {number} “{title}”.").format(number=short(task), title=task.title)
    )


def _mine(heard: Heard) -> Reply:
    """任务."""
    rows = list(queries.open_tasks(queries.mine(heard.user)).order_by("due_on", "pk")[: SHOWN + 1])
    if not rows:
        return Reply(_("You have no open task."))
    today = timezone.localdate()
    lines = [
        f"{short(one)} {one.title} · {one.due_on:%m-%d}" + (_(" (late)") if one.is_late(today) else "")
        for one in rows[:SHOWN]
    ]
    return Reply("\n".join([*lines, *(["…"] if len(rows) > SHOWN else [])]))


def _named(heard: Heard) -> tuple[Task, str]:
    """The task that is meant, and what is said about it. ValidationError with what to write instead."""
    if not permissions.TASKS.allows(heard.user):
        raise ValidationError(_("You may not work on tasks."))
    found = NAMED.match(heard.text)
    if found is None:
        raise ValidationError(_("Name the task: done #12"))
    name, text = found[1], found[2].strip()
    rows = _called(heard.user, name)
    if not rows:
        raise ValidationError(_("There is no task {number}, or you may not see it.").format(number=name))
    if len(rows) > 1:
        numbers = "、".join(one.number for one in rows[:5])
        raise ValidationError(
            _("More than one task is called that; write the whole number: {numbers}").format(numbers=numbers)
        )
    return rows[0], text


def _called(user: User, name: str) -> list[Task]:
    """Tasks that `user` may see under a number, whole or only its count; one's own open ones before all others."""
    rows = queries.tasks_for(user).select_related("owner__user", "problem").order_by("-created_at", "-pk")
    if not name.isdecimal():
        return list(rows.filter(number__iexact=name)[:2])
    rows = rows.filter(number__regex=rf"-0*{int(name)}$")
    own = [one for one in rows.filter(owner__user=user) if one.state != TaskState.DONE]
    return own or list(rows[:6])
