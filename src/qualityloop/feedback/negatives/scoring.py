"""The work of the day: fit the threshold on what people said, score what is new, score anew what is older than it."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q

from qualityloop.analysis.messages import AnalysisError
from qualityloop.analysis.text import Bands, Examples, TagModel, fit_bands, model_of
from qualityloop.feedback.negatives import actions
from qualityloop.feedback.negatives.models import Band, Basis, Opinion, Threshold
from qualityloop.feedback.negatives.queries import drawn_until, in_force, judged, progress
from qualityloop.feedback.negatives.sources import SOURCES, Source, place_of
from qualityloop.foundation.audit.recording import record, values_of
from qualityloop.foundation.models import User

TAG = "negative"
AT_ONCE = 500
KEPT = 3  # models whose files stay
EXCERPT = 200
OVERLAP = timedelta(hours=1)  # records may become visible a little after they were written
FIELDS = ("basis", "judged", "positives", "negatives", "low", "high", "precision", "recall", "unsure")
Step = Callable[[int, int], None]


def folder_of(threshold: Threshold) -> Path:
    """Where the weights that belong to a threshold lie."""
    return Path(settings.QUALITYLOOP_HOME) / "models" / "negatives" / str(threshold.pk)


def by_stars(stars: float | None) -> Band:
    """What stars alone say: up to two are negative, three or none perhaps."""
    if stars is None or 2 < stars < 4:
        return Band.UNSURE
    return Band.YES if stars <= 2 else Band.NO


def fit(*, actor: User | None) -> Threshold | None:
    """Fit the threshold on all judged texts and keep it; None where too few of either sort were judged.

    It is measured on those that were drawn at random where they suffice, else on all, which it then says.
    """
    rows = list(judged().order_by("pk"))
    texts = _texts(rows)
    rows = [row for row in rows if row.pk in texts]
    if not progress().ready or not rows:
        return None
    words = [texts[row.pk] for row in rows]
    truth = np.array([bool(row.said) for row in rows])
    random, until = progress().random, drawn_until()
    measured = np.array([row.draw <= until for row in rows]) if random else None
    bands = fit_bands(words, truth, measured=measured)
    if bands is None:
        return None
    model = model_of(Examples(words, {TAG: truth.astype(np.int8)}), (TAG,))
    last = max(row.said_at for row in rows if row.said_at)
    with transaction.atomic():
        made = _kept(bands, actor=actor, basis=Basis.RANDOM if random else Basis.ALL, judged=len(rows), last=last)
        shutil.rmtree(folder_of(made), ignore_errors=True)
        model.save(folder_of(made))
        record(actor=actor, action=actions.FITTED, record=made, before=None, after=values_of(made, *FIELDS))
    for old in Threshold.objects.order_by("-pk")[KEPT:]:
        shutil.rmtree(folder_of(old), ignore_errors=True)
    return made


def _kept(bands: Bands, *, actor: User | None, basis: Basis, judged: int, last: Any) -> Threshold:
    sure = math.isfinite(bands.high) and not math.isnan(bands.precision)
    return Threshold.objects.create(
        made_by=actor, basis=basis, judged=judged, judged_until=last, positives=bands.positives,
        negatives=bands.negatives, low=bands.low, high=bands.high if math.isfinite(bands.high) else None,
        precision=bands.precision if sure else None, precision_low=bands.precision_low if sure else None,
        precision_high=bands.precision_high if sure else None, recall=bands.recall, recall_low=bands.recall_low,
        recall_high=bands.recall_high, unsure=bands.unsure,
    )  # fmt: skip


def judged_anew() -> bool:
    """Whether somebody judged, or took back a judgement, since the threshold in force was fitted."""
    now = in_force()
    if now is None:
        return judged().exists()
    newer = judged().aggregate(last=Max("said_at"))["last"]
    return (newer is not None and newer > now.judged_until) or judged().count() != now.judged


def look(*, step: Step = lambda done, total: None) -> int:
    """Score new and changed texts, then those scored before the threshold in force; how many were scored."""
    threshold, model = in_force(), None
    if threshold is not None:
        try:
            model = TagModel.load(folder_of(threshold))
        except AnalysisError:  # its files are gone, after a restore without them: the next fit makes new ones
            threshold = None
    done = 0
    for kind, source in SOURCES.items():
        for some in _pieces(_unseen(kind, source)):
            done += _score(kind, source, some, threshold, model)
            step(done, done)
    stale = Opinion.objects.exclude(threshold=threshold) if threshold else Opinion.objects.exclude(threshold=None)
    stale = stale | Opinion.objects.filter(threshold=None) if threshold else stale
    keys = list(stale.order_by("pk").values_list("kind", "record_id"))
    for kind, source in SOURCES.items():
        for some in _pieces([key for of, key in keys if of == kind]):
            rows = list(source.model.objects.filter(pk__in=some))
            done += _score(kind, source, rows, threshold, model)
            step(done, max(done, len(keys)))
    return done


def _unseen(kind: str, source: Source) -> Iterable[Any]:
    """Records written or changed since the last look, in that order, so that a look that broke off goes on."""
    last = Opinion.objects.filter(kind=kind).aggregate(last=Max("seen_at"))["last"]
    rows = source.model.objects.exclude(**{source.text: ""})
    if last is not None:
        rows = rows.filter(changed_at__gte=last - OVERLAP)
        known = dict(Opinion.objects.filter(kind=kind, seen_at__gte=last - OVERLAP).values_list("record_id", "seen_at"))
        return (row for row in rows.order_by("changed_at", "pk").iterator() if known.get(row.pk) != row.changed_at)
    return rows.order_by("changed_at", "pk").iterator()  # type: ignore[no-any-return]


def _score(kind: str, source: Source, rows: Sequence[Any], threshold: Threshold | None, model: TagModel | None) -> int:
    words = [getattr(row, source.text) for row in rows]
    scores = model.scores(words)[:, 0] if model is not None else [None] * len(rows)
    made = []
    for row, text, score in zip(rows, words, scores, strict=True):
        stars = getattr(row, source.stars)
        made.append(
            Opinion(
                kind=kind, record_id=row.pk, number=row.number, at=getattr(row, source.at), stars=stars,
                excerpt=" ".join(text.split())[:EXCERPT], score=None if score is None else float(score),
                band=by_stars(stars) if threshold is None or score is None else _band(threshold, float(score)),
                threshold=threshold, seen_at=row.changed_at, draw=place_of(kind, row.pk),
            )
        )  # fmt: skip
    Opinion.objects.bulk_create(
        made, update_conflicts=True, unique_fields=["kind", "record_id"],
        update_fields=["number", "at", "stars", "excerpt", "score", "band", "threshold", "seen_at"],
    )  # fmt: skip
    return len(made)


def _band(threshold: Threshold, score: float) -> Band:
    if threshold.high is not None and score >= threshold.high:
        return Band.YES
    return Band.UNSURE if score >= threshold.low else Band.NO


def _texts(rows: Sequence[Opinion]) -> dict[int, str]:
    """The whole text of each by its key, of those whose record is still here."""
    found: dict[int, str] = {}
    for kind, source in SOURCES.items():
        of = {row.record_id: row.pk for row in rows if row.kind == kind}
        for some in _pieces(of):
            texts = source.model.objects.filter(Q(pk__in=some)).exclude(**{source.text: ""})
            found.update({of[key]: text for key, text in texts.values_list("pk", source.text)})
    return found


def _pieces(items: Iterable[Any]) -> Iterable[list[Any]]:
    piece: list[Any] = []
    for item in items:
        piece.append(item)
        if len(piece) == AT_ONCE:
            yield piece
            piece = []
    if piece:
        yield piece
