"""Themes and shares in words, and the Pareto of the confirmed ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qualityloop.analysis.problems.pareto import pareto
from qualityloop.analysis.themes import Share
from qualityloop.diagnosis.themes.models import Theme, ThemeRun, ThemeState
from qualityloop.diagnosis.themes.sources import SOURCES

TONES = {"confirmed": "met", "proposed": "warning", "dismissed": "insufficient", "merged": "insufficient"}


@dataclass(frozen=True, slots=True)
class Line:
    """A theme as a page shows it."""

    theme: Theme
    tone: str
    share: str
    interval: str
    checked: bool | None
    examples: list[tuple[str, str]]
    vital: bool = False
    carried: str = ""


def percent(value: float | None) -> str:
    """A share with one digit."""
    return "–" if value is None else f"{value * 100:.1f} %"


def interval_of(share: Share | None) -> str:
    """The interval of a checked share, or why there is none."""
    if share is None:
        return _("not counted yet")
    if not share.checked:
        return _("unchecked: {n} texts labelled, at least 30 are needed").format(n=share.sampled)
    low, high = percent(share.low), percent(share.high)
    return _("95 % interval {low} to {high}, {n} texts labelled").format(low=low, high=high, n=share.sampled)


def carried_text(theme: Theme) -> str:
    """How many texts of a theme stood in the one it was carried over from; empty where it is new."""
    if theme.carried_id is None:
        return ""
    return ngettext("{n} text stood in it before", "{n} texts stood in it before", theme.same).format(n=theme.same)


def share_text(share: Share | None) -> str:
    """The checked share; the machine's count where nothing is checked."""
    if share is None:
        return "–"
    return percent(share.estimate if share.checked else share.counted)


def lines_of(user: object, run: ThemeRun, shares: Mapping[int, Share], *, rows: bool) -> list[Line]:
    """The themes of a grouping, confirmed ones by falling share first; typical texts for who may see the records."""
    themes = list(Theme.objects.filter(run=run).exclude(state=ThemeState.MERGED).select_related("carried__run"))
    keys = [key for theme in themes for key in theme.examples[:3]]
    source = SOURCES[run.dataset]
    texts = source.of(user, keys) if rows else {}
    vital = {item["name"] for item in _pareto(themes, shares) if item["vital"]}
    order = {"confirmed": 0, "proposed": 1, "dismissed": 2}
    themes.sort(key=lambda t: (order[t.state], -_value(shares.get(t.pk)), t.carried_id is None, -t.size, t.pk))
    return [
        Line(
            theme, TONES[theme.state], share_text(shares.get(theme.pk)), interval_of(shares.get(theme.pk)),
            shares[theme.pk].checked if theme.pk in shares else None,
            [(texts[key], source.url(key)) for key in theme.examples[:3] if key in texts], theme.name in vital,
            carried_text(theme),
        )
        for theme in themes
    ]  # fmt: skip


def chart_of(themes: list[Theme], shares: Mapping[int, Share]) -> dict[str, Any] | None:
    """The Pareto chart of the confirmed themes: checked shares where all are checked, else the machine's count."""
    if not shares:
        return None
    checked = all(share.checked for share in shares.values())
    label = _("Checked shares of the confirmed themes") if checked else _("Counted by machine, unchecked")
    items = [{"name": item["name"], "value": round(item["value"], 1), "href": item["href"]}
             for item in _pareto(themes, shares)]  # fmt: skip
    if not items:
        return None
    return {
        "items": items, "line": 0.8, "checked": checked,
        "words": {"label": label, "count": _("texts (estimated)"), "cumulative": _("running share")},
    }  # fmt: skip


def _pareto(themes: list[Theme], shares: Mapping[int, Share]) -> list[dict[str, Any]]:
    known = {theme.name: theme for theme in themes if theme.pk in shares}
    counts = [(name, _value(shares[theme.pk]) * theme.run.count) for name, theme in known.items()]
    return [
        {"name": item.name, "value": item.count, "vital": item.vital, "href": known[item.name].get_absolute_url()}
        for item in pareto(counts)
    ]


def _value(share: Share | None) -> float:
    if share is None:
        return 0.0
    return share.counted if share.estimate is None else share.estimate
