"""Grouping texts, deciding on themes, labelling, counting."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from qualityloop.analysis.messages import AnalysisError, message
from qualityloop.diagnosis.themes import actions
from qualityloop.diagnosis.themes.models import Dataset, Theme, ThemeRun, ThemeState, ThemeText
from qualityloop.foundation.audit.recording import record, values_of
from qualityloop.foundation.jobs import enqueue
from qualityloop.foundation.models import User
from qualityloop.foundation.records.numbering import next_number

PREFIX = "ZT"
GROUP, COUNT, SPLIT = "themes.group", "themes.count", "themes.split"
RUN_FIELDS = ("number", "dataset", "first_day", "last_day", "k", "seed", "state", "count", "others", "stability")
THEME_FIELDS = ("name", "state", "size")
LONGEST_NAME = 100
PARTS = (2, 5)  # into how many parts a theme may be split


def run_ask(
    *, actor: User, dataset: str, first: date, last: date, k: int | None = None, seed: int = 1, address: str = ""
) -> ThemeRun:
    """Ask for a grouping of the texts that `actor` may see; the job does it."""
    if dataset not in Dataset.values:
        raise AnalysisError(message("There are no such texts."))
    if first > last:
        raise AnalysisError(message("The first day is after the last."))
    if k is not None and not 2 <= k <= 100:
        raise AnalysisError(message("From 2 to 100 groups."))
    with transaction.atomic():
        run = ThemeRun(dataset=dataset, first_day=first, last_day=last, k=k, seed=seed, made_by=actor)
        run.number = next_number(ThemeRun, PREFIX)
        run.save()
        after = values_of(run, *RUN_FIELDS)
        record(actor=actor, action=actions.RUN_ASKED, record=run, before=None, after=after, address=address)
        enqueue(GROUP, actor=actor, once=f"{GROUP}-{run.pk}", run=run.pk)
    return run


def count_ask(*, actor: User, run: ThemeRun) -> None:
    """Have the confirmed themes of a grouping counted in all its texts."""
    if not Theme.objects.filter(run=run, state=ThemeState.CONFIRMED).exists():
        raise AnalysisError(message("Confirm at least one theme first."))
    enqueue(COUNT, actor=actor, once=f"{COUNT}-{run.pk}", run=run.pk)


def theme_state(*, actor: User, theme: Theme, state: str, address: str = "") -> Theme:
    """Confirm, dismiss or reopen a theme; the shares must be counted anew then."""
    if state not in {ThemeState.PROPOSED, ThemeState.CONFIRMED, ThemeState.DISMISSED}:
        raise AnalysisError(message("There is no such state."))
    with transaction.atomic():
        kept = _kept(theme)
        if kept.state == state:
            return kept
        before = values_of(kept, *THEME_FIELDS)
        kept.state = state
        kept.save(update_fields=["state"])
        after = values_of(kept, *THEME_FIELDS)
        record(actor=actor, action=actions.STATED, record=kept, before=before, after=after, address=address)
        labels = ThemeText.objects.filter(run=kept.run_id, said_at__isnull=False)
        if state == ThemeState.CONFIRMED:  # what belonged to none may belong to this one
            unlabelled(labels.filter(said=None))
        if before["state"] == ThemeState.CONFIRMED:
            labels.filter(said=kept).update(said=None)
        if ThemeState.CONFIRMED in {before["state"], state}:
            uncounted(kept.run_id)
    return kept


def carried_confirm(*, actor: User, run: ThemeRun, address: str = "") -> int:
    """Confirm all proposals that were carried over from earlier groupings; how many there were."""
    with transaction.atomic():
        proposed = list(Theme.objects.filter(run=run, carried__isnull=False, state=ThemeState.PROPOSED))
        if not proposed:
            raise AnalysisError(message("No theme that was carried over is waiting."))
        for theme in proposed:
            theme_state(actor=actor, theme=theme, state=ThemeState.CONFIRMED, address=address)
    return len(proposed)


def theme_rename(*, actor: User, theme: Theme, name: str, address: str = "") -> Theme:
    """Give a theme another name; two themes of a grouping have different ones."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise AnalysisError(message("A name has 1 to {n} characters.", n=LONGEST_NAME))
    with transaction.atomic():
        kept = _kept(theme)
        others = Theme.objects.filter(run=kept.run_id, name=name).exclude(pk=kept.pk)
        if others.exclude(state=ThemeState.MERGED).exists():
            raise AnalysisError(message("Another theme has this name; merge them instead."))
        before = values_of(kept, *THEME_FIELDS)
        kept.name = name
        kept.save(update_fields=["name"])
        after = values_of(kept, *THEME_FIELDS)
        if before != after:
            record(actor=actor, action=actions.RENAMED, record=kept, before=before, after=after, address=address)
    return kept


