"""Cost and benefit of a measure, as its page shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from qualityloop.improvement.plans.models import Measure

if TYPE_CHECKING:
    from qualityloop.analysis.benefit import Outcome

FACTORS = (
    "cost", "customers", "churn", "churn_reduction", "customer_value", "referred_customers", "referral_increase",
    "hours_saved", "hourly_rate",
)  # fmt: skip
SEED = 20_260_101  # of the draws: the same plan shows the same numbers to everybody


@dataclass(frozen=True, slots=True)
class Shown:
    """The account in words: net, lines, probability, what matters most."""

    net: Any
    lines: list[tuple[str, Any]]
    positive: float
    matters: list[tuple[str, float]]


def factor_words() -> dict[str, str]:
    """What the factors are called."""
    return {
        "cost": _("Cost"),
        "customers": _("Customers concerned"),
        "churn": _("Churn in a year (share)"),
        "churn_reduction": _("Churn falls by (share)"),
        "customer_value": _("Value of a customer in a year"),
        "referred_customers": _("Recommended customers in a year"),
        "referral_increase": _("Recommendations rise by (share)"),
        "hours_saved": _("Hours saved in a year"),
        "hourly_rate": _("Cost of an hour"),
    }


def line_words() -> dict[str, str]:
    """What the lines of the account are called."""
    return {
        "churn": _("Customers kept"), "referral": _("Customers recommended"), "labour": _("Labour saved"),
        "cost": _("Cost"),
    }  # fmt: skip


def outcome_of(account: Mapping[str, Iterable[float]]) -> Outcome:
    """The account computed, what is not given taken from the defaults."""
    from qualityloop.analysis.benefit import Range, service_outcome

    return service_outcome({key: Range(*values) for key, values in account.items() if key in FACTORS}, seed=SEED)


def shown(measure: Measure) -> Shown | None:
    """The account of a measure; None where nothing was entered."""
    if not measure.account:
        return None
    found = outcome_of(measure.account)
    words, factors = line_words(), factor_words()
    lines = [(words[key], amount) for key, amount in found.lines.items() if amount.mean or amount.high]
    matters = [(factors[name], share) for name, share in found.matters[:3]]
    return Shown(found.net, lines, found.positive, matters)
