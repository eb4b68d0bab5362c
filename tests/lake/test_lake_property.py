"""Whatever happens to the records, and whenever the lake is refreshed: it equals one that is built from nothing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from qualityloop.analysis.lake import Lake
from qualityloop.feedback.models import SurveyResponse
from qualityloop.foundation.lake.reading import lake_path
from qualityloop.operations.models import Interaction, Message, Ticket
from qualityloop.people.models import Department, Staff
from tests.lake import world

MONTHS = st.integers(0, 4)
WHICH = st.integers(0, 10_000)
WORDS = st.sampled_from(["", "已关闭", "处理中", "a%b", "it's"])


def one_of(model: Any, which: int) -> Any:
    """Any row of a table that has some."""
    rows = list(model._default_manager.order_by("pk"))
    return rows[which % len(rows)]


class Department_(RuleBasedStateMachine):
    """People at work, and a refresh now and then."""

    home: Path
    settings: Any

    def __init__(self) -> None:
        super().__init__()
        world.emptied()
        self.home.mkdir(exist_ok=True)
        self.settings.QUALITYLOOP_HOME = self.home / f"run-{len(list(self.home.iterdir()))}"
        self.settings.QUALITYLOOP_HOME.mkdir()
        self.count = 0
        self.teams = [Department.objects.create(name=name) for name in ("一组", "二组")]
        self.agent = Staff.objects.create(name="王芳", department=self.teams[0])
        world.ticket("T0", team=self.teams[0], agent=self.agent)
        world.up_to_date()

    def _number(self, letter: str) -> str:
        self.count += 1
        return f"{letter}{self.count}"

    @rule(month=MONTHS, which=WHICH, status=WORDS)
    def ticket_comes(self, month: int, which: int, status: str) -> None:
        team = [*self.teams, None][which % 3]
        world.ticket(self._number("T"), month, team=team, status=status, escalated=[None, True, False][which % 3])

    @precondition(lambda self: Ticket.objects.exists())
    @rule(which=WHICH, month=MONTHS)
    def something_happens_to_a_ticket(self, which: int, month: int) -> None:
        ticket = one_of(Ticket, which)
        at = world.BEGIN + month * world.MONTH
        world.event(ticket, ticket.events.count() + 1 + which, at=at)

    @precondition(lambda self: Ticket.objects.exists())
    @rule(which=WHICH, month=MONTHS, status=WORDS)
    def ticket_is_changed(self, which: int, month: int, status: str) -> None:
        at = world.BEGIN + month * world.MONTH
        done = at + timedelta(hours=which % 50) if which % 2 else None
        world.change(one_of(Ticket, which), created_at=at, status=status, resolved_at=done, team=self.teams[which % 2])

    @precondition(lambda self: Ticket.objects.exists())
    @rule(which=WHICH)
    def customer_calls_and_answers(self, which: int) -> None:
        ticket = one_of(Ticket, which)
        number = self._number("I")
        call = Interaction.objects.create(number=number, ticket=ticket, started_at=world.BEGIN, agent=self.agent)
        Message.objects.create(interaction=call, seq=1, at=world.BEGIN, author="customer", text="…")
        SurveyResponse.objects.create(number=number, ticket=ticket, answered_at=world.BEGIN, csat=which % 5 + 1)

    @precondition(lambda self: Ticket.objects.exists())
    @rule(which=WHICH, again=st.booleans())
    def ticket_is_deleted(self, which: int, again: bool) -> None:
        ticket = one_of(Ticket, which)
        world.delete(ticket)
        if again:
            world.ticket(ticket.number, which % 5)

    @rule(which=st.integers(0, 1))
    def team_is_renamed(self, which: int) -> None:
        Department.objects.filter(pk=self.teams[which].pk).update(name=self._number("组"))

    @rule()
    def lake_is_refreshed(self) -> None:
        world.up_to_date()
        assert world.shown() == world.held()

    def teardown(self) -> None:
        world.up_to_date()
        assert world.shown() == world.held()
        if not Ticket.objects.exists() and not Interaction.objects.exists():
            assert Lake.open(lake_path()).datasets == {}
            return
        anew = world.built_anew(lake_path().parent / "anew", self.settings)
        assert Lake.open(lake_path()).snapshot == anew.snapshot


def test_refreshing_equals_building_anew(home: Path, settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    class Here(Department_):
        pass

    Here.home, Here.settings = home, settings
    limits = hypothesis_settings(
        max_examples=6, stateful_step_count=18, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(Here, settings=limits)
    assert not [record for record in caplog.records if "rows in the lake" in record.message]  # nothing was missed
