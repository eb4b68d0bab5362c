"""Accounts: made with a one-time password, changed, closed; the policy for passwords; sessions that end."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from qualityloop.foundation.accounts import account_change, account_create, password_reset
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.models import SignIn, User
from qualityloop.foundation.signin.sessions import device_of, sessions_of

pytestmark = pytest.mark.django_db
PASSWORD = "Qu4lity loops"
NEW = "Another g00d one"


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("sequence").values_list("action", flat=True))


def sign_in(username: str, password: str) -> Client:
    client = Client()
    client.post("/sign-in/", {"login": username, "password": password})
    return client


def make(client: Client, **more: str) -> tuple[User, str]:
    answer = client.post(
        "/accounts/new/", {"username": "zhou", "name": "周晓", "email": "", "role": "agent", **more}
    )  # fmt: skip
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    found = re.search(r'id="one-time-password">([^<]+)<', answer.content.decode())
    assert found, answer.content.decode()[-3000:]
    return User.objects.get(username=more.get("username", "zhou")), found[1]


def test_the_one_time_password_opens_nothing_but_the_page_that_changes_it(signed_in: Callable[..., Client]) -> None:
    user, password = make(signed_in("admin"))
    assert re.fullmatch(r"(?:[a-z2-9]{4}-){3}[a-z2-9]{4}", password)
    client = sign_in("zhou", password)
    for address in ("/", "/account/", "/indicators/", "/account/factors/"):
        assert client.get(address)["Location"] == "/account/password/"
    assert client.get("/indicators/", headers={"HX-Request": "true"})["HX-Redirect"] == "/account/password/"
    polled = {"HX-Request": "true", "HX-Current-URL": "http://testserver/account/password/"}
    assert client.get("/indicators/", headers=polled).status_code == 204
    changed = client.post("/account/password/", {"oldpassword": password, "password1": NEW, "password2": NEW})
    assert changed.status_code == 302
    assert client.get("/account/").status_code == 200
    user.refresh_from_db()
    assert user.one_time_until is None
    assert user.check_password(NEW)


def test_the_log_knows_that_and_not_what(signed_in: Callable[..., Client]) -> None:
    _user, password = make(signed_in("admin"))
    text = " ".join(f"{e.before_json} {e.after_json} {e.reason}" for e in AuditEntry.objects.all())
    assert password not in text
    entry = AuditEntry.objects.get(action="account.created", record_label="周晓")
    assert entry.actor.username == "one-admin"
    assert entry.after["role"] == "agent"


def test_a_one_time_password_that_was_left_lying_about_opens_nothing(signed_in: Callable[..., Client]) -> None:
    _user, password = make(signed_in("admin"))
    with time_machine.travel(datetime.now(tz=UTC) + timedelta(days=8)):
        assert "_auth_user_id" not in sign_in("zhou", password).session
    assert "_auth_user_id" in sign_in("zhou", password).session


def test_user_names_are_taken_once_whatever_their_case(signed_in: Callable[..., Client]) -> None:
    client = signed_in("admin")
    make(client)
    answer = client.post("/accounts/new/", {"username": "ZHOU", "name": "另一位", "role": "agent"})
    assert "已有此用户名" in answer.content.decode()
    assert User.objects.filter(username__iexact="zhou").count() == 1


def test_an_account_is_changed_and_closed(signed_in: Callable[..., Client]) -> None:
    admin = signed_in("admin")
    lin = account_create(username="lin", password=PASSWORD, role="agent", name="林岚")
    theirs = sign_in("lin", PASSWORD)
    assert theirs.get("/account/").status_code == 200
    sent = {"name": "林岚岚", "email": "lin@example.org", "role": "qc", "is_active": "on"}
    assert admin.post(f"/accounts/{lin.pk}/", sent).status_code == 302
    lin.refresh_from_db()
    assert (lin.name, lin.email, lin.role, lin.is_active) == ("林岚岚", "lin@example.org", "qc", True)
    assert theirs.get("/account/").status_code == 200
    admin.post(f"/accounts/{lin.pk}/", {**sent, "is_active": ""})
    assert theirs.get("/account/").status_code == 302
    assert "_auth_user_id" not in sign_in("lin", PASSWORD).session
    assert not SignIn.objects.filter(user=lin).exists()
    entry = AuditEntry.objects.filter(action="account.changed").latest("sequence")
    assert (entry.before["is_active"], entry.after["is_active"]) == (True, False)


def test_two_accounts_never_share_an_address_of_mail(signed_in: Callable[..., Client]) -> None:
    admin = signed_in("admin")
    make(admin, email="zhou@example.org")
    answer = admin.post("/accounts/new/", {"username": "b", "name": "b", "email": "Zhou@example.org", "role": "qc"})
    assert "已有其他账号使用此邮箱" in answer.content.decode()


@pytest.mark.parametrize("change", [{"role": "agent"}, {"is_active": False}])
def test_the_last_administrator_stays(change: dict[str, object]) -> None:
    admin = account_create(username="admin", password=PASSWORD, role="admin", name="管理员")
    values = {"name": "管理员", "email": "", "role": "admin", "is_active": True, **change}
    with pytest.raises(ValidationError, match="再没有人"):
        account_change(actor=admin, user=admin, **values)  # type: ignore[arg-type]
    admin.refresh_from_db()
    assert (admin.role, admin.is_active) == ("admin", True)
    account_create(username="other", password=PASSWORD, role="admin")
    account_change(actor=admin, user=admin, **values)  # type: ignore[arg-type]


def test_a_reset_ends_sessions_and_gives_a_one_time_password(signed_in: Callable[..., Client]) -> None:
    lin = account_create(username="lin", password=PASSWORD, role="agent", name="林岚")
    theirs = sign_in("lin", PASSWORD)
    answer = signed_in("admin").post(f"/accounts/{lin.pk}/password/")
    password = re.search(r'id="one-time-password">([^<]+)<', answer.content.decode())[1]  # type: ignore[index]
    assert theirs.get("/account/").status_code == 302
    assert "_auth_user_id" not in sign_in("lin", PASSWORD).session
    assert sign_in("lin", password).get("/")["Location"] == "/account/password/"


def test_only_who_may_manage_accounts_does(signed_in: Callable[..., Client]) -> None:
    lin = account_create(username="lin", password=PASSWORD, role="agent")
    for role in ("director", "agent", "customer"):
        client = signed_in(role)
        for address in (f"/accounts/{lin.pk}/", f"/accounts/{lin.pk}/password/", f"/accounts/{lin.pk}/do/"):
            assert client.post(address, {"do": "sessions"}).status_code == 404
    assert lin.check_password(PASSWORD)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short 1 A", "too short"),
        ("password1234", "common"),
        ("20261126202611", "numeric"),
        ("zhangwei-2026", "like the user name"),
        ("张伟伟伟伟伟伟伟伟伟", "like the name"),
        ("zhangwei@corp.cn", "like the e-mail"),
    ],
)
@pytest.mark.parametrize("role", ["agent", "admin"])
def test_bad_passwords_are_refused_for_everybody(password: str, why: str, role: str) -> None:
    user = account_create(
        username="zhangwei2026", password=PASSWORD, role=role, name="张伟伟伟伟伟伟伟", email="zhangwei@corp.cn"
    )
    client = Client()
    client.force_login(user)
    answer = client.post("/account/password/", {"oldpassword": PASSWORD, "password1": password, "password2": password})
    assert answer.status_code == 200, why
    user.refresh_from_db()
    assert user.check_password(PASSWORD), why


def test_what_we_give_out_passes_our_own_policy() -> None:
    lin = account_create(username="lin", password=PASSWORD, role="agent", name="林岚")
    for _n in range(20):
        validate_password(password_reset(actor=None, user=lin), lin)


def test_my_sessions_are_listed_and_ended() -> None:
    lin = account_create(username="lin", password=PASSWORD, role="agent", name="林岚")
    here, phone, home = (sign_in("lin", PASSWORD) for _ in range(3))
    SignIn.objects.filter(session_key=phone.session.session_key).update(
        agent="Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36", address="10.0.0.7"
    )
    page = here.get("/account/").content.decode()
    assert "Chrome · Android" in page
    assert "10.0.0.7" in page
    assert page.count("/end/") == 3  # two others one by one, and all others
    pk = SignIn.objects.get(session_key=phone.session.session_key).pk
    assert here.post(f"/account/sessions/{pk}/end/").status_code == 302
    assert phone.get("/account/").status_code == 302
    assert home.get("/account/").status_code == 200
    here.post("/account/sessions/end/")
    assert home.get("/account/").status_code == 302
    assert here.get("/account/").status_code == 200
    assert [one.current for one in sessions_of(lin, here.session.session_key)] == [True]
    assert actions().count("session.ended") == 2


def test_nobody_ends_the_sessions_of_others() -> None:
    account_create(username="lin", password=PASSWORD, role="agent")
    account_create(username="zhao", password=PASSWORD, role="admin")
    lin, zhao = sign_in("lin", PASSWORD), sign_in("zhao", PASSWORD)
    pk = SignIn.objects.get(session_key=zhao.session.session_key).pk
    assert lin.post(f"/account/sessions/{pk}/end/").status_code == 404
    assert zhao.get("/account/").status_code == 200


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one() -> None:
    lin = account_create(username="lin", password=PASSWORD, role="agent")
    here, there = sign_in("lin", PASSWORD), sign_in("lin", PASSWORD)
    here.post("/account/password/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert here.get("/account/").status_code == 200
    assert there.get("/account/").status_code == 302
    assert [one.current for one in sessions_of(lin, here.session.session_key)] == [True]


def test_signing_out_takes_the_session_off_the_list() -> None:
    lin = account_create(username="lin", password=PASSWORD, role="agent")
    client = sign_in("lin", PASSWORD)
    assert len(sessions_of(lin)) == 1
    client.post("/sign-out/")
    assert sessions_of(lin) == []


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0 Edg/126.0", "Edge · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) MicroMessenger/8.0.50", "WeChat · iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/17.5 Safari/605.1.15", "Safari · macOS"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox · Linux"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", ""),
    ],
)  # fmt: skip
def test_devices_in_words(agent: str, device: str) -> None:
    assert device_of(agent) == device
