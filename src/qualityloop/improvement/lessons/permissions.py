"""Who may read lessons, write them and share them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.permissions import permission
from qualityloop.foundation.roles import STAFF, Role

LESSONS = permission("improvement_lessons.lessons", _("Read lessons and mark them as useful"), STAFF)
LESSON_WRITE = permission(
    "improvement_lessons.lesson_write",
    _("Write lessons and share them with departments"),
    frozenset({
        Role.DIRECTOR.value, Role.QC.value, Role.SENIOR_AGENT.value, Role.TRAINER.value, Role.ADMIN.value,
    }),
)  # fmt: skip
