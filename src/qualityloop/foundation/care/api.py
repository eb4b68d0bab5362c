"""The state of the system for programs that watch it."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router
from pydantic import BaseModel, Field

from qualityloop.foundation.api import allows, register_router, spoken
from qualityloop.foundation.care.checks import checked
from qualityloop.foundation.care.permissions import STATE
from qualityloop.foundation.care.queries import installation
from qualityloop.foundation.wording import language

system = Router(tags=[spoken(_("State of the system"))])


class FindingAnswer(BaseModel):
    """Something that is wrong, and what to do about it."""

    level: Literal["warning", "error"]
    text: str


class CheckedAnswer(BaseModel):
    """A check and what it found; nothing means that all is well."""

    key: str
    label: str
    findings: list[FindingAnswer]


class SystemAnswer(BaseModel):
    """What is installed, and what is wrong with it."""

    version: str
    python: str
    django: str
    database: str
    home: str
    free_bytes: int | None = Field(description=spoken(_("Free space of the disk with the data")))
    problems: int = Field(description=spoken(_("How many checks found something")))
    checks: list[CheckedAnswer]


@system.get(
    "",
    response=SystemAnswer,
    operation_id="system_state",
    **allows(STATE, _("State of the system"), _("Versions, and every check with what it found.")),
)
def state(request: HttpRequest) -> dict[str, Any]:
    """Versions, and every check with what it found."""
    here, words = installation(), language()
    checks = [
        {
            "key": one.check.key,
            "label": one.check.label.in_language(words),
            "findings": [{"level": f.level.value, "text": f.text.in_language(words)} for f in one.findings],
        }
        for one in checked()
    ]
    return {
        "version": here.version, "python": here.python, "django": here.django, "database": here.database,
        "home": str(here.home), "free_bytes": here.free, "problems": sum(bool(one["findings"]) for one in checks),
        "checks": checks,
    }  # fmt: skip


register_router("system", system)
