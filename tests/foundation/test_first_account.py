"""The first account of an empty installation, and the command for whoever is locked out."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from qualityloop.cli import main
from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.models import User
from qualityloop.foundation.signin.first import first_link

pytestmark = pytest.mark.django_db
GOOD = {"username": "root", "name": "系统管理员", "password": "9 Bridges far", "repeated": "9 Bridges far"}


def test_made_once_and_then_there_is_no_such_page(client: Client) -> None:
    link = first_link()
    assert client.get(link).status_code == 200
    answer = client.post(link, GOOD)
    assert answer.status_code == 302
    made = User.objects.get()
    assert (made.username, made.role, made.name) == ("root", "admin", "系统管理员")
    assert made.check_password("9 Bridges far")
    assert AuditEntry.objects.filter(action="account.created").count() == 1
    assert client.get(link).status_code == 404
    assert client.post(link, {**GOOD, "username": "second"}).status_code == 404
    assert User.objects.count() == 1


def test_only_with_the_link_and_only_for_a_day(client: Client) -> None:
    link = first_link()
    assert client.get(link[:-3] + "x/").status_code == 404
    assert client.get("/sign-in/first/anything/").status_code == 404
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        assert client.get(link).status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"repeated": "something else"}, "repeated"),
        ({"password": "1234567890123", "repeated": "1234567890123"}, "password"),
        ({"password": "short", "repeated": "short"}, "password"),
        ({"username": "a b/c"}, "username"),
        ({"name": ""}, "name"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(client: Client, change: dict[str, str], field: str) -> None:
    answer = client.post(first_link(), {**GOOD, **change})
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    assert not User.objects.exists()


def test_by_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--lang", "en", "account", "lin", "--role", "director", "--name", "林岚"]) == 0
    password = capsys.readouterr().out.strip()
    made = User.objects.get()
    assert (made.role, made.name) == ("director", "林岚")
    assert made.check_password(password)
    assert made.one_time_until is not None
    assert main(["--lang", "en", "account", "lin"]) == 0
    another = capsys.readouterr().out.strip()
    made.refresh_from_db()
    assert another != password
    assert made.check_password(another)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nobody"], 1, "--role says what to make"),
        (["lin", "--role", "director"], 1, "already"),
        (["li", "--role", "boss"], 2, "there is no role"),
        (["a b", "--role", "qc"], 2, "no user name"),
    ],
)
def test_the_command_refuses(capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, words: str) -> None:
    account_create(username="lin", password="9 Bridges far", role="director")
    assert main(["--lang", "en", "account", *arguments]) == code
    assert words in capsys.readouterr().err
    assert User.objects.count() == 1
