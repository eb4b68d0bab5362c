"""The end of the audit log, exported each day: what was written before cannot be changed unseen any more."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.messages import AnalysisError, Place, message
from qualityloop.foundation.audit.chain import START
from qualityloop.foundation.audit.models import AuditHead
from qualityloop.foundation.audit.verifying import Noted
from qualityloop.foundation.models import User
from qualityloop.foundation.notices import notice_kind, notify
from qualityloop.foundation.notices.kinds import EMAIL, PAGE
from qualityloop.foundation.roles import Role

HEAD_EXPORTED = notice_kind("care.audit_head", _("End of the audit log, each day"), transports=(PAGE, EMAIL))


def folder() -> Path:
    """Where the exported ends lie, one file a day."""
    return Path(settings.QUALITYLOOP_HOME) / "audit-heads"


def head_export() -> Path:
    """Write today's file, and tell the administrators, so that it also lies where nobody can reach it from here."""
    head = AuditHead.objects.filter(pk=AuditHead.ONLY).first()
    now = timezone.localtime()
    count, last = (head.sequence, head.hash) if head else (0, START)
    target = folder() / f"{now:%Y-%m-%d}.json"
    folder().mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=folder(), prefix=".head-")
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        json.dump({"at": count, "head": last, "written": now.isoformat(timespec="seconds")}, out)
        out.write("\n")
        out.flush()
        os.fsync(out.fileno())
    Path(draft).replace(target)
    with transaction.atomic():
        notify(
            to=User.objects.filter(role=Role.ADMIN, is_active=True),
            kind=HEAD_EXPORTED,
            subject=message("The audit log ends with entry {n}", n=count),
            text=message("Keep this: qualityloop verify --head {head} --at {n}", head=last, n=count),
            once=f"audit-head-{now:%Y-%m-%d}",
        )
    return target


def head_read(file: Path) -> Noted:
    """What such a file says."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        return Noted(int(data["at"]), str(data["head"]))
    except (ValueError, KeyError, TypeError) as error:
        raise AnalysisError(message("this file does not name the end of an audit log"), Place(str(file))) from error
