"""Files as evidence: who may see what they are put on may see them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.files.kinds import KINDS
from qualityloop.foundation.files.models import StoredFile
from qualityloop.foundation.files.purposes import purpose
from qualityloop.foundation.models import User
from qualityloop.improvement.evidence.models import Evidence
from qualityloop.improvement.evidence.targets import on

PURPOSE = "evidence"


def _allows(user: User, stored: StoredFile) -> bool:
    places = Evidence.objects.filter(file=stored).values_list("target_kind", "target_id")
    return any(on(user, kind, pk) is not None for kind, pk in places)


purpose(PURPOSE, _("Evidence"), allows=_allows, types=KINDS)
