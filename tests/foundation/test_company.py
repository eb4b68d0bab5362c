"""The organisation's own sign-in, against a server that speaks the real protocol."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.request import HTTPRedirectHandler, Request, build_opener

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from tests.openid_server import CLIENT, SECRET, OpenIdServer

from qualityloop.config.sign_in import company_sign_in
from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.models import User

pytestmark = pytest.mark.django_db
LIN = {"sub": "4711", "email": "lin@example.org", "email_verified": True, "preferred_username": "lin", "name": "林岚"}


class Stay(HTTPRedirectHandler):
    """Do not follow: the browser of these tests is Django's."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


@pytest.fixture(scope="module")
def running() -> Iterator[OpenIdServer]:
    with OpenIdServer() as server:
        yield server


@pytest.fixture
def server(running: OpenIdServer, settings: Any) -> OpenIdServer:
    running.person, running.faults = dict(LIN), set()
    running.refusals.clear()
    configure(settings, running)
    return running


def configure(settings: Any, server: OpenIdServer, **more: str) -> None:
    found = company_sign_in(
        {
            "QUALITYLOOP_OIDC_ISSUER": server.issuer, "QUALITYLOOP_OIDC_CLIENT_ID": CLIENT,
            "QUALITYLOOP_OIDC_CLIENT_SECRET": SECRET, "QUALITYLOOP_OIDC_NAME": "用企业账号登录", **more,
        }
    )  # fmt: skip
    for name, value in found.items():
        setattr(settings, name, value)


def come_in(client: Client, server: OpenIdServer) -> Any:
    """Through the redirects as a browser does; the answer to coming back."""
    there = client.get("/sign-in/with/company/")
    assert there.status_code == 302, there.content.decode()[-800:]
    assert there["Location"].startswith(f"{server.issuer}/authorize?")
    try:
        build_opener(Stay).open(Request(there["Location"]))
        raise AssertionError("no redirect")
    except Exception as error:
        back = error.headers["Location"]  # type: ignore[attr-defined]
    return client.get(back.removeprefix("http://testserver"))


def inside(client: Client) -> str | None:
    pk = client.session.get("_auth_user_id")
    return User.objects.get(pk=pk).username if pk else None


def test_the_page_offers_it_where_it_is_configured(client: Client, server: OpenIdServer) -> None:
    assert "用企业账号登录" in client.get("/sign-in/").content.decode()


def test_without_configuration_there_is_nothing(client: Client) -> None:
    assert "/sign-in/with/" not in client.get("/sign-in/").content.decode()
    assert client.get("/sign-in/with/company/").status_code == 404


def test_matched_by_verified_mail_and_then_by_the_link(client: Client, server: OpenIdServer) -> None:
    account_create(username="l.lan", password=None, role="qc", name="林岚", email="Lin@example.org")
    assert come_in(client, server).status_code == 302
    assert inside(client) == "l.lan"
    assert AuditEntry.objects.get(action="account.linked").after == {"sub": "4711"}
    server.person["email"] = "married@example.org"
    again = Client()
    come_in(again, server)
    assert inside(again) == "l.lan"
    assert SocialAccount.objects.count() == 1
    assert server.refusals == []


def test_matched_by_the_preferred_user_name(client: Client, server: OpenIdServer) -> None:
    account_create(username="lin", password=None, role="qc")
    server.person["email_verified"] = False
    come_in(client, server)
    assert inside(client) == "lin"


def test_mail_that_nobody_verified_matches_nobody(client: Client, server: OpenIdServer, settings: Any) -> None:
    configure(settings, server, QUALITYLOOP_OIDC_MATCH="email")
    account_create(username="lin", password=None, role="admin", email="lin@example.org")
    server.person["email_verified"] = False
    assert come_in(client, server).status_code == 403
    assert inside(client) is None


def test_nobody_is_made_unless_a_setting_says_so(client: Client, server: OpenIdServer, settings: Any) -> None:
    answer = come_in(client, server)
    assert answer.status_code == 403
    assert "请管理员" in answer.content.decode()
    assert not User.objects.exists()
    configure(settings, server, QUALITYLOOP_OIDC_NEW_ROLE="agent")
    come_in(client, server)
    made = User.objects.get()
    assert (made.username, made.name, made.email, made.role) == ("lin", "林岚", "lin@example.org", "agent")
    assert inside(client) == "lin"
    assert not made.has_usable_password()


def test_a_name_that_is_taken_is_not_handed_over(client: Client, server: OpenIdServer, settings: Any) -> None:
    configure(settings, server, QUALITYLOOP_OIDC_NEW_ROLE="agent", QUALITYLOOP_OIDC_MATCH="email")
    account_create(username="lin", password=None, role="admin")
    assert come_in(client, server).status_code == 403
    assert inside(client) is None
    assert User.objects.count() == 1


def test_who_left_does_not_come_in(client: Client, server: OpenIdServer) -> None:
    account_create(username="lin", password=None, role="qc")
    User.objects.update(is_active=False)
    come_in(client, server)
    assert inside(client) is None


@pytest.mark.parametrize("fault", ["signature", "issuer", "audience", "expired", "person"])
def test_a_server_that_lies_is_not_believed(client: Client, server: OpenIdServer, fault: str) -> None:
    account_create(username="lin", password=None, role="admin", email="lin@example.org")
    server.faults = {fault}
    answer = come_in(client, server)
    assert answer.status_code == 403
    assert "应答不正确" in answer.content.decode()
    assert inside(client) is None


def test_a_wrong_secret_gets_nothing(client: Client, server: OpenIdServer, settings: Any) -> None:
    configure(settings, server, QUALITYLOOP_OIDC_CLIENT_SECRET="guessed")
    account_create(username="lin", password=None, role="qc")
    assert come_in(client, server).status_code == 403
    assert len(server.refusals) == 1


def test_turning_round_on_the_other_side(client: Client, server: OpenIdServer) -> None:
    server.faults = {"denied"}
    assert come_in(client, server)["Location"] == "/sign-in/cancelled/"
    assert client.get("/sign-in/cancelled/").status_code == 200


def test_an_answer_without_our_question_is_refused(client: Client, server: OpenIdServer) -> None:
    account_create(username="lin", password=None, role="qc")
    answer = client.get("/sign-in/with/company/back/?code=stolen&state=made-up")
    assert answer.status_code == 403
    assert inside(client) is None


def test_a_second_factor_is_asked_for_here_too(client: Client, server: OpenIdServer) -> None:
    from allauth.mfa.totp.internal.auth import TOTP

    TOTP.activate(account_create(username="lin", password=None, role="qc"), "JBSWY3DPEHPK3PXP")
    assert come_in(client, server)["Location"] == "/sign-in/code/"
    assert inside(client) is None
