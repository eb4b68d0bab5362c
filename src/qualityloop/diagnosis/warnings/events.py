"""What people and other systems can be told about early warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from qualityloop.diagnosis.warnings.permissions import WARNINGS
from qualityloop.foundation.notices import notice_kind
from qualityloop.foundation.webhooks import announce, event

if TYPE_CHECKING:
    from qualityloop.diagnosis.warnings.models import EarlyWarning

OPENED = event("warning.opened", _("Early warning opened"))
ENDED = event("warning.ended", _("Early warning ended"))
NEW = notice_kind("warning.new", _("New early warnings"), transports=("page", "email"), right=WARNINGS)
MINE = notice_kind("warning.mine", _("An early warning is handed to you"), transports=("page", "email"))
DUE = notice_kind("warning.due", _("An early warning is due"), transports=("page", "email"))


def told(event_key: str, warning: EarlyWarning, **more: Any) -> None:
    """Tell the systems that listen, in the caller's transaction."""
    announce(
        event_key,
        {
            "id": warning.pk, "number": warning.number, "url": warning.get_absolute_url(), "rule": warning.rule,
            "series": warning.series, "group": warning.grouping, "severity": warning.severity,
            "state": warning.state, "said": warning.sentence("zh"), "evidence": warning.evidence,
            "due_at": warning.due_at.isoformat(), **more,
        },
    )  # fmt: skip
