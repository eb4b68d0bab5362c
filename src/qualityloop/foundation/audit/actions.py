"""What can be done to a record, in words: every room declares its actions here, as it declares its permissions."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Action:
    """A kind of write; `key` is what the audit log keeps."""

    key: str
    label: str | Promise


ACTIONS: dict[str, Action] = {}


def action(key: str, label: str | Promise) -> Action:
    """Declare an action."""
    if key in ACTIONS:
        raise ValueError(f"action {key} is declared twice")
    ACTIONS[key] = Action(key, label)
    return ACTIONS[key]


def action_label(key: str) -> str:
    """The action in words; the key itself for one that is no longer declared."""
    return str(ACTIONS[key].label) if key in ACTIONS else key


ACCOUNT_CREATED = action("account.created", _("Account made"))
ACCOUNT_CHANGED = action("account.changed", _("Account changed"))
PASSWORD_CHANGED = action("account.password_changed", _("Password changed"))
ACCOUNT_LOCKED = action("account.locked", _("Account locked after wrong passwords"))
ACCOUNT_UNLOCKED = action("account.unlocked", _("Account unlocked"))
ACCOUNT_LINKED = action("account.linked", _("Linked to the organisation's sign-in"))
ONE_TIME_PASSWORD = action("account.one_time_password", _("One-time password given"))
FACTOR_ADDED = action("factor.added", _("Second factor set up"))
FACTOR_REMOVED = action("factor.removed", _("Second factor removed"))
FACTORS_RESET = action("factor.reset", _("Second factors reset"))
RECOVERY_CODES_MADE = action("factor.codes_made", _("Recovery codes made"))
RECOVERY_CODE_USED = action("factor.code_used", _("Recovery code used"))
SESSIONS_ENDED = action("session.ended", _("Sessions ended"))
ROLE_ADDED = action("role.added", _("Role added"))
ROLE_CHANGED = action("role.changed", _("Role changed"))
ROLE_REMOVED = action("role.removed", _("Role removed"))
SIGNED_IN = action("session.signed_in", _("Signed in"))
SIGN_IN_FAILED = action("session.sign_in_failed", _("Sign-in failed"))
SIGNED_OUT = action("session.signed_out", _("Signed out"))
