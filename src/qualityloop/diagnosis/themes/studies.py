"""Studies of expectation and perception: asked for, computed from a kept snapshot, kept with their definition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, Literal, cast

import numpy as np
from django.db import transaction

from qualityloop.analysis.expectation import FEWEST, Item, Matrix, from_replies
from qualityloop.analysis.messages import AnalysisError, Message, message
from qualityloop.diagnosis.themes import actions
from qualityloop.diagnosis.themes.models import ExpectationStudy, Importance, Overall, StudyOrigin, StudyState
from qualityloop.diagnosis.themes.replies import MOST, SEED, Replies, matrix_of
from qualityloop.diagnosis.themes.surveyed import ITEMS, NARROWED, stored_replies
from qualityloop.foundation.audit.recording import record, values_of
from qualityloop.foundation.jobs import enqueue
from qualityloop.foundation.lake import current_lake
from qualityloop.foundation.lake.pinning import pin, pinned
from qualityloop.foundation.models import User
from qualityloop.foundation.records.numbering import next_number
from qualityloop.foundation.wording import kept

PREFIX = "QW"
STUDY = "expectation.study"
LONGEST_NAME = 100
FIELDS = (
    "number", "name", "origin", "file", "first_day", "last_day", *NARROWED, "items", "importance", "overall", "state",
    "snapshot", "replies",
)  # fmt: skip
TOO_FEW = message("There are too few replies: at least {n} are needed, and answers to every item.", n=FEWEST)


class NotYetError(AnalysisError):
    """What was asked for is sound, but the records do not allow it."""


def study_ask(
    *, actor: User, name: str, first: date, last: date, importance: str, overall: str = Overall.CSAT,
    items: Sequence[str] = (), only: Mapping[str, str] | None = None, address: str = "",
) -> ExpectationStudy:  # fmt: skip
    """Ask for a study of the stored answers of the days `first` to `last`; the job computes it from today's snapshot.

    `only` narrows it to a touchpoint, a team, a product. NotYetError where no questionnaire asked for items yet.
    """
    name, narrowed = _name(name), {key: value for key, value in (only or {}).items() if value}
    if first > last:
        raise AnalysisError(message("The first day is after the last."))
    if importance not in Importance.values or overall not in Overall.values or not set(narrowed) <= set(NARROWED):
        raise AnalysisError(message("There is no such choice."))
    if items and not 2 <= len(set(items)) <= MOST:
        raise AnalysisError(message("A study compares 2 to {n} items.", n=MOST))
    lake = current_lake()
    if lake is None or ITEMS not in lake.datasets or not lake.datasets[ITEMS].rows:
        raise NotYetError(message("No stored questionnaire asks for single items yet. Import such answers first."))
    pin(lake)
    with transaction.atomic():
        study = ExpectationStudy(
            name=name, origin=StudyOrigin.STORED, first_day=first, last_day=last, items=list(dict.fromkeys(items)),
            importance=importance, overall=overall, seed=SEED, snapshot=lake.snapshot, made_by=actor, **narrowed,
        )  # fmt: skip
        _number(study, address)
        enqueue(STUDY, actor=actor, once=f"{STUDY}-{study.pk}", study=study.pk)
    return study


def study_of_file(*, actor: User, name: str, file: str, content: bytes, address: str = "") -> ExpectationStudy:
    """Keep the study of an uploaded table; the table itself is not kept. AnalysisError where it cannot be made."""
    name, matrix = _name(name), matrix_of(file, content)
    with transaction.atomic():
        study = ExpectationStudy(
            name=name, origin=StudyOrigin.FILE, file=file[-200:], items=[item.name for item in matrix.items],
            importance=matrix.importance, seed=SEED, state=StudyState.READY, replies=matrix.replies,
            result=encoded(matrix), made_by=actor,
        )  # fmt: skip
        _number(study, address)
    return study


def study_compute(study: ExpectationStudy) -> None:
    """Compute a study that was asked for, once; a study that is not possible says why."""
    if study.state != StudyState.WAITING or study.first_day is None or study.last_day is None:
        return
    lake = pinned(study.snapshot)
    only = {name: getattr(study, name) for name in NARROWED if getattr(study, name)}
    replies = lake and stored_replies(
        lake, study.first_day, study.last_day, items=study.items, only=only, overall=study.overall
    )
    matrix, reason = _matrix(replies, study) if replies else (None, TOO_FEW)
    with transaction.atomic():
        one = ExpectationStudy.objects.select_for_update().get(pk=study.pk)
        if one.state != StudyState.WAITING:
            return
        before = values_of(one, "state", "replies")
        one.replies = len(replies.performance) if replies else 0
        if matrix is None:
            one.state, one.reason_kept = StudyState.REFUSED, kept(reason)
        else:
            one.state, one.result, one.replies = StudyState.READY, encoded(matrix), matrix.replies
        one.save()
        after = values_of(one, "state", "replies")
        record(actor=one.made_by, action=actions.STUDY_COMPUTED, record=one, before=before, after=after)


def _matrix(replies: Replies, study: ExpectationStudy) -> tuple[Matrix | None, Message]:
    if len(replies.performance) < FEWEST:
        return None, TOO_FEW
    if len(replies.names) < 2:
        return None, message("A study compares 2 to {n} items.", n=MOST)
    stated = replies.importance if study.importance == Importance.STATED else None
    if stated is not None and np.isnan(stated).all():
        return None, message("Nobody was asked how important the items are; derive importance instead.")
    method = cast(Literal["correlation", "regression"], study.importance)
    found = from_replies(
        replies.names, replies.performance, seed=study.seed, importance=stated,
        overall=None if stated is not None else replies.overall, method=method,
    )  # fmt: skip
    return found, TOO_FEW


def encoded(matrix: Matrix) -> dict[str, Any]:
    """A matrix as a column keeps it."""
    return {**asdict(matrix), "items": [asdict(item) for item in matrix.items]}


def matrix_kept(study: ExpectationStudy) -> Matrix | None:
    """The matrix of a study as it was computed."""
    if study.result is None:
        return None
    return Matrix(**{**study.result, "items": tuple(Item(**item) for item in study.result["items"])})


def _name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise AnalysisError(message("A name has 1 to {n} characters.", n=LONGEST_NAME))
    return name


def _number(study: ExpectationStudy, address: str) -> None:
    """Keep a new study under the next number, with its entry in the audit log."""
    study.number = next_number(ExpectationStudy, PREFIX)
    study.save()
    after = values_of(study, *FIELDS)
    record(actor=study.made_by, action=actions.STUDY_ASKED, record=study, before=None, after=after, address=address)
