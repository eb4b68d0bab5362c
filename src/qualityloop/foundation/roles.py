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


class Sees(models.TextChoices):
    """Whose records a role sees. Who leads a department sees its records in any case."""

    EVERYTHING = "everything", _("Everybody's")
    DEPARTMENT = "department", _("Their department's")
    OWN = "own", _("Their own")
    AS_CUSTOMER = "as_customer", _("Those about them as a customer")
    NOTHING = "nothing", _("Nobody's")


EVERYONE = frozenset(role.value for role in Role)
STAFF = EVERYONE - {Role.CUSTOMER.value}
LEADING = frozenset(
    role.value for role in (Role.DIRECTOR, Role.QC, Role.SENIOR_AGENT, Role.TRAINER, Role.ADMIN)
)  # see the records of others

SHIPPED_SIGHT = {
    Role.DIRECTOR.value: Sees.EVERYTHING,
    Role.QC.value: Sees.EVERYTHING,
    Role.SENIOR_AGENT.value: Sees.DEPARTMENT,
    Role.AGENT.value: Sees.OWN,
    Role.ENGINEER.value: Sees.OWN,
    Role.TRAINER.value: Sees.EVERYTHING,
    Role.CUSTOMER.value: Sees.AS_CUSTOMER,
    Role.ADMIN.value: Sees.EVERYTHING,
}


def role_choices() -> list[tuple[str, str]]:
    """Roles and their names as this process last read them; asks no database, so that checks may call it."""
    from qualityloop.foundation.access.current import last_known

    return last_known().choices()
