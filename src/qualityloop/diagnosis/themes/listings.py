"""The lists 问题主题."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.diagnosis.themes.models import ExpectationStudy, Theme, ThemeRun
from qualityloop.diagnosis.themes.permissions import STUDIES as SEE_STUDIES
from qualityloop.diagnosis.themes.permissions import STUDY_MAKE, THEMES, WORK
from qualityloop.diagnosis.themes.queries import runs_for, studies_for, themes_for
from qualityloop.foundation.listing import Button, Choice, Column, Days, Listing, Words
from qualityloop.foundation.listing.columns import Tone

STATES: dict[str, Tone] = {"confirmed": "met", "proposed": "warning", "dismissed": "insufficient"}

RUNS = Listing(
    key="diagnosis_themes.runs",
    of=ThemeRun,
    title=_("Themes of problems"),
    note=_("What complaints, comments and reviews are about: grouped by machine, confirmed and checked by people"),
    right=THEMES,
    query=runs_for,
    order="-made_at",
    columns=(
        Column("number", link=True),
        Column("dataset", sort=False),
        Column("first_day", sort=False),
        Column("last_day", sort=False),
        Column("count", sort=False),
        Column("others", sort=False, shown=False),
        Column("stability", sort=False, text=lambda value: "–" if value is None else f"{value:.2f}"),
        Column("state", sort=False),
        Column("made_by", path="made_by__name", label=_("made by"), sort=False),
        Column("made_at", sort=True),
        Column("counted_at", sort=False),
    ),
    filters=(Words("number"), Choice("dataset"), Choice("state"), Days("made", path="made_at", label=_("made"))),
    buttons=(
        Button(_("Group texts"), "diagnosis_themes:new", WORK, "plus"),
        Button(_("All themes"), "diagnosis_themes:themes", THEMES, "list-details"),
    ),
    empty=_("No texts have been grouped yet. Choose a kind of text and a period under “Group texts”."),
    record=lambda run: run.get_absolute_url(),
    api="theme-groupings",
)

ALL_THEMES = Listing(
    key="diagnosis_themes.themes",
    of=Theme,
    title=_("All themes"),
    note=_("Themes of all groupings; confirmed ones make up the taxonomy of problems"),
    right=THEMES,
    query=themes_for,
    order="-id",
    columns=(
        Column("name", link=True, sort=False),
        Column("words", sort=False, text=lambda value: "、".join(value or ())),
        Column("size", sort=False),
        Column("state", tone=STATES, sort=False),
        Column("run", path="run__number", label=_("grouping"), sort=False),
        Column("dataset", path="run__dataset", sort=False),
        Column("first_day", path="run__first_day", sort=False),
        Column("last_day", path="run__last_day", sort=False),
        Column("id", label=_("entered"), sort=True, shown=False),
    ),
    filters=(Words("name"), Choice("state")),
    empty=_("There are no themes yet. Group texts first."),
    record=lambda theme: theme.get_absolute_url(),
    api="themes",
)

STUDY_STATES: dict[str, Tone] = {"ready": "met", "waiting": "warning", "refused": "insufficient"}

STUDIES = Listing(
    key="diagnosis_themes.studies",
    of=ExpectationStudy,
    title=_("Expectation and perception"),
    note=_("What matters to customers and how well it is done: what is important and not done well comes first."),
    right=SEE_STUDIES,
    query=studies_for,
    order="-made_at",
    columns=(
        Column("number", link=True),
        Column("name", sort=False),
        Column("origin", sort=False),
        Column("first_day", sort=False),
        Column("last_day", sort=False),
        Column("importance", sort=False),
        Column("replies", sort=False),
        Column("state", tone=STUDY_STATES, sort=False),
        Column("snapshot", sort=False, shown=False),
        Column("made_by", path="made_by__name", label=_("made by"), sort=False),
        Column("made_at", sort=True),
    ),
    filters=(Words("number", "name"), Choice("origin"), Choice("state"), Days("made", path="made_at", label=_("made"))),
    buttons=(
        Button(_("New study"), "diagnosis_themes:study_new", STUDY_MAKE, "plus"),
        Button(_("A table of replies"), "diagnosis_themes:expectation", STUDY_MAKE, "file-spreadsheet"),
    ),
    empty=_("No studies yet. “New study” compares stored answers by item; “A table of replies” reads a file."),
    record=lambda study: study.get_absolute_url(),
    api="expectation-studies",
)
