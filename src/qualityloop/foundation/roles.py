"""The roles that people have."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What somebody does here; decides what they may see and do."""

    DIRECTOR = "director", _("Service director")
    QC = "qc", _("QC specialist")
    SENIOR_AGENT = "senior_agent", _("Senior agent")
    AGENT = "agent", _("Agent")
    ENGINEER = "engineer", _("Field engineer")
    TRAINER = "trainer", _("Trainer")
    CUSTOMER = "customer", _("Customer")
    ADMIN = "admin", _("Administrator")


EVERYONE = frozenset(role.value for role in Role)
STAFF = EVERYONE - {Role.CUSTOMER.value}
LEADING = frozenset(
    role.value for role in (Role.DIRECTOR, Role.QC, Role.SENIOR_AGENT, Role.TRAINER, Role.ADMIN)
)  # see the records of others
