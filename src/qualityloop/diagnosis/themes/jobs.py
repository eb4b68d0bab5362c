"""Work in the background: grouping, splitting, counting."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.diagnosis.themes.grouping import count_run, group_run, split_theme
from qualityloop.diagnosis.themes.models import ExpectationStudy, Theme, ThemeRun
from qualityloop.diagnosis.themes.services import COUNT, GROUP, SPLIT
from qualityloop.diagnosis.themes.studies import STUDY, study_compute
from qualityloop.foundation.jobs import Progress, job


@job(GROUP, _("Texts grouped into themes"))
def run_group(progress: Progress, run: int) -> None:
    """Group the texts of a grouping that was asked for."""
    group_run(ThemeRun.objects.select_related("made_by").get(pk=run), step=progress)


@job(COUNT, _("Confirmed themes counted"))
def run_count(progress: Progress, run: int) -> None:
    """Count the confirmed themes of a grouping."""
    count_run(ThemeRun.objects.select_related("made_by").get(pk=run), actor=progress.run.actor, step=progress)


@job(SPLIT, _("Theme split"))
def run_split(progress: Progress, theme: int, parts: int) -> None:
    """Split a theme."""
    found = Theme.objects.select_related("run__made_by").get(pk=theme)
    split_theme(found, parts=parts, actor=progress.run.actor)


@job(STUDY, _("Study of expectation and perception computed"))
def run_study(progress: Progress, study: int) -> None:
    """Compute a study that was asked for."""
    study_compute(ExpectationStudy.objects.select_related("made_by").get(pk=study))
