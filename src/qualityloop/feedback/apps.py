"""The application `feedback`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FeedbackConfig(AppConfig):
    """The voice of the customer: survey answers, complaints, reviews, praise."""

    name = "qualityloop.feedback"
    label = "feedback"
    verbose_name = _("Feedback")

    def ready(self) -> None:
        """Receive the room's fact tables, publish them to the lake, stand in the navigation."""
        from qualityloop.feedback import (
            api,  # noqa: F401 (registers its operations)
            facts,
            moments,
            permissions,
            receiving,
        )
        from qualityloop.foundation.navigation import Entry, register

        facts.publish()
        receiving.connect()
        moments.connect()
        for order, (label, page, icon, right, record) in enumerate(
            (
                (_("Survey responses"), "survey_responses", "star", permissions.SURVEY_RESPONSES, "survey_response"),
                (_("Complaint ledger"), "complaints", "alert-triangle", permissions.COMPLAINTS, "complaint"),
                (_("Reviews"), "reviews", "ear", permissions.REVIEWS, "review"),
                (_("Praise"), "praise", "award", permissions.PRAISE, "one_praise"),
            )
        ):
            pages = frozenset({f"feedback:{page}", f"feedback:{record}", f"feedback:{record.removeprefix('one_')}_new"})
            register(Entry(label, f"feedback:{page}", icon, right, pages, stage="listen", order=10 + order))
