"""Telling people: page bell, e-mail, work chats.

A room declares its kinds of notices with `notice_kind` and calls `notify` in the transaction of what it tells about.
docs/NOTICES.md says what is promised.
"""

from qualityloop.foundation.notices.kinds import NoticeKind, notice_kind
from qualityloop.foundation.notices.services import notify

__all__ = ["NoticeKind", "notice_kind", "notify"]
