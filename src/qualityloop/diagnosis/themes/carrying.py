"""The taxonomy: themes that people confirmed in earlier groupings, found again in a new one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qualityloop.analysis.themes import NONE, carried_over, known_themes
from qualityloop.diagnosis.themes.models import Theme, ThemeRun, ThemeState, ThemeText
from qualityloop.diagnosis.themes.queries import runs_for
from qualityloop.diagnosis.themes.sources import SOURCES

TAUGHT = 300  # texts of a known theme that teach, and as many of none


@dataclass(frozen=True, slots=True)
class Carried:
    """For every text the known theme it is carried to (NONE: none), and whether it stood in it before."""

    known: dict[int, Theme]
    themes: NDArray[np.int64]
    same: NDArray[np.bool_]


def taxonomy(run: ThemeRun) -> dict[int, Theme]:
    """The confirmed themes of earlier groupings of such texts that the maker may see, each in its newest form.

    A theme that was carried over and confirmed, or merged, later has lived on there; of two with one name the
    newer counts. One that was dismissed in a later grouping only was not found there.
    """
    earlier = Theme.objects.filter(run__in=runs_for(run.made_by), run__dataset=run.dataset, run__lt=run)
    gone_on = earlier.filter(carried__isnull=False, state__in=(ThemeState.CONFIRMED, ThemeState.MERGED))
    heads = earlier.filter(state=ThemeState.CONFIRMED).exclude(pk__in=gone_on.values("carried"))
    return {theme.pk: theme for theme in {theme.name: theme for theme in heads.order_by("pk")}.values()}


def carry(run: ThemeRun, rows: Sequence[tuple[int, str]], groups: NDArray[np.int64]) -> Carried:
    """Find the taxonomy again in `rows` (record, text), which were put into `groups`."""
    known = taxonomy(run)
    nothing = np.full(len(rows), NONE, dtype=np.int64)
    if not known or not rows:
        return Carried(known, nothing, np.zeros(len(rows), dtype=bool))
    stood = _stood(known)
    same = np.array([stood.get(key, NONE) for key, _text in rows], dtype=np.int64)
    unknown = np.flatnonzero(same == NONE)
    voted = nothing.copy()
    if len(unknown):
        examples, labels = _examples(run, known, stood)
        if examples:
            texts = [rows[place][1] for place in unknown.tolist()]
            voted[unknown] = known_themes(texts, examples, labels, seed=run.seed)
    themes = carried_over(groups, same, voted)
    return Carried(known, themes, (same != NONE) & (themes == same))


def _stood(known: dict[int, Theme]) -> dict[int, int]:
    """In which known theme each record stood, as people labelled it, else by its group; the newest grouping counts."""
    named = {theme.name: pk for pk, theme in known.items()}
    runs = {theme.run_id for theme in known.values()}
    found: dict[int, int] = {}
    texts = (
        ThemeText.objects.filter(run__in=runs)
        .order_by("run_id", "pk")
        .values_list("record_id", "theme__name", "theme__state", "said__name", "said_at")
    )
    for key, group, state, said, said_at in texts:
        theme = named.get((said if said_at else group if state == ThemeState.CONFIRMED else None) or "")
        if theme is not None:
            found[key] = theme
    return found


def _examples(run: ThemeRun, known: dict[int, Theme], stood: dict[int, int]) -> tuple[list[str], list[int]]:
    """Texts of known themes that teach, and texts of the same groupings that belong to none."""
    of: dict[int, list[int]] = {pk: [] for pk in (*known, NONE)}
    rng = np.random.default_rng(run.seed)
    runs = {theme.run_id for theme in known.values()}
    keys = sorted(set(ThemeText.objects.filter(run__in=runs).values_list("record_id", flat=True)))
    for place in rng.permutation(len(keys)):
        some = of[stood.get(keys[place], NONE)]
        if len(some) < TAUGHT:
            some.append(keys[place])
    chosen = [(key, theme) for theme, some in of.items() for key in some]
    texts = SOURCES[run.dataset].of(run.made_by, [key for key, _theme in chosen])
    taught = [(texts[key], theme) for key, theme in chosen if key in texts]
    return [text for text, _theme in taught], [theme for _text, theme in taught]
