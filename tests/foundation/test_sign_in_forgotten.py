"""What signing in leaves behind goes by itself: sessions that are over, notes of them, old wrong passwords."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.test import Client

from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.jobs import registry
from qualityloop.foundation.signin.jobs import FORGET, forget
from qualityloop.foundation.signin.models import SignIn

START = datetime(2026, 11, 26, 8, tzinfo=UTC)


@pytest.mark.django_db
def test_only_what_is_over_goes() -> None:
    for name in ("lin", "wang"):
        account_create(username=name, password="a good Passw0rd", role="agent", name=name)
    with time_machine.travel(START, tick=False) as clock:
        _signs_in("lin")
        _types_wrong("lin")
        clock.move_to(START + timedelta(days=40))
        _signs_in("wang")
        _types_wrong("wang")
        forget(None)  # type: ignore[arg-type]
        assert [one.get_decoded()["_auth_user_id"] for one in Session.objects.all()] == [_key("wang")]
        assert [one.user.username for one in SignIn.objects.all()] == ["wang"]
        assert [one.username for one in AccessAttempt.objects.all()] == ["wang"]


def test_it_runs_every_night() -> None:
    assert registry.SCHEDULES[FORGET] == "20 3 * * *"


def _signs_in(name: str) -> None:
    assert Client().post("/sign-in/", {"login": name, "password": "a good Passw0rd"}).status_code == 302


def _types_wrong(name: str) -> None:
    assert Client().post("/sign-in/", {"login": name, "password": "wrong"}).status_code == 200


def _key(name: str) -> str:
    return str(SignIn.objects.get(user__username=name).user.pk)
