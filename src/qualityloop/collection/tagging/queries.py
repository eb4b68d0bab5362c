"""Reading tags: of a record, of everything, by month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Q, QuerySet

from qualityloop.collection.subjects import SUBJECTS
from qualityloop.collection.tagging.models import Learning, Origin, Suggestion, Tag, Tagging, TagRule

KEYS = 9  # tags with a number key
REMEMBERED = 600  # seconds that number keys stay where they are
MONTHS = 12
QUEUE = 50


@dataclass(frozen=True, slots=True)
class Chip:
    """A tag on the panel of a record: whether it has it and whence, or how likely the model holds it."""

    tag: Tag
    key: int | None
    given: Tagging | None
    suggested: Suggestion | None


def chips(dataset: str, record_id: int) -> tuple[list[Chip], list[Tag]]:
    """The tags with number keys, then others that the record has or might have; and all tags in use."""
    of = {"dataset": dataset, "record_id": record_id}
    given = {one.tag_id: one for one in Tagging.objects.filter(**of).select_related("actor", "rule")}
    suggested = {one.tag_id: one for one in Suggestion.objects.filter(**of)}
    tags = list(Tag.objects.all())
    order = {tag: place for place, tag in enumerate(most_used(dataset))}
    tags.sort(key=lambda tag: (order.get(tag.pk, len(order)), tag.pk))
    active = [tag for tag in tags if tag.active]
    keys = {tag.pk: place for place, tag in enumerate(active[:KEYS], 1)}
    shown = [tag for tag in tags if tag.pk in keys or tag.pk in given or (tag.active and tag.pk in suggested)]
    found = [Chip(tag, keys.get(tag.pk), given.get(tag.pk), suggested.get(tag.pk)) for tag in shown]
    return found, active


def record_for(user: Any, dataset: str, pk: int) -> Any:
    """A record that can be tagged and that `user` may see; None where there is none."""
    subject = SUBJECTS.get(dataset)
    if subject is None or not subject.right.allows(user):
        return None
    return subject.visible(user).filter(pk=pk).first()


def most_used(dataset: str) -> list[int]:
    """Tags by how many records of this kind have them; kept for some minutes, so that keys do not jump about."""
    key = f"tagging:most:{dataset}"
    found: list[int] | None = cache.get(key)
    if found is None:
        counted = Tagging.objects.filter(dataset=dataset).values("tag").annotate(n=Count("pk")).order_by("-n", "tag")
        found = [row["tag"] for row in counted[:KEYS]]
        cache.set(key, found, REMEMBERED)
    return found


@dataclass(frozen=True, slots=True)
class Line:
    """A tag in the list: its rules, how many records have it and whence, what is known of its suggestions."""

    tag: Tag
    rules: list[TagRule]
    by_rule: int
    by_hand: int
    accepted: int
    measured: dict[str, Any] | None


def lines(learning: Learning | None) -> list[Line]:
    """All tags, the most used first."""
    counts: dict[int, Counter[str]] = {}
    for row in Tagging.objects.values("tag", "origin").annotate(n=Count("pk")).order_by():
        counts.setdefault(row["tag"], Counter())[row["origin"]] = row["n"]
    rules: dict[int, list[TagRule]] = {}
    for rule in TagRule.objects.order_by("pk"):
        rules.setdefault(rule.tag_id, []).append(rule)
    found = []
    for tag in Tag.objects.all():
        count = counts.get(tag.pk, Counter())
        measured = learning.measured.get(str(tag.pk)) if learning else None
        by = (count[Origin.RULE], count[Origin.HAND], count[Origin.ACCEPTED])
        found.append(Line(tag, rules.get(tag.pk, []), *by, measured))
    return sorted(found, key=lambda line: (not line.tag.active, -line.by_rule - line.by_hand - line.accepted))


def suggestions_for(user: Any) -> QuerySet[Suggestion]:
    """Suggestions for records that `user` may see."""
    return Suggestion.objects.filter(_visible(user), tag__active=True).select_related("tag")


def _visible(user: Any) -> Q:
    allowed = Q(pk__in=[])
    for subject in SUBJECTS.values():
        if subject.right.allows(user):
            allowed |= Q(dataset=subject.dataset, record_id__in=subject.visible(user).values("pk"))
    return allowed


@dataclass(frozen=True, slots=True)
class Waiting:
    """A suggestion in the queue, with what the record says."""

    suggestion: Suggestion
    text: str
    url: str


def waiting(suggestions: Iterable[Suggestion]) -> list[Waiting]:
    """Suggestions with the texts of their records; a query per kind of record."""
    some = list(suggestions)
    texts: dict[tuple[str, int], str] = {}
    for dataset in {one.dataset for one in some}:
        subject = SUBJECTS[dataset]
        places = [one.record_id for one in some if one.dataset == dataset]
        rows = subject.model._default_manager.filter(pk__in=places).values_list("pk", *subject.texts)
        texts.update({(dataset, pk): subject.text_of(tuple(columns)) for pk, *columns in rows})
    return [
        Waiting(one, texts[key], SUBJECTS[one.dataset].url(one.record_id))
        for one in some
        if (key := (one.dataset, one.record_id)) in texts
    ]


@dataclass(frozen=True, slots=True)
class Statistics:
    """How many records of each month have each tag: `rows` of (tag, counts by month, total), the largest first."""

    months: list[str]
    rows: list[tuple[Tag, list[int], int]]


def statistics(dataset: str = "") -> Statistics:
    """The last twelve months in which anything was tagged."""
    taggings = Tagging.objects.filter(dataset=dataset) if dataset else Tagging.objects.all()
    counts = {
        (row["tag"], row["month"]): row["n"]
        for row in taggings.values("tag", "month").annotate(n=Count("pk")).order_by()
    }
    months = sorted({month for _tag, month in counts})[-MONTHS:]
    tags = Tag.objects.in_bulk({tag for tag, _month in counts})
    rows = []
    for pk, tag in tags.items():
        by_month = [counts.get((pk, month), 0) for month in months]
        if total := sum(by_month):
            rows.append((tag, by_month, total))
    return Statistics(months, sorted(rows, key=lambda row: (-row[2], row[0].name)))


def tagged_for(user: Any) -> QuerySet[Tagging]:
    """The tagged records that `user` may see."""
    return Tagging.objects.filter(_visible(user))
