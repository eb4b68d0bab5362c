"""What signals, in words."""

from __future__ import annotations

from django.utils.translation import get_language

from qualityloop.analysis.indicators.standard import Standard
from qualityloop.analysis.messages import Message, Text, message
from qualityloop.analysis.warning.finding import Finding
from qualityloop.analysis.warning.registry import RULES
from qualityloop.diagnosis.warnings.models import WATCH

SERIES = {
    "tickets": message("Tickets a day"),
    "tickets/hour": message("Tickets an hour"),
    "complaints": message("Complaints a day"),
    "complaints/hour": message("Complaints an hour"),
    "complaint_rate": message("Complaints per ticket"),
}
SOURCES = {
    "tickets": message("Tickets"),
    "interactions": message("Calls and chats"),
    "survey_responses": message("Survey responses"),
    "complaints": message("Complaints"),
}


def series_words(finding: Finding, standard: Standard) -> Message | Text | str:
    """The indicator's name, or what is counted."""
    for indicator in standard.indicators:
        if indicator.key == finding.subject:
            return indicator.name
    named = SOURCES if finding.rule == "silence" else SERIES
    return named.get(finding.subject, finding.subject)


def rule_words(rule: str) -> str:
    """A rule for the reader of the page."""
    language = get_language() or "zh"
    name = RULES[rule].name if rule in RULES else message("Watched value") if rule == WATCH else None
    return name.in_language(language) if name else rule
