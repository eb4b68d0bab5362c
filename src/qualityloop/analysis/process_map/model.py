"""A process map as data: stages, their steps, who does what in each, and where a case may go next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from qualityloop.analysis.messages import Text
from qualityloop.analysis.scoring.sheet import ALWAYS, NOTHING, Condition

END = "end"
Duty = Literal["R", "A", "C", "I", "AR"]


@dataclass(frozen=True, slots=True)
class Role:
    """Somebody who has a part in the process."""

    key: str
    name: Text


@dataclass(frozen=True, slots=True)
class Way:
    """Where a case goes after a step (`END`: it is over), and in which case it does."""

    to: str
    when: Text = NOTHING


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `minutes` is how long it is expected to take; `activities` are its names in the event log.

    Without `ways` the next step on the map follows. A redundant step is kept on the map with the reason why it should
    go, until a new version leaves it out. `raci` maps the key of a role to its duty.
    """

    key: str
    name: Text
    control: Text = NOTHING
    input: Text = NOTHING
    output: Text = NOTHING
    executor: str = ""
    minutes: int | None = None
    working_time: bool = False
    raci: tuple[tuple[str, Duty], ...] = ()
    ways: tuple[Way, ...] = ()
    activities: tuple[str, ...] = ()
    optional: bool = False
    repeatable: bool = False
    redundant: bool = False
    redundant_reason: Text = NOTHING

    def holders(self, duty: str) -> tuple[str, ...]:
        """Keys of the roles that have `duty` (one of R, A, C, I) in this step."""
        return tuple(role for role, duties in self.raci if duty in duties)


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of the process, such as 客户接入."""

    key: str
    name: Text
    steps: tuple[Step, ...]
    purpose: Text = NOTHING


@dataclass(frozen=True, slots=True)
class Map:
    """A version of a process. `scope` says for which kind of product or service it is the variant."""

    key: str
    name: Text
    roles: tuple[Role, ...]
    stages: tuple[Stage, ...]
    scope: Condition = ALWAYS
    note: Text = NOTHING

    def steps(self) -> Iterator[Step]:
        """Every step, in the order of the map."""
        for stage in self.stages:
            yield from stage.steps

    def step(self, key: str) -> Step:
        """The step called `key`; KeyError if there is none."""
        for step in self.steps():
            if step.key == key:
                return step
        raise KeyError(key)

    def role_name(self, key: str) -> Text:
        """The name of a role; its key where the map does not know it."""
        return next((role.name for role in self.roles if role.key == key), Text(key, key))

    def ways(self) -> dict[str, tuple[Way, ...]]:
        """Where each step leads, the next one on the map where it does not say."""
        steps = list(self.steps())
        following = [*(step.key for step in steps[1:]), END]
        return {step.key: step.ways or (Way(after),) for step, after in zip(steps, following, strict=True)}
