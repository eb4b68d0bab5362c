"""The steps and states of a ticket that is worked on here, and words for the end that other systems use."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

NEW, WORKING, PAUSED = pgettext_lazy("ticket status", "New"), gettext_lazy("In progress"), gettext_lazy("On hold")
RESOLVED, CLOSED, CANCELLED = gettext_lazy("Resolved"), gettext_lazy("Closed"), gettext_lazy("Cancelled")
STATUSES = (NEW, WORKING, PAUSED, RESOLVED, CLOSED, CANCELLED)
REGISTRATION, ASSIGNMENT = gettext_lazy("Registration"), gettext_lazy("Assignment")
REASSIGNMENT = gettext_lazy("Reassignment")
RESOLUTION, CLOSURE, REOPENING = gettext_lazy("Resolution"), gettext_lazy("Closure"), gettext_lazy("Reopening")

_ENDED = ("resolved", "solved", "closed", "done", "completed", "cancelled", "canceled", "deleted")
_ENDED_ZH = ("已解决", "已关闭", "已完成", "已完结", "已结案", "已取消", "已撤销", "已作废", "关闭", "完成")
ENDED = frozenset((*_ENDED, *_ENDED_ZH))
ENDED_SPELLINGS = (*_ENDED, *(word.capitalize() for word in _ENDED), *_ENDED_ZH)  # for a query, which is exact


def in_house(words: str | Promise) -> str:
    """`words` in the organisation's own language, in which records are kept."""
    with translation.override(settings.LANGUAGE_CODE):
        return str(words)


@lru_cache(maxsize=4)
def _before_work(language: str) -> frozenset[str]:
    with translation.override(language):
        return frozenset(str(word) for word in (REGISTRATION, ASSIGNMENT, REASSIGNMENT))


def before_work() -> frozenset[str]:
    """Steps by which nobody has answered the customer yet."""
    return _before_work(settings.LANGUAGE_CODE)
