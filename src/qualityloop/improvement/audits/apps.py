"""The application `improvement_audits`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditsConfig(AppConfig):
    """Audit rounds, their checklists and findings."""

    name = "qualityloop.improvement.audits"
    label = "improvement_audits"
    verbose_name = _("Quality audits")

    def ready(self) -> None:
        """Stand in the navigation, take evidence, declare the job and the operations."""
        from qualityloop.foundation.audit.presentation import PARTS, WORDS
        from qualityloop.improvement.evidence.indicators import history_words

        PARTS["improvement_audits.round"] = ("improvement_audits.finding", "improvement_audits.point")
        WORDS["improvement_audits.round"] = history_words
        from qualityloop.foundation.navigation import Entry, register
        from qualityloop.improvement.audits import api, jobs, presentation, queries  # noqa: F401 (they register)
        from qualityloop.improvement.audits.notices import page_of
        from qualityloop.improvement.audits.permissions import AUDITS
        from qualityloop.improvement.evidence.targets import Target, register_target

        register_target(
            Target(
                presentation.TARGET, queries.point_whole, queries.may_evidence,
                lambda point: f"{page_of(point.round)}#point-{point.pk}", lambda point: point.round,
            )
        )  # fmt: skip
        names = ("rounds", "round", "findings", "new", "edit", "report", "to_report", "back", "point_new", "point_edit",
                 "finding_new", "finding_edit", "finding_close")  # fmt: skip
        pages = frozenset(f"improvement_audits:{name}" for name in names)
        register(
            Entry(_("Quality audits"), "improvement_audits:rounds", "clipboard-check", AUDITS, pages, "diagnose", 40)
        )
