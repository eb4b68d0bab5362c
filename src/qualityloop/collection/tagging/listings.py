"""The list 已打标签的记录."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.collection.subjects import SUBJECTS
from qualityloop.collection.tagging.models import Tagging
from qualityloop.collection.tagging.permissions import TAGS
from qualityloop.collection.tagging.queries import tagged_for
from qualityloop.collection.tagging.words import dataset_name
from qualityloop.foundation.listing import Choice, Column, Days, Listing, Related, Words

TAGGED = Listing(
    key="tagging.tagged",
    of=Tagging,
    title=_("Tagged records"),
    note=_("Which record has which tag, and how it came by it"),
    right=TAGS,
    query=tagged_for,
    order="-at",
    columns=(
        Column("number", link=True),
        Column("tag", path="tag__name"),
        Column("dataset", text=lambda value: dataset_name(str(value))),
        Column("month", sort=False),
        Column("origin"),
        Column("at", sort=True),
    ),
    filters=(Words("number"), Related("tag"), Choice("dataset"), Choice("origin"), Choice("month"), Days("at")),
    empty=_("No record is tagged yet. Rules tag records by themselves after each refresh of the numbers."),
    record=lambda one: SUBJECTS[one.dataset].url(one.record_id),
    api="tagged-records",
)
