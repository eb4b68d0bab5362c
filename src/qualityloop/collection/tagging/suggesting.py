"""Learning from the tags that people gave, and suggesting tags for what nobody has judged."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from qualityloop.analysis.text import TARGET, Examples, TagModel, learn
from qualityloop.collection.subjects import SUBJECTS, Subject
from qualityloop.collection.tagging import actions
from qualityloop.collection.tagging.models import Learning, Origin, Suggestion, Tag, Tagging, TagRefusal
from qualityloop.foundation.audit.recording import record
from qualityloop.foundation.models import User

JUDGED = 20_000  # newest records of a kind that teach
READ = 20_000  # newest records of a kind that are read for suggestions
QUEUED = 500  # suggestions of a tag and a kind of record that wait at most
AT_ONCE = 500
KEPT = 3  # versions of the model

Steps = Callable[[int, int], None]
Records = dict[int, tuple[str, str]]  # pk → (number, text)


def folder_of(version: str) -> Path:
    """Where the weights of a version lie."""
    return Path(settings.QUALITYLOOP_HOME) / "models" / "tagging" / version


def examples() -> Examples:
    """What people said. A record that somebody judged lacks the other tags, unless a rule gave it one unjudged."""
    tags = list(Tag.objects.filter(active=True).order_by("pk").values_list("pk", flat=True))
    texts: list[str] = []
    rows: list[dict[int, int]] = []
    for subject in SUBJECTS.values():
        said = _said(subject)
        for pk, (_number, text) in _texts(subject, list(said)).items():
            texts.append(text)
            rows.append(said[pk])
    columns = {str(tag): np.array([row.get(tag, 0) for row in rows], dtype=np.int8) for tag in tags}
    return Examples(texts, columns)


def _said(subject: Subject) -> dict[int, dict[int, int]]:
    """For each judged record: 1 for tags that people gave, 0 for refused ones, -1 for those of rules alone."""
    of = {"dataset": subject.dataset}
    given = Tagging.objects.filter(**of).exclude(origin=Origin.RULE).order_by("-pk")
    refused = TagRefusal.objects.filter(**of).order_by("-pk")
    said: dict[int, dict[int, int]] = {}
    for value, rows in ((1, given), (0, refused)):
        for one, tag in rows.values_list("record_id", "tag_id")[:JUDGED]:
            said.setdefault(one, {})[tag] = value
    for some in _pieces(list(said)):
        by_rule = Tagging.objects.filter(**of, origin=Origin.RULE, record_id__in=some)
        for one, tag in by_rule.values_list("record_id", "tag_id"):
            said[one].setdefault(tag, -1)
    return said


def learn_anew(*, actor: User | None, target: float = TARGET, step: Steps = lambda done, total: None) -> Learning:
    """Learn from all examples, keep the model as files, measure it, and suggest."""
    taught = examples()
    learned = learn(taught, target=target, step=step)
    now = timezone.now()
    version = now.strftime("%Y%m%dT%H%M%S%f")
    learned.model.save(folder_of(version))
    measured = {tag: asdict(found) for tag, found in learned.measured.items()}
    with transaction.atomic():
        learning = Learning.objects.create(
            version=version, at=now, target=target, texts=len(taught.texts), measured=measured
        )
        after = {"texts": len(taught.texts), "target": target}
        record(actor=actor, action=actions.LEARNED, record=learning, before=None, after=after)
    suggest(learning, anew=True)
    for old in Learning.objects.order_by("-pk")[KEPT:]:
        shutil.rmtree(folder_of(old.version), ignore_errors=True)
    return learning


def suggest(learning: Learning, *, anew: bool = False) -> int:
    """Read records (all newest ones, or those that changed since) and put what seems likely into the queue."""
    thresholds = {tag: one["threshold"] for tag, one in learning.measured.items() if one["threshold"] is not None}
    count, now = 0, timezone.now()
    model = TagModel.load(folder_of(learning.version)) if thresholds else None
    for subject in SUBJECTS.values():
        if anew:
            Suggestion.objects.filter(dataset=subject.dataset).delete()
        if model is not None:
            count += _suggest(learning, model, thresholds, subject, anew)
    Learning.objects.filter(pk=learning.pk).update(read_until=now)
    return count


def _suggest(learning: Learning, model: TagModel, thresholds: dict[str, float], subject: Subject, anew: bool) -> int:
    rows = subject.model._default_manager.all()
    if not anew and learning.read_until is not None:
        rows = rows.filter(changed_at__gt=learning.read_until)
    places = list(rows.order_by("-changed_at").values_list("pk", flat=True)[:READ])
    found: dict[str, list[tuple[float, int, str]]] = {tag: [] for tag in thresholds}
    for some in _pieces(places):
        known = _texts(subject, some)
        if not known:
            continue
        scores = model.scores([text for _number, text in known.values()])
        for row, (pk, (number, _text)) in zip(scores, known.items(), strict=True):
            for place, tag in enumerate(model.tags):
                if tag in thresholds and row[place] >= thresholds[tag]:
                    found[tag].append((float(row[place]), pk, number))
    for some in _pieces(places):
        Suggestion.objects.filter(dataset=subject.dataset, record_id__in=some).delete()
    return sum(_queue(learning, subject, int(tag), rows) for tag, rows in found.items())


def _queue(learning: Learning, subject: Subject, tag: int, rows: list[tuple[float, int, str]]) -> int:
    """Keep the likeliest that nobody has judged; a tag that was deleted since asks for nothing."""
    of: dict[str, Any] = {"dataset": subject.dataset, "tag_id": tag}
    if not Tag.objects.filter(pk=tag, active=True).exists():
        return 0
    judged: set[int] = set()
    for some in _pieces([pk for _score, pk, _number in rows]):
        for model in (Tagging, TagRefusal):
            judged.update(model._default_manager.filter(**of, record_id__in=some).values_list("record_id", flat=True))
    new = sorted((row for row in rows if row[1] not in judged), reverse=True)
    room = max(0, QUEUED - Suggestion.objects.filter(**of).count())
    Suggestion.objects.bulk_create(
        [Suggestion(**of, record_id=pk, number=n, score=score, learning=learning) for score, pk, n in new[:room]],
        batch_size=500,
        ignore_conflicts=True,
    )
    return min(len(new), room)


def _texts(subject: Subject, places: Sequence[int]) -> Records:
    """Numbers and texts of records, without those in which nothing is written."""
    found: Records = {}
    for some in _pieces(places):
        rows = subject.model._default_manager.filter(pk__in=some).values_list("pk", "number", *subject.texts)
        for pk, number, *columns in rows:
            if text := subject.text_of(tuple(columns)):
                found[pk] = (number, text)
    return found


def _pieces(items: Sequence[int]) -> list[Sequence[int]]:
    return [items[start : start + AT_ONCE] for start in range(0, len(items), AT_ONCE)]
