"""The application `feedback`."""

from __future__ import annotations

from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    """The voice of the customer: survey answers, complaints, reviews, praise."""

    name = "qualityloop.feedback"
    label = "feedback"

    def ready(self) -> None:
        """Receive the room's fact tables, and publish them to the lake."""
        from qualityloop.feedback import facts, receiving

        facts.publish()
        receiving.connect()
