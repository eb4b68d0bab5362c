"""Tokens: made once, kept as a hash, limited, revoked; and the page that does it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.api import metering
from qualityloop.foundation.api.models import Meter, Token
from qualityloop.foundation.api.services import token_create
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.audit.permissions import AUDIT
from qualityloop.foundation.models import User

pytestmark = pytest.mark.django_db
PASSWORD = "Qu4lity loops"


@pytest.fixture(autouse=True)
def unhurried() -> None:
    metering.forget()


@pytest.fixture
def lin() -> User:
    return account_create(username="lin", password=PASSWORD, role="director", name="林岚")


def ask(secret: str, path: str = "me", method: str = "GET", **options: object) -> object:
    return Client().generic(method, f"/api/v1/{path}", headers={"Authorization": f"Bearer {secret}"}, **options)  # type: ignore[arg-type]


def test_the_secret_is_kept_as_its_hash_only(lin: User) -> None:
    token, secret = token_create(actor=lin, name="nightly", days=30)
    row = str(Token.objects.filter(pk=token.pk).values().get())
    assert secret not in row
    assert hashlib.sha256(secret.encode()).hexdigest() in row
    assert len(secret) >= 40
    entry = AuditEntry.objects.latest("sequence")
    assert entry.action == "api.token_created"
    assert secret not in str(AuditEntry.objects.values())
    assert token.digest not in entry.after_json
    assert ask(secret).json()["username"] == "lin"  # type: ignore[attr-defined]


def test_a_token_may_no_more_than_its_owner(lin: User) -> None:
    agent = account_create(username="zhou", password=PASSWORD, role="agent")
    token, _secret = token_create(actor=agent, name="x", days=30, rights=[AUDIT])
    assert token.scopes == []
    _all, everything = token_create(actor=lin, name="x", days=30)
    assert ask(everything, "audit-log").status_code == 200  # type: ignore[attr-defined]
    lin.role = "agent"
    lin.save()
    assert ask(everything, "audit-log").status_code == 403  # type: ignore[attr-defined]
    User.objects.filter(pk=lin.pk).update(is_active=False)
    assert ask(everything).status_code == 401  # type: ignore[attr-defined]


def test_a_token_that_reads_does_not_write(lin: User) -> None:
    _token, secret = token_create(actor=lin, name="x", days=30)
    answer = ask(secret, "views", "POST", data='{"listing": "x", "name": "y"}', content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "read_only")  # type: ignore[attr-defined]


def test_its_last_use_is_known(lin: User) -> None:
    token, secret = token_create(actor=lin, name="x", days=30)
    ask(secret)
    token.refresh_from_db()
    assert token.last_used_at is not None
    assert timezone.now() - token.last_used_at < timedelta(seconds=10)


def test_a_token_beside_a_session_counts_alone(lin: User) -> None:
    client = Client()
    client.force_login(lin)
    assert client.get("/api/v1/me").status_code == 200
    assert client.get("/api/v1/me", headers={"Authorization": "Bearer qlt_wrong"}).status_code == 401


# ---- how often --------------------------------------------------------------------------------------------


def test_too_many_requests_of_a_token(lin: User, settings: object) -> None:
    settings.QUALITYLOOP_API_PER_MINUTE = 3  # type: ignore[attr-defined]
    _one, first = token_create(actor=lin, name="a", days=30)
    _two, second = token_create(actor=lin, name="b", days=30)
    assert [ask(first).status_code for _ in range(5)] == [200, 200, 200, 429, 429]  # type: ignore[attr-defined]
    refused = ask(first)
    assert 1 <= int(refused["Retry-After"]) <= 60  # type: ignore[index]
    assert refused.json()["code"] == "too_many"  # type: ignore[attr-defined]
    assert ask(second).status_code == 200  # type: ignore[attr-defined]


def test_too_many_requests_of_an_address_and_a_guess_counts_too(settings: object) -> None:
    settings.QUALITYLOOP_API_PER_MINUTE_AND_ADDRESS = 2  # type: ignore[attr-defined]
    assert [ask("qlt_guess").status_code for _ in range(3)] == [401, 401, 429]  # type: ignore[attr-defined]


def test_several_processes_share_one_limit() -> None:
    """Each has its own memory; together they never hand out more than the limit."""
    handed = 0
    for _process in range(5):
        metering.forget()
        handed += sum(metering.taken("token:1", 600) == 0 for _ in range(35))
    assert handed == 5 * 35
    metering.forget()
    while metering.taken("token:1", 600) == 0:
        handed += 1
    assert 600 - 5 * 10 <= handed <= 600  # what was left in five memories may be lost
    assert Meter.objects.get(caller="token:1").taken == 600


def test_reading_does_not_write_with_every_request(django_assert_max_num_queries: Callable[..., object]) -> None:
    metering.taken("token:1", 600)
    with django_assert_max_num_queries(0):  # type: ignore[attr-defined]
        for _ in range(9):
            assert metering.taken("token:1", 600) == 0


# ---- the page ---------------------------------------------------------------------------------------------


def test_a_token_is_made_shown_once_and_revoked(signed_in: Callable[..., Client]) -> None:
    client = signed_in("director")
    assert "还没有令牌" in client.get("/api/tokens/").content.decode()
    answer = client.post(
        "/api/tokens/", {"name": "夜间导出", "days": "90", "reach": "some", "scope": ["foundation.audit"]}
    )
    assert answer["Cache-Control"] == "no-store"
    secret = re.search(r'value="(qlt_[^"]+)"', answer.content.decode())
    assert secret
    token = Token.objects.get()
    assert (token.scopes, token.everything, token.read_only) == (["foundation.audit"], False, True)
    assert ask(secret[1], "audit-log").status_code == 200  # type: ignore[attr-defined]
    assert ask(secret[1], "me").status_code == 403  # type: ignore[attr-defined]
    assert secret[1] not in client.get("/api/tokens/").content.decode()
    client.post(f"/api/tokens/{token.pk}/revoke/")
    assert ask(secret[1], "audit-log").status_code == 401  # type: ignore[attr-defined]
    assert AuditEntry.objects.latest("sequence").action == "api.token_revoked"


@pytest.mark.parametrize(
    "given",
    [
        {"days": "90", "reach": "all"},
        {"name": "x", "days": "9999", "reach": "all"},
        {"name": "x", "days": "90", "reach": "some"},
        {"name": "x", "days": "90", "reach": "some", "scope": ["access.roles", "no.such"]},
    ],
)
def test_a_faulty_form_makes_no_token(signed_in: Callable[..., Client], given: dict[str, object]) -> None:
    answer = signed_in("agent").post("/api/tokens/", given)
    assert answer.status_code == 422
    assert answer.context["error"]
    assert not Token.objects.exists()


def test_nobody_revokes_the_token_of_another_but_an_administrator(signed_in: Callable[..., Client], lin: User) -> None:
    token, secret = token_create(actor=lin, name="x", days=30)
    assert signed_in("agent").post(f"/api/tokens/{token.pk}/revoke/").status_code == 404
    assert ask(secret).status_code == 200  # type: ignore[attr-defined]
    assert signed_in("admin").post(f"/api/tokens/{token.pk}/revoke/").status_code == 302
    assert ask(secret).status_code == 401  # type: ignore[attr-defined]
