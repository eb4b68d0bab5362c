"""One's own settings, sessions and preferences, and the state of system and lake, for programs."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from tests.foundation.api.test_managing import admin, agent, call, unhurried

from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.jobs.models import JobRun
from qualityloop.foundation.models import User
from qualityloop.foundation.notices.kinds import KINDS
from qualityloop.foundation.notices.models import Choice, Delivery, Sent, Wishes
from qualityloop.foundation.notices.services import notify
from qualityloop.foundation.signin.models import SignIn

__all__ = ["admin", "agent", "unhurried"]

pytestmark = pytest.mark.django_db
ROBOT = "https://oapi.dingtalk.com/robot/send?access_token=abc123"


def test_notice_settings_are_changed_and_secrets_never_come_out(agent: User) -> None:
    before = call(agent, "GET", "notices/settings", expect=200)
    assert (before["digest_hour"], before["has_dingtalk_url"]) == (8, False)
    kind = before["kinds"][0]["kind"]
    change = {
        "digest_hour": 18, "quiet_from": "22:30", "quiet_to": "07:00", "dingtalk_url": ROBOT,
        "dingtalk_secret": "SEC1", "choices": [{"kind": kind, "transport": "dingtalk", "how": "digest"}],
    }  # fmt: skip
    after = call(agent, "PATCH", "notices/settings", change, expect=200)
    assert (after["digest_hour"], after["quiet_from"], after["quiet_to"]) == (18, "22:30:00", "07:00:00")
    assert (after["has_dingtalk_url"], after["has_dingtalk_secret"], after["has_feishu_url"]) == (True, True, False)
    assert next(one for one in after["kinds"] if one["kind"] == kind)["by"]["dingtalk"] == "digest"
    kept = Wishes.objects.get(user=agent)
    assert (kept.dingtalk_url, kept.dingtalk_secret) == (ROBOT, "SEC1")
    assert list(Choice.objects.values_list("kind", "transport", "how")) == [(kind, "dingtalk", "digest")]
    entry = AuditEntry.objects.latest("sequence")
    assert (entry.action, entry.record_label) == ("notice.wishes_changed", str(agent))
    for secret in ("abc123", "SEC1"):
        assert secret not in entry.after_json
        assert secret not in str(after)
    less = call(agent, "PATCH", "notices/settings", {"quiet_from": None, "quiet_to": None}, expect=200)
    assert less == {**after, "quiet_from": None, "quiet_to": None}
    kept.refresh_from_db()
    assert kept.dingtalk_url == ROBOT  # what is left out stays
    gone = call(agent, "PATCH", "notices/settings", {"dingtalk_url": "", "dingtalk_secret": ""}, expect=200)
    assert gone["has_dingtalk_url"] is False
    client = Client()
    client.force_login(agent)
    assert 'value="18" selected' in client.get("/notices/settings/").content.decode()


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"quiet_from": "22:00"}, "body.quiet_to"), ({"quiet_from": "25:00"}, "body.quiet_from"),
        ({"digest_hour": 24}, "body.digest_hour"),
        ({"feishu_url": "https://evil.example/open-apis/"}, "body.feishu_url"),
        ({"choices": [{"kind": "no.such", "transport": "email", "how": "now"}]}, "body.choices.0"),
        ({"choices": [{"kind": "{kind}", "transport": "page", "how": "digest"}]}, "body.choices.0"),
        ({"user": 1}, "body.user"),
    ],
)  # fmt: skip
def test_wrong_notice_settings_are_refused_at_the_field(agent: User, change: dict[str, Any], where: str) -> None:
    kind = call(agent, "GET", "notices/settings", expect=200)["kinds"][0]["kind"]
    for choice in change.get("choices", []):
        choice["kind"] = choice["kind"].replace("{kind}", kind)
    answer = call(agent, "PATCH", "notices/settings", change, expect=422)
    assert answer["fields"][0]["where"] == where
    assert not Wishes.objects.exists()


def test_deliveries_are_for_their_owner_and_who_answers_for_them(admin: User, agent: User, settings: Any) -> None:
    settings.QUALITYLOOP_EMAIL_READY = True
    User.objects.update(email="a@example.com")
    agent.refresh_from_db()
    stranger = account_create(username="wang", password="a good Passw0rd", role="agent")
    kind = next(one for one in KINDS.values() if "email" in one.transports)
    notify(to=[agent], kind=kind, subject="x")
    one = Delivery.objects.get()
    path = f"notice-deliveries/{one.pk}"
    for user in (admin, agent):
        assert [row["id"] for row in call(user, "GET", "notice-deliveries", expect=200)["items"]] == [one.pk]
        said = call(user, "GET", path, expect=200)
        assert (said["user"], said["subject"], said["transport"], said["state"]) == (agent.pk, "x", "email", "waiting")
    assert call(stranger, "GET", "notice-deliveries", expect=200)["items"] == []
    call(stranger, "GET", path, expect=404)
    assert call(admin, "GET", "notice-deliveries?state=failed", expect=200)["items"] == []
    assert call(agent, "POST", f"{path}/again", expect=409)["code"] == "not_stuck"
    Delivery.objects.update(state=Sent.UNSURE)
    call(stranger, "POST", f"{path}/again", expect=404)
    assert Delivery.objects.get().state == Sent.UNSURE
    assert call(agent, "POST", f"{path}/again", expect=202)["state"] == "waiting"
    assert AuditEntry.objects.latest("sequence").action == "notice.sent_again"


def test_sessions_are_listed_and_ended_without_their_keys(admin: User, agent: User) -> None:
    browsers = [Client() for _ in range(3)]
    for browser in browsers:
        browser.force_login(agent)
        browser.get("/account/")
    here, other, third = browsers
    SignIn.objects.update(agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")
    listed = here.get("/api/v1/me/sessions").json()
    assert [one["current"] for one in listed].count(True) == 1
    assert listed[0]["device"] == "Firefox · Linux"
    keys = list(SignIn.objects.values_list("session_key", flat=True))
    assert len(keys) == 3
    assert not any(key in str(listed) for key in keys)
    ending = SignIn.objects.get(session_key=other.session.session_key).pk
    call(admin, "DELETE", f"me/sessions/{ending}", expect=404)  # somebody else's
    call(agent, "DELETE", f"me/sessions/{ending}", expect=204)
    assert AuditEntry.objects.latest("sequence").record_id == str(agent.pk)
    assert other.get("/account/").status_code == 302
    assert here.post("/api/v1/me/sessions/end-others").json() == {"ended": 1}
    assert third.get("/account/").status_code == 302
    assert here.get("/account/").status_code == 200
    assert call(agent, "POST", "me/sessions/end-others", expect=200) == {"ended": 1}  # a token is no session
    assert here.get("/account/").status_code == 302
    assert call(agent, "GET", "me/sessions", expect=200) == []


def test_preferences_go_with_the_account(agent: User) -> None:
    assert call(agent, "GET", "me/preferences", expect=200) == {"language": "zh-hans", "theme": "auto"}
    changed = call(agent, "PATCH", "me/preferences", {"theme": "dark"}, expect=200)
    assert changed == {"language": "zh-hans", "theme": "dark"}
    call(agent, "PATCH", "me/preferences", {"language": "en"}, expect=200)
    assert call(agent, "GET", "me/preferences", expect=200) == {"language": "en", "theme": "dark"}
    client = Client()
    client.force_login(agent)
    assert 'lang="en"' in client.get("/account/").content.decode()
    client.patch("/api/v1/me/preferences", {"language": "zh-hans"}, content_type="application/json")
    assert client.cookies["ql_language"].value == "zh-hans"
    for wrong in ({"language": "fr"}, {"theme": "pink"}, {"role": "admin"}):
        call(agent, "PATCH", "me/preferences", wrong, expect=422)
    agent.refresh_from_db()
    assert (agent.language, agent.theme, agent.role) == ("zh-hans", "dark", "agent")


def test_the_state_of_the_system(admin: User, agent: User, settings: Any, tmp_path: Any) -> None:
    settings.QUALITYLOOP_HOME = tmp_path
    said = call(admin, "GET", "system", expect=200)
    assert (said["home"], said["free_bytes"] > 0) == (str(tmp_path), True)
    client = Client()
    client.force_login(admin)
    page = client.get("/system/")
    assert said["problems"] == page.context["problems"]
    assert [one["label"] for one in said["checks"]] == [label for label, _texts in page.context["lines"]]
    assert {f["text"] for one in said["checks"] for f in one["findings"]} == {
        text for _label, texts in page.context["lines"] for _level, text in texts
    }
    call(agent, "GET", "system", expect=403)


def test_the_lake_is_looked_at_and_refreshed(admin: User, agent: User, settings: Any, tmp_path: Any) -> None:
    settings.QUALITYLOOP_HOME = tmp_path
    empty = call(admin, "GET", "lake", expect=200)
    assert (empty["snapshot"], empty["datasets"], empty["run"]) == (None, [], None)
    run = call(admin, "POST", "lake/refresh", {}, expect=202)
    assert (run["job"], run["state"]) == ("lake.refresh", "queued")
    assert call(admin, "POST", "lake/refresh", {}, expect=202)["id"] == run["id"]
    assert call(admin, "GET", "lake", expect=200)["run"]["id"] == run["id"]
    assert call(admin, "POST", "lake/refresh", {"rebuild": True}, expect=202)["job"] == "lake.rebuild"
    assert set(JobRun.objects.values_list("key", "actor")) == {
        ("lake.refresh", admin.pk), ("lake.rebuild", admin.pk),
    }  # fmt: skip
    call(admin, "POST", "lake/refresh", {"rebuild": "perhaps"}, expect=422)
    call(agent, "GET", "lake", expect=403)
    call(agent, "POST", "lake/refresh", {}, expect=403)


def test_the_datasets_of_the_lake_are_those_of_the_page(admin: User, settings: Any, tmp_path: Any) -> None:
    from qualityloop.demo import generate

    settings.QUALITYLOOP_HOME = tmp_path
    generate(tmp_path / "lake", tickets=50)
    said = call(admin, "GET", "lake", expect=200)
    client = Client()
    client.force_login(admin)
    shown = client.get("/data/").context["datasets"]
    assert [(one["label"], f"{one['rows']:,}") for one in said["datasets"]] == [(one.label, one.rows) for one in shown]
    assert next(one for one in said["datasets"] if one["key"] == "tickets")["rows"] == 50
