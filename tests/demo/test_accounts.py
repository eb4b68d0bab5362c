"""Demo people: one for each role, made once."""

from __future__ import annotations

import pytest
from django.contrib.auth import authenticate
from django.test import RequestFactory

from qualityloop.demo.accounts import ACCOUNTS, demo_logins, make_accounts
from qualityloop.foundation.models import User
from qualityloop.foundation.roles import Role

pytestmark = pytest.mark.django_db


def test_every_role_has_exactly_one() -> None:
    assert sorted(account.role for account in ACCOUNTS) == sorted(Role.values)
    assert len({account.username for account in ACCOUNTS}) == len(ACCOUNTS)


def test_everybody_can_sign_in() -> None:
    assert len(make_accounts()) == len(ACCOUNTS)
    for account in ACCOUNTS:
        user = authenticate(RequestFactory().post("/"), username=account.username, password=account.password)
        assert isinstance(user, User), account.username
        assert (user.name, user.role) == (account.name, account.role)


def test_a_second_time_leaves_people_as_they_are() -> None:
    make_accounts()
    zhou = User.objects.get(username="zhou")
    zhou.name = "周一鸣"
    zhou.set_password("a password of her own")
    zhou.save()
    assert make_accounts() == ()
    zhou = User.objects.get(username="zhou")
    assert zhou.name == "周一鸣"
    assert zhou.check_password("a password of her own")


def test_a_missing_one_is_made_again() -> None:
    make_accounts()
    User.objects.filter(username="li").delete()
    assert [account.username for account in make_accounts()] == ["li"]


def test_only_accounts_that_work_are_shown() -> None:
    assert demo_logins() == ()
    make_accounts()
    User.objects.filter(username="wang").update(is_active=False)
    assert {a.username for a in demo_logins()} == {a.username for a in ACCOUNTS} - {"wang"}
