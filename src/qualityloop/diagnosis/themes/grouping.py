"""The work behind the jobs: group, split, count. A second run of each leaves what one leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from django.db import transaction
from django.utils import timezone
from numpy.typing import NDArray

from qualityloop.analysis.themes import NONE, OTHER, Grouping, count_themes, group_texts, split_texts
from qualityloop.analysis.themes import Theme as Found
from qualityloop.analysis.themes.grouping import LEAST
from qualityloop.analysis.themes.naming import telling_words
from qualityloop.diagnosis.themes import actions
from qualityloop.diagnosis.themes.carrying import Carried, carry
from qualityloop.diagnosis.themes.models import RunState, Theme, ThemeRun, ThemeState, ThemeText
from qualityloop.diagnosis.themes.services import THEME_FIELDS, uncounted, unlabelled
from qualityloop.diagnosis.themes.sources import SOURCES
from qualityloop.foundation.audit.recording import record, values_of
from qualityloop.foundation.models import User

DRAWN = 500  # texts of the random sample at most, and half of all at most: the other half teaches
BATCH = 2000
SHOWN = 5  # typical texts of a theme
Step = Callable[[int, int], None]


def group_run(run: ThemeRun, *, step: Step) -> None:
    """Read the texts, group them, find known themes again, keep themes and sample; nothing where it has been done."""
    if run.state != RunState.WAITING:
        return
    rows = SOURCES[run.dataset].between(run.made_by, run.first_day, run.last_day)
    found = group_texts([text for _key, text in rows], seed=run.seed, k=run.k, step=step)
    carried = carry(run, rows, found.labels)
    themes, labels = _drafts(run, found, carried, rows)
    with transaction.atomic():
        kept = ThemeRun.objects.select_for_update().get(pk=run.pk)
        if kept.state != RunState.WAITING:
            return
        for theme in themes:
            theme.save()
        _texts(kept, labels, found.closeness, [key for key, _text in rows], themes)
        kept.count, kept.others, kept.stability = len(rows), int((labels == OTHER).sum()), found.stability
        kept.tried = [[one.k, one.silhouette, one.se] for one in found.tried]
        here = {theme.carried_id for theme in themes}
        kept.missing = sorted(theme.name for pk, theme in carried.known.items() if pk not in here)
        kept.state = RunState.GROUPED if themes else RunState.EMPTY
        kept.save()
        after = values_of(kept, "state", "count", "others", "stability", "missing") | {"themes": len(themes)}
        record(actor=run.made_by, action=actions.GROUPED, record=kept, before=None, after=after)


def _drafts(
    run: ThemeRun, found: Grouping, carried: Carried, rows: Sequence[tuple[int, str]]
) -> tuple[list[Theme], NDArray[np.int64]]:
    """The themes of a grouping, known ones first, and each text's place among them or OTHER.

    A new group that only a few texts are left of, because the others belong to known themes, is left over.
    """
    labels = np.full(len(rows), OTHER, dtype=np.int64)
    themes: list[Theme] = []
    groups: list[Found | None] = []
    numbers, sizes = np.unique(carried.themes[carried.themes != NONE], return_counts=True)
    for pk in numbers[np.argsort(-sizes, kind="stable")].tolist():
        labels[carried.themes == pk] = len(themes)
        same = int((carried.same & (carried.themes == pk)).sum())
        themes.append(Theme(run=run, name=carried.known[pk].name, carried=carried.known[pk], same=same))
        groups.append(None)
    names = _names(found.themes, {theme.name for theme in themes})
    for one in found.themes:
        inside = (found.labels == one.number) & (carried.themes == NONE)
        if not inside.any() or inside.sum() < min(LEAST, one.size):
            continue
        labels[inside] = len(themes)
        nearest = names[one.nearest] if one.nearest is not None else ""
        themes.append(Theme(run=run, name=names[one.number], overlap=one.overlap, nearest=nearest))
        groups.append(one)
    texts = [text for _key, text in rows]
    told = telling_words(texts, labels, len(themes), seed=run.seed) if len(numbers) else None
    for number, (theme, group) in enumerate(zip(themes, groups, strict=True)):
        inside = np.flatnonzero(labels == number)
        places = [place for place in group.examples if labels[place] == number] if group else []
        places = places or [int(place) for place in inside[np.argsort(-found.closeness[inside], kind="stable")][:SHOWN]]
        theme.size, theme.examples = len(inside), [rows[place][0] for place in places]
        theme.words = list(told[number] if told is not None else group.words if group else ())
    return themes, labels


def _names(themes: Sequence[Found], taken: set[str]) -> dict[int, str]:
    """First names, each once."""
    names: dict[int, str] = {}
    for one in themes:
        name = one.name[:90] or "–"
        names[one.number] = name if name not in {*taken, *names.values()} else f"{name} ({one.number + 1})"
    return names


def _texts(
    run: ThemeRun, labels: NDArray[np.int64], closeness: NDArray[np.float64], keys: Sequence[int],
    themes: Sequence[Theme],
) -> None:  # fmt: skip
    order = np.random.default_rng(run.seed).permutation(len(keys))[: min(DRAWN, len(keys) // 2)]
    draw = {int(place): number for number, place in enumerate(order)}
    rows = [
        ThemeText(
            run=run, record_id=key, theme=themes[label] if (label := int(labels[place])) != OTHER else None,
            closeness=float(closeness[place]), draw=draw.get(place),
        )
        for place, key in enumerate(keys)
    ]  # fmt: skip
    ThemeText.objects.bulk_create(rows, batch_size=BATCH)


def split_theme(theme: Theme, *, parts: int, actor: User | None) -> None:
    """Split a theme; its largest part keeps the theme, the others become proposed ones."""
    if theme.state == ThemeState.MERGED or theme.size < 2 * parts:
        return
    run = theme.run
    rows = list(ThemeText.objects.filter(theme=theme).order_by("pk"))
    known = SOURCES[run.dataset].of(run.made_by, [row.record_id for row in rows])
    rows = [row for row in rows if row.record_id in known]
    texts = [known[row.record_id] for row in rows]
    labels = split_texts(texts, parts=parts, seed=run.seed)
    words = telling_words(texts, labels, parts, seed=run.seed)
    with transaction.atomic():
        kept = Theme.objects.select_for_update().get(pk=theme.pk)
        before = values_of(kept, *THEME_FIELDS)
        made = []
        for part in range(1, parts):
            inside = [row for row, label in zip(rows, labels, strict=True) if label == part]
            if inside:
                made.append(_part(kept, inside, words[part], part))
        kept.size = ThemeText.objects.filter(theme=kept).count()
        rest = [row.record_id for row, label in zip(rows, labels, strict=True) if label == 0]
        kept.words, kept.examples = list(words[0]), rest[:5]
        kept.save()
        unlabelled(ThemeText.objects.filter(run=run, said=kept))
        uncounted(run.pk)
        after = values_of(kept, *THEME_FIELDS) | {"parts": [part.name for part in made]}
        record(actor=actor, action=actions.SPLIT, record=kept, before=before, after=after)


def _part(theme: Theme, rows: Sequence[ThemeText], words: tuple[str, ...], part: int) -> Theme:
    name = " · ".join(words[:3])[:90] or theme.name[:90]
    if Theme.objects.filter(run=theme.run_id, name=name).exists():
        name = f"{name} ({theme.pk}.{part})"
    examples = [row.record_id for row in rows[:5]]
    made = Theme.objects.create(run=theme.run, name=name, words=list(words), examples=examples, size=len(rows))
    for start in range(0, len(rows), BATCH):
        some = [row.pk for row in rows[start : start + BATCH]]
        ThemeText.objects.filter(pk__in=some).update(theme=made)
    return made


def count_run(run: ThemeRun, *, actor: User | None, step: Step) -> None:
    """Learn the confirmed themes from the texts outside the sample, and count them in all."""
    confirmed = set(Theme.objects.filter(run=run, state=ThemeState.CONFIRMED).values_list("pk", flat=True))
    rows = list(ThemeText.objects.filter(run=run).order_by("pk").values_list("pk", "record_id", "theme_id", "draw"))
    known = SOURCES[run.dataset].of(run.made_by, [row[1] for row in rows])
    taught = [(known[key], theme) for _pk, key, theme, draw in rows if draw is None and key in known]
    asked = [(pk, known[key]) for pk, key, _theme, _draw in rows if key in known]
    counted = count_themes(
        [text for _pk, text in asked], [text for text, _theme in taught],
        [theme if theme in confirmed else -1 for _text, theme in taught], seed=run.seed, step=step,
    )  # fmt: skip
    with transaction.atomic():
        kept = ThemeRun.objects.select_for_update().get(pk=run.pk)
        now = set(Theme.objects.filter(run=run, state=ThemeState.CONFIRMED).values_list("pk", flat=True))
        if now != confirmed:  # decided anew meanwhile: whoever did asks for another count
            return
        uncounted(run.pk)
        for theme in confirmed:
            of = [pk for (pk, _text), label in zip(asked, counted.labels, strict=True) if label == theme]
            for start in range(0, len(of), BATCH):
                ThemeText.objects.filter(pk__in=of[start : start + BATCH]).update(counted_id=theme)
        kept.counted_at = timezone.now()
        kept.save(update_fields=["counted_at"])
        after = {"themes": len(confirmed), "texts": len(asked)}
        record(actor=actor, action=actions.COUNTED, record=kept, before=None, after=after)
