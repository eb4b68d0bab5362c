"""All rules by key, the strongest first: what several say of one series is one warning, by the first of them."""

from __future__ import annotations

from qualityloop.analysis.warning import (
    complaint_rate,
    drift,
    past_warning,
    run_rules,
    silence,
    surge,
    two_months,
)
from qualityloop.analysis.warning.finding import Rule

RULES: dict[str, Rule] = {
    module.RULE.key: module.RULE
    for module in (silence, surge, complaint_rate, past_warning, two_months, run_rules, drift)
}
