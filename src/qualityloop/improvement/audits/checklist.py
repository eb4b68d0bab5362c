"""The checklist: points made of what the process maps, SOPs and indicator standards in force say."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from qualityloop.analysis.messages import Message, Text, message
from qualityloop.analysis.process_map import Map, load_map
from qualityloop.foundation.wording import kept
from qualityloop.improvement.audits.models import Finding, Part, Point, Round
from qualityloop.standards.indicators.content import standard_of
from qualityloop.standards.sops.content import Procedure, read_sop
from qualityloop.standards.versions.models import Version
from qualityloop.standards.versions.queries import all_in_force

MADE = (Part.CONTROL, Part.SOP_STEP, Part.CAUTION, Part.INDICATOR)  # what standards give
LONGEST_CHAIN = 40  # rounds back


@dataclass(frozen=True, slots=True)
class Draft:
    """A point before it is kept."""

    part: Part
    area: Text | Message
    text: Text | Message
    ref: str
    version: Version
    indicator: str = ""

    def point(self, of: Round, place: int) -> Point:
        """The point of a round's checklist."""
        return Point(
            round=of, place=place, part=self.part, area_kept=kept(self.area), text_kept=kept(self.text), ref=self.ref,
            indicator=self.indicator, document=self.version.document.key, version=self.version.number,
            version_pk=self.version.pk,
        )  # fmt: skip


def stage_choices() -> list[tuple[str, Text]]:
    """The stages of all maps in force: "map:stage" and its name."""
    found = []
    for version, process in _maps(None):
        found += [
            (f"{version.document.key}:{stage.key}",
             Text(f"{process.name.zh} · {stage.name.zh}", f"{process.name.en} · {stage.name.en}"))
            for stage in process.stages
        ]  # fmt: skip
    return found


def drafts(stages: Sequence[str], parts: Sequence[str], instant: datetime | None = None) -> list[Draft]:
    """What is in force (now, or at `instant`) as points; the same words of several documents once."""
    wanted = set(parts) or {part.value for part in MADE}
    maps = _maps(instant)
    steps = _steps_of(maps, stages)
    every = [*_controls(maps, stages), *_sops(steps if stages else None, instant), *_indicators(instant)]
    found: dict[tuple[str, str, str], Draft] = {}
    for one in every:
        if one.part.value in wanted:
            found.setdefault((one.part.value, one.indicator, kept(one.text)), one)
    order = {part: at for at, part in enumerate(MADE)}
    return sorted(found.values(), key=lambda one: order[one.part])


def drawn(found: Sequence[Draft], many: int | None, seed: int) -> list[Draft]:
    """`many` of them at random, in their order; all where there are no more."""
    if many is None or many >= len(found):
        return list(found)
    return [found[at] for at in sorted(random.Random(seed).sample(range(len(found)), many))]  # noqa: S311 (a sample)


def open_before(previous: Round | None) -> list[Finding]:
    """Findings of the rounds before that are still open, the gravest first."""
    chain: list[int] = []
    one = previous
    while one is not None and one.pk not in chain and len(chain) < LONGEST_CHAIN:
        chain.append(one.pk)
        one = one.previous
    rank = {"severe": 0, "general": 1, "observation": 2}
    found = Finding.objects.filter(round__in=chain, closed_at=None).select_related("round", "point", "problem")
    return sorted(found, key=lambda f: (rank[f.severity], f.pk))


def _maps(instant: datetime | None) -> list[tuple[Version, Map]]:
    return [(version, load_map(version.content)) for version in all_in_force("process_maps", instant)]


def _steps_of(maps: Iterable[tuple[Version, Map]], stages: Sequence[str]) -> set[str]:
    """Keys of the steps of the stages."""
    return {
        step.key
        for version, process in maps
        for stage in process.stages
        if f"{version.document.key}:{stage.key}" in stages
        for step in stage.steps
    }


def _controls(maps: Iterable[tuple[Version, Map]], stages: Sequence[str]) -> Iterator[Draft]:
    for version, process in maps:
        for stage in process.stages:
            if stages and f"{version.document.key}:{stage.key}" not in stages:
                continue
            for step in stage.steps:
                if step.control.zh or step.control.en:
                    text = message("{step}: {rule}", step=step.name, rule=step.control)
                    yield Draft(Part.CONTROL, stage.name, text, step.key, version)


def _sops(steps: set[str] | None, instant: datetime | None) -> Iterator[Draft]:
    for version in all_in_force("sops", instant):
        sop: Procedure = read_sop(version.content)[0]
        if steps is not None and sop.map_steps and not steps & set(sop.map_steps):
            continue
        for at, action in enumerate(sop.steps, start=1):
            text = message("{step}: {rule}", step=action.name, rule=action.how) if _said(action.how) else action.name
            yield Draft(Part.SOP_STEP, sop.name, text, f"{sop.key}.{at}", version)
            if _said(action.caution):
                text = message("{step}: {rule}", step=action.name, rule=action.caution)
                yield Draft(Part.CAUTION, sop.name, text, f"{sop.key}.{at}.caution", version)


def _indicators(instant: datetime | None) -> Iterator[Draft]:
    for version in all_in_force("indicators", instant):
        standard = standard_of(version)
        for one in standard.indicators:
            text = message("{name} is measured as defined, looked at by its owner, and acted upon when it misses its "
                           "target", name=one.name)  # fmt: skip
            area = standard.dimensions.get(one.dimension, standard.name)
            yield Draft(Part.INDICATOR, area, text, one.key, version, indicator=one.key)


def _said(text: Text) -> bool:
    return bool(text.zh or text.en)