def theme_merge(*, actor: User, theme: Theme, into: Theme, address: str = "") -> Theme:
    """Put all texts of a theme, and the labels people gave for it, into another of the same grouping."""
    with transaction.atomic():
        kept, target = _kept(theme), _kept(into)
        if kept.pk == target.pk or kept.run_id != target.run_id:
            raise AnalysisError(message("Two themes of the same grouping are merged."))
        before = values_of(kept, *THEME_FIELDS)
        texts = ThemeText.objects.filter(run=kept.run_id)
        texts.filter(theme=kept).update(theme=target)
        texts.filter(said=kept).update(said=target)
        target.size += kept.size
        target.save(update_fields=["size"])
        kept.state, kept.into, kept.size = ThemeState.MERGED, target, 0
        kept.save(update_fields=["state", "into", "size"])
        after = {**values_of(kept, *THEME_FIELDS), "into": target.name}
        record(actor=actor, action=actions.MERGED, record=kept, before=before, after=after, address=address)
        uncounted(kept.run_id)
    return target


def split_ask(*, actor: User, theme: Theme, parts: int) -> None:
    """Have a theme split into `parts` smaller ones; labels that people gave for it are asked for again."""
    if not PARTS[0] <= parts <= PARTS[1]:
        raise AnalysisError(message("Into {least} to {most} parts.", least=PARTS[0], most=PARTS[1]))
    if theme.state == ThemeState.MERGED or theme.size < 2 * parts:
        raise AnalysisError(message("The theme has too few texts to be split."))
    enqueue(SPLIT, actor=actor, once=f"{SPLIT}-{theme.pk}", theme=theme.pk, parts=parts)


def text_label(*, actor: User, text: ThemeText, theme: Theme | None, address: str = "") -> ThemeText:
    """Say which confirmed theme a text of the sample is mainly about; None: none of them."""
    with transaction.atomic():
        kept = ThemeText.objects.select_for_update().get(pk=text.pk)
        if kept.draw is None:
            raise AnalysisError(message("Only texts of the random sample are labelled."))
        choices = Theme.objects.filter(run=kept.run_id, state=ThemeState.CONFIRMED)
        if theme is not None and not choices.filter(pk=theme.pk).exists():
            raise AnalysisError(message("Only confirmed themes of this grouping can be chosen."))
        before = {"said": kept.said.name if kept.said else None} if kept.said_at else None
        kept.said, kept.said_by, kept.said_at = theme, actor, timezone.now()
        kept.save(update_fields=["said", "said_by", "said_at"])
        after = {"record": kept.record_id, "said": theme.name if theme else None}
        record(actor=actor, action=actions.LABELLED, record=kept, before=before, after=after, address=address)
    return kept


def _kept(theme: Theme) -> Theme:
    kept = Theme.objects.select_for_update().get(pk=theme.pk)
    if kept.state == ThemeState.MERGED:
        raise AnalysisError(message("This theme was merged into another."))
    return kept


def unlabelled(texts: Any) -> None:
    """Have texts labelled again."""
    texts.update(said=None, said_by=None, said_at=None)


def uncounted(run: int) -> None:
    """What was counted is no longer true of the themes as they are now."""
    ThemeRun.objects.filter(pk=run).update(counted_at=None)
    ThemeText.objects.filter(run=run, counted__isnull=False).update(counted=None)
