"""Lock-out: closed after five wrong passwords to one address for a while, opened by time or by an administrator."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from axes.models import AccessAttempt
from django.test import Client

from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.models import User
from qualityloop.foundation.signin.lockout import locks

pytestmark = pytest.mark.django_db
PASSWORD = "Qu4lity loops"


@pytest.fixture
def lin() -> User:
    return account_create(username="lin", password=PASSWORD, role="agent", name="林岚")


def try_in(name: str, password: str, address: str = "10.0.0.1") -> tuple[Client, int]:
    client = Client(REMOTE_ADDR=address)
    return client, client.post("/sign-in/", {"login": name, "password": password}).status_code


def failed() -> int:
    return AuditEntry.objects.filter(action="session.sign_in_failed").count()


def test_the_fifth_wrong_password_closes_the_door_and_says_so(lin: User) -> None:
    assert [try_in("lin", f"wrong {n}")[1] for n in range(5)] == [200, 200, 200, 200, 429]
    client, status = try_in("lin", PASSWORD)
    assert status == 429
    assert "_auth_user_id" not in client.session
    page = client.post("/sign-in/", {"login": "lin", "password": PASSWORD}).content.decode()
    assert "15 分钟" in page
    assert "角色" not in page


def test_from_elsewhere_the_owner_still_comes_in(lin: User) -> None:
    for n in range(6):
        try_in("lin", f"wrong {n}", "203.0.113.9")
    client, _status = try_in("lin", PASSWORD, "10.0.0.2")
    assert "_auth_user_id" in client.session


def test_a_right_password_forgets_the_wrong_ones(lin: User) -> None:
    for _round in range(3):
        for n in range(4):
            try_in("lin", f"wrong {n}")
        assert try_in("lin", PASSWORD)[1] == 302


def test_time_opens_it_again_even_if_somebody_keeps_knocking(lin: User) -> None:
    start = datetime(2026, 11, 26, 8, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as clock:
        for n in range(5):
            try_in("lin", f"wrong {n}")
        clock.move_to(start + timedelta(minutes=10))
        assert try_in("lin", "wrong again")[1] == 429
        clock.move_to(start + timedelta(minutes=16))
        assert try_in("lin", PASSWORD)[1] == 302


def test_no_storm_in_the_log(lin: User) -> None:
    for n in range(40):
        try_in("lin", f"wrong {n}")
    assert failed() == 5
    assert AuditEntry.objects.filter(action="account.locked").count() == 1
    for n in range(40):
        try_in(f"nobody{n}", "wrong")
    assert failed() == 5 + 10
    for n in range(60):
        try_in("lin", "wrong", f"192.0.2.{n}")
    assert failed() <= 5 + 10 + 30


def test_a_password_typed_as_a_name_is_kept_nowhere(lin: User) -> None:
    try_in("Secret-Passw0rd!", "x")
    row = AccessAttempt.objects.get()
    everything = " ".join(str(getattr(row, field.name)) for field in row._meta.fields)
    assert "Secret" not in everything
    assert not AuditEntry.objects.filter(record_label__contains="Secret").exists()


def test_an_administrator_sees_the_lock_and_opens_it(lin: User, signed_in: Callable[..., Client]) -> None:
    for n in range(5):
        try_in("lin", f"wrong {n}", "203.0.113.9")
    (lock,) = locks()
    assert (lock.username, lock.address) == ("lin", "203.0.113.9")
    admin = signed_in("admin")
    assert "203.0.113.9" in admin.get(f"/accounts/{lin.pk}/").content.decode()
    assert admin.post(f"/accounts/{lin.pk}/do/", {"do": "unlock"}).status_code == 302
    assert try_in("lin", PASSWORD, "203.0.113.9")[1] == 302
    assert AuditEntry.objects.filter(action="account.unlocked", record_id=str(lin.pk)).count() == 1
    assert admin.post(f"/accounts/{lin.pk}/do/", {"do": "anything"}).status_code == 404
