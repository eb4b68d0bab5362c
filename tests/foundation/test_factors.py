"""Second factors: the app, recovery codes, roles that must have two, and what the database keeps."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import time
from collections.abc import Callable

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client

from qualityloop.foundation.access.models import KeptRole, RolesStamp
from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.models import User

PASSWORD = "Qu4lity loops"
pytestmark = pytest.mark.django_db(transaction=False)


def code(secret: str, at: float | None = None) -> str:
    """RFC 6238, written out from the standard."""
    counter = struct.pack(">Q", int((time.time() if at is None else at) // 30))
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF) % 1_000_000:06d}"


def test_the_code_of_the_standard() -> None:
    """Test vector of RFC 6238, appendix B (eight digits there, the last six here)."""
    secret = base64.b32encode(b"12345678901234567890").decode()
    assert code(secret, 59) == "287082"
    assert code(secret, 1111111109) == "081804"


@pytest.fixture
def lin() -> User:
    return account_create(username="lin", password=PASSWORD, role="agent", name="林岚")


def password_in(client: Client) -> object:
    return client.post("/sign-in/", {"login": "lin", "password": PASSWORD})


def set_up(client: Client) -> tuple[str, list[str]]:
    """Signs in, sets the app up; the secret and the recovery codes."""
    password_in(client)
    page = client.get("/account/factors/app/").content.decode()
    secret = re.search(r'id="totp-secret">([A-Z2-7]+)<', page)[1]  # type: ignore[index]
    assert "data:image/svg+xml" in page
    answer = client.post("/account/factors/app/", {"code": code(secret)})
    assert answer.status_code == 302
    codes = re.findall(r"<li>(\d{8})</li>", client.get("/account/factors/codes/").content.decode())
    assert len(codes) == 10
    return secret, codes


def test_the_app_is_set_up_and_then_asked_for(client: Client, lin: User) -> None:
    secret, codes = set_up(client)
    again = client.get("/account/factors/codes/").content.decode()
    assert codes[0] not in again  # shown once
    client.post("/sign-out/")
    assert password_in(client)["Location"] == "/sign-in/code/"  # type: ignore[index]
    assert client.get("/account/").status_code == 302  # not in yet
    wrong = client.post("/sign-in/code/", {"code": "000000" if code(secret) != "000000" else "111111"})
    assert wrong.status_code == 200
    assert client.get("/account/").status_code == 302
    assert client.post("/sign-in/code/", {"code": codes[1]}).status_code == 302
    assert client.get("/account/").status_code == 200
    assert {"factor.added", "factor.code_used"} <= set(AuditEntry.objects.values_list("action", flat=True))


def test_a_recovery_code_opens_once(client: Client, lin: User) -> None:
    _secret, codes = set_up(client)
    for status in (302, 200):
        client.post("/sign-out/")
        password_in(client)
        assert client.post("/sign-in/code/", {"code": codes[0]}).status_code == status


def test_secrets_are_not_readable_in_the_database(client: Client, lin: User) -> None:
    secret, codes = set_up(client)
    kept = " ".join(str(one.data) for one in Authenticator.objects.all())
    assert secret not in kept
    assert not [one for one in codes if one in kept]
    log = " ".join(AuditEntry.objects.values_list("after_json", flat=True))
    assert secret not in log


def test_an_administrator_resets_what_was_lost(client: Client, lin: User, signed_in: Callable[..., Client]) -> None:
    set_up(client)
    signed_in("admin").post(f"/accounts/{lin.pk}/do/", {"do": "factors"})
    assert client.get("/account/").status_code == 302  # sessions ended too
    assert password_in(client)["Location"] == "/start/"  # type: ignore[index]
    entry = AuditEntry.objects.get(action="factor.reset")
    assert entry.before == {"factors": ["totp", "recovery_codes"]}
    assert entry.actor.username == "one-admin"


def test_the_app_is_taken_away_again(client: Client, lin: User) -> None:
    set_up(client)
    assert client.get("/account/factors/app/remove/").status_code == 200
    assert client.post("/account/factors/app/remove/").status_code == 302
    assert not Authenticator.objects.exists()  # recovery codes alone make no sense
    assert AuditEntry.objects.filter(action="factor.removed").count() == 1


def test_locks_are_not_changed_in_a_session_left_open(client: Client, lin: User) -> None:
    start = time.time()
    password_in(client)
    with time_machine.travel(start + 600):
        asked = client.get("/account/factors/app/")
        assert asked["Location"].startswith("/account/confirm/?next=")
        assert client.post(asked["Location"], {"password": "wrong"}).status_code == 200
        assert client.get("/account/factors/app/").status_code == 302
        assert client.post(asked["Location"], {"password": PASSWORD})["Location"] == "/account/factors/app/"
        assert client.get("/account/factors/app/").status_code == 200


@pytest.fixture
def agents_need_two() -> None:
    KeptRole.objects.create(key="agent", based_on="agent", sees="own", second_factor=True)
    RolesStamp.objects.create(stamp="two")


@pytest.mark.usefixtures("agents_need_two")
def test_a_role_that_must_have_two_factors_sets_one_up_first(client: Client, lin: User) -> None:
    password_in(client)
    for address in ("/account/", "/indicators/", "/start/"):
        assert client.get(address)["Location"] == "/account/factors/"
    assert "必须启用两步验证" in client.get("/account/factors/").content.decode()
    set_up(client)
    assert client.get("/account/").status_code == 200
    client.post("/account/factors/app/remove/")
    assert client.get("/account/")["Location"] == "/account/factors/"


@pytest.mark.usefixtures("agents_need_two")
def test_other_roles_are_not_asked(signed_in: Callable[..., Client]) -> None:
    assert signed_in("director").get("/account/").status_code == 200


def test_guesses_of_codes_are_limited(client: Client, lin: User, settings: object) -> None:
    set_up(client)
    settings.ACCOUNT_RATE_LIMITS = {}  # type: ignore[attr-defined]  # those of an installation
    client.post("/sign-out/")
    password_in(client)
    said = [client.post("/sign-in/code/", {"code": f"{n:06d}"}).content.decode() for n in range(8)]
    assert "尝试" in said[-1] or "次数" in said[-1]
