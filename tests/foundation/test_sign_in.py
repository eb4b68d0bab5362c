"""Signing in and out."""

from __future__ import annotations

import pytest
from django.test import Client

from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.models import User

pytestmark = pytest.mark.django_db
PASSWORD = "Qu4lity loops"


@pytest.fixture
def lin() -> User:
    return account_create(username="lin", password=PASSWORD, role="director", name="林岚")


def test_strangers_are_asked_to_sign_in_and_come_back(client: Client, lin: User) -> None:
    answer = client.get("/indicators/?grain=week")
    assert answer.status_code == 302
    assert answer["Location"] == "/sign-in/?next=/indicators/%3Fgrain%3Dweek"
    answer = client.post("/sign-in/", {"login": "lin", "password": PASSWORD, "next": "/indicators/?grain=week"})
    assert answer.status_code == 302
    assert answer["Location"] == "/indicators/?grain=week"


def test_the_way_back_leads_nowhere_else(client: Client, lin: User) -> None:
    answer = client.post("/sign-in/", {"login": "lin", "password": PASSWORD, "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/start/"


def test_a_wrong_password_is_said_in_chinese_and_the_name_kept(client: Client, lin: User) -> None:
    answer = client.post("/sign-in/", {"login": "lin", "password": "wrong"})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert 'role="alert"' in page
    assert "密码" in page
    assert 'value="lin"' in page
    assert "wrong" not in page


def test_who_left_the_house_cannot_come_in(client: Client, lin: User) -> None:
    User.objects.filter(pk=lin.pk).update(is_active=False)
    client.post("/sign-in/", {"login": "lin", "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_nobody_signs_up(client: Client) -> None:
    for address in ("/sign-up/", "/accounts/signup/", "/sign-in/inactive/"):
        assert client.get(address).status_code == 404


def test_signing_out_needs_a_post_and_ends_the_session(client: Client, lin: User) -> None:
    client.force_login(lin)
    assert client.get("/sign-out/").status_code == 200
    assert client.get("/account/").status_code == 200
    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    assert client.get("/account/").status_code == 302


def test_a_new_password_counts_at_once(client: Client, lin: User) -> None:
    client.force_login(lin)
    assert client.get("/account/password/").status_code == 200
    new = "Another g00d one"
    answer = client.post("/account/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert answer.status_code == 302
    lin.refresh_from_db()
    assert lin.check_password(new)


def test_passwords_are_guessed_slowly(client: Client, lin: User) -> None:
    for _ in range(5):
        client.post("/sign-in/", {"login": "lin", "password": "wrong"})
    client.post("/sign-in/", {"login": "lin", "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_accounts_can_be_made_again() -> None:
    first = account_create(username="zhao", password=PASSWORD, role="qc", name="赵敏")
    again = account_create(username="zhao", password="Something 3lse", role="trainer", name="赵敏")
    assert again.pk == first.pk
    assert again.role == "trainer"
    assert again.check_password("Something 3lse")
    with pytest.raises(ValueError, match="emperor"):
        account_create(username="x", password=PASSWORD, role="emperor")
