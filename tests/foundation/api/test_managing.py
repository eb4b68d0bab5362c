"""What administrators do on pages, done by programs: the same rules, the same entries in the audit log."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from qualityloop.foundation.access.current import current_roles
from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.api import metering
from qualityloop.foundation.api.services import token_create
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.jobs import enqueue
from qualityloop.foundation.jobs.models import JobRun
from qualityloop.foundation.models import User
from qualityloop.foundation.notices.kinds import KINDS
from qualityloop.foundation.notices.services import notify
from qualityloop.foundation.webhooks.models import Call, Subscription

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def unhurried() -> None:
    metering.forget()


@pytest.fixture
def admin(db: None) -> User:
    return account_create(username="admin", password="a good Passw0rd", role="admin", name="管理员")


@pytest.fixture
def agent(db: None) -> User:
    return account_create(username="agent", password="a good Passw0rd", role="agent", name="小周")


def call(user: User, method: str, path: str, body: Any = None, *, expect: int) -> Any:
    _token, secret = token_create(actor=user, name="test", days=30, read_only=False)
    answer = Client().generic(
        method, f"/api/v1/{path}", json.dumps(body) if body is not None else "", content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )  # fmt: skip
    assert answer.status_code == expect, answer.content.decode()
    return answer.json() if answer.content else None


def logged(action: str) -> AuditEntry:
    return AuditEntry.objects.filter(action=action).latest("sequence")


# ---- accounts and roles -----------------------------------------------------------------------------------


def test_an_account_from_its_beginning_to_its_end(admin: User, agent: User) -> None:
    new = {"username": "lin", "name": "林岚", "role": "qc", "email": "lin@example.com"}
    made = call(admin, "POST", "accounts", new, expect=201)
    lin = User.objects.get(username="lin")
    assert lin.check_password(made["one_time_password"])
    assert logged("account.created").actor_id == admin.pk
    assert made["one_time_password"] not in logged("account.created").after_json
    fields = call(admin, "POST", "accounts", new, expect=422)["fields"]
    assert {one["where"] for one in fields} == {"body.email"}
    assert call(admin, "POST", "accounts", {**new, "email": "", "role": "king"}, expect=422)["fields"][0]["where"] == (
        "body.role"
    )
    changed = call(admin, "PATCH", f"accounts/{lin.pk}", {"role": "trainer"}, expect=200)
    assert (changed["role"], changed["email"], changed["is_active"]) == ("trainer", "lin@example.com", True)
    again = call(admin, "POST", f"accounts/{lin.pk}/password", expect=200)
    assert User.objects.get(pk=lin.pk).check_password(again["one_time_password"])
    call(admin, "POST", f"accounts/{lin.pk}/do", {"do": "end_sessions"}, expect=204)
    call(admin, "POST", f"accounts/{lin.pk}/do", {"do": "promote"}, expect=422)
    assert call(admin, "PATCH", f"accounts/{lin.pk}", {"is_active": False}, expect=200)["is_active"] is False
    assert logged("account.changed").record_id == str(lin.pk)
    call(agent, "PATCH", f"accounts/{lin.pk}", {"role": "admin"}, expect=403)
    call(admin, "PATCH", "accounts/999999", {"role": "admin"}, expect=404)


def test_how_an_account_is_used(admin: User, agent: User) -> None:
    from allauth.mfa.models import Authenticator

    assert call(admin, "GET", f"accounts/{agent.pk}/access", expect=200) == {"sessions": [], "factors": [], "locks": []}
    browser = Client()
    browser.post("/sign-in/", {"login": agent.username, "password": "a good Passw0rd"})
    Authenticator.objects.create(user=agent, type="totp", data={"secret": "hidden away"})
    for _n in range(20):
        Client().post("/sign-in/", {"login": agent.username, "password": "wrong"})
    used = call(admin, "GET", f"accounts/{agent.pk}/access", expect=200)
    assert [one["address"] for one in used["sessions"]] == ["127.0.0.1"]
    assert [one["kind"] for one in used["factors"]] == ["totp"]
    assert [one["address"] for one in used["locks"]] == ["127.0.0.1"]
    assert "hidden" not in str(used)
    assert str(browser.session.session_key) not in str(used)
    call(agent, "GET", f"accounts/{agent.pk}/access", expect=403)
    call(admin, "GET", "accounts/987654/access", expect=404)


def test_nobody_locks_everybody_out(admin: User) -> None:
    text = call(admin, "PATCH", f"accounts/{admin.pk}", {"role": "agent"}, expect=422)
    assert "账号" in text["fields"][0]["message"]
    rights = call(admin, "GET", "roles/admin", expect=200)["permissions"]
    call(admin, "PATCH", "roles/admin", {"permissions": [r for r in rights if r != "foundation.roles"]}, expect=422)
    assert User.objects.get(pk=admin.pk).role == "admin"


def test_roles(admin: User, agent: User) -> None:
    before = {one["key"]: one for one in call(admin, "GET", "roles", expect=200)}
    assert len(before) == 8
    made = call(admin, "POST", "roles", {"name": "夜班组长", "copied_from": "agent"}, expect=201)
    assert made["permissions"] == before["agent"]["permissions"]
    wanted = [*made["permissions"], "audit.see"] if "audit.see" in before["admin"]["permissions"] else ["people.see"]
    changed = call(
        admin, "PATCH", f"roles/{made['key']}", {"permissions": wanted, "sees": "department", "reason": "夜班"},
        expect=200,
    )  # fmt: skip
    assert (sorted(wanted), "department") == (changed["permissions"], changed["sees"])
    assert (logged("role.changed").reason, current_roles().sees(made["key"])) == ("夜班", "department")
    call(admin, "PATCH", f"roles/{made['key']}", {"permissions": ["everything"]}, expect=422)
    call(admin, "POST", "roles", {"name": "夜班组长", "copied_from": "agent"}, expect=422)
    assert call(admin, "POST", f"roles/{made['key']}/reset", expect=200)["permissions"] == made["permissions"]
    call(admin, "DELETE", "roles/agent", expect=422)
    call(admin, "DELETE", f"roles/{made['key']}", expect=204)
    call(admin, "GET", f"roles/{made['key']}", expect=404)
    call(agent, "GET", "roles", expect=403)


# ---- jobs -------------------------------------------------------------------------------------------------


def test_jobs_are_seen_run_again_and_cancelled(admin: User, agent: User) -> None:
    run = enqueue("lake.refresh")
    assert call(admin, "GET", "jobs?job=lake.refresh", expect=200)["items"][0]["id"] == run.pk
    assert call(admin, "GET", f"jobs/{run.pk}", expect=200)["state"] == "queued"
    assert call(admin, "POST", f"jobs/{run.pk}/cancel", expect=202)["state"] == "cancelled"
    assert call(admin, "POST", f"jobs/{run.pk}/cancel", expect=409)["code"] == "ended"
    new = call(admin, "POST", f"jobs/{run.pk}/again", expect=201)
    assert (new["again_of"], JobRun.objects.count()) == (run.pk, 2)
    assert logged("job.again").actor_id == admin.pk
    call(admin, "GET", "jobs?state=asleep", expect=422)
    call(admin, "GET", "jobs/999999", expect=404)
    call(agent, "POST", f"jobs/{run.pk}/again", expect=403)


# ---- webhooks ---------------------------------------------------------------------------------------------


def test_a_subscription_and_its_calls(admin: User, agent: User) -> None:
    events = [one["key"] for one in call(admin, "GET", "webhook-events", expect=200)]
    assert {"ticket.created", "ticket.breached", "complaint.received"} <= set(events)
    new = {"name": "ERP", "url": "https://8.8.8.8/hook", "events": ["ticket.breached"]}
    made = call(admin, "POST", "webhooks", new, expect=201)
    one = Subscription.objects.get()
    assert (made["secret"], one.events, one.active) == (one.secret, ["ticket.breached"], True)
    assert "secret" not in call(admin, "GET", f"webhooks/{one.pk}", expect=200)
    for wrong in ({"url": "http://127.0.0.1/"}, {"events": ["ticket.eaten"]}, {"secret": "mine"}):
        call(admin, "POST", "webhooks", {**new, **wrong}, expect=422)
    changed = call(admin, "PATCH", f"webhooks/{one.pk}", {"active": False}, expect=200)
    assert (changed["active"], changed["events"]) == (False, ["ticket.breached"])
    assert call(admin, "POST", f"webhooks/{one.pk}/secret", expect=200)["secret"] != made["secret"]
    tested = call(admin, "POST", f"webhooks/{one.pk}/test", expect=202)
    assert call(admin, "GET", f"webhooks/{one.pk}/calls?state=waiting", expect=200)[0]["id"] == tested["id"]
    assert call(admin, "POST", f"webhooks/{one.pk}/calls/{tested['id']}/again", expect=409)["code"] == "waiting"
    Call.objects.update(state="failed")
    assert call(admin, "POST", f"webhooks/{one.pk}/calls/{tested['id']}/again", expect=202)["state"] == "waiting"
    call(agent, "GET", "webhooks", expect=403)
    call(admin, "DELETE", f"webhooks/{one.pk}", expect=204)
    call(admin, "DELETE", f"webhooks/{one.pk}", expect=404)
    assert logged("webhook.removed").actor_id == admin.pk


# ---- notices ----------------------------------------------------------------------------------------------


def test_ones_notices_and_nobody_elses(admin: User, agent: User) -> None:
    kind = KINDS["operations.deadline_overdue"]
    for number in range(3):
        notify(to=[agent], kind=kind, subject=f"第 {number} 条", url="/tickets/")
    page = call(agent, "GET", "notices?limit=2", expect=200)
    assert ([one["subject"] for one in page["items"]], page["unread"]) == (["第 2 条", "第 1 条"], 3)
    rest = call(agent, "GET", f"notices?limit=2&after={page['next']}", expect=200)
    assert [one["subject"] for one in rest["items"]] == ["第 0 条"]
    first = page["items"][0]["id"]
    assert call(agent, "POST", f"notices/{first}/read", expect=200)["read_at"]
    call(admin, "POST", f"notices/{first}/read", expect=404)
    assert len(call(agent, "GET", "notices?unread=true", expect=200)["items"]) == 2
    assert call(agent, "POST", "notices/read", expect=200) == {"read": 2}
    assert call(admin, "GET", "notices", expect=200)["items"] == []
