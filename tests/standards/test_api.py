"""Standards for programs: one set of operations for every kind, by the same rules as the pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from qualityloop.analysis.lake import Lake
from qualityloop.analysis.messages import Text
from qualityloop.foundation.api import metering
from qualityloop.foundation.api.services import token_create
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.standards.calendars.content import begun as calendar_begun
from qualityloop.standards.documents import MAP_EDITOR, SHEET_EDITOR, SOP_EDITOR
from qualityloop.standards.sla.content import begun as sla_begun
from qualityloop.standards.versions.kinds import KINDS
from qualityloop.standards.versions.models import Document, Version
from qualityloop.standards.versions.shapes import AUTHORED, misfits

CALENDAR, SLA = calendar_begun(Text("办公", "Office")), sla_begun(Text("时限", "SLA"))
Call = Callable[..., Any]


@pytest.fixture(autouse=True)
def unhurried() -> None:
    metering.forget()


def as_(user: Any) -> Call:
    """Calls of somebody's program; `expect` is the status that has to come back."""
    _token, secret = token_create(actor=user, name="test", days=30, read_only=False)

    def call(method: str, path: str, body: Any = None, *, expect: int) -> Any:
        answer = Client().generic(
            method, f"/api/v1/standards/{path}", json.dumps(body) if body is not None else "",
            content_type="application/json", headers={"Authorization": f"Bearer {secret}"},
        )  # fmt: skip
        assert answer.status_code == expect, answer.content.decode()
        return answer.json()

    return call


def examples() -> dict[str, Any]:
    """A content of every kind, as its editor begins it."""
    authored = {
        editor.writing.kind.key: editor.writing.data(editor.writing.shipped(editor.writing.shelf()[0][0]))
        for editor in (SHEET_EDITOR, MAP_EDITOR, SOP_EDITOR)
    }
    return {"calendars": CALENDAR, "sla": SLA, **authored}


@pytest.mark.parametrize("kind", ["calendars", "sla", "score_sheets", "process_maps", "sops"])
def test_a_version_from_its_draft_to_its_end(kind: str, author: Any, reviewer: Any) -> None:
    writes, reviews, content = as_(author), as_(reviewer), examples()[kind]
    made = writes("POST", kind, {"key": "ours", "content": content, "reason": "第一版"}, expect=201)
    assert (made["number"], made["state"], made["faults"]) == (1, "draft", [])
    place = f"{kind}/ours/versions/1"
    assert AuditEntry.objects.latest("sequence").actor_id == author.pk
    assert writes("POST", kind, {"key": "ours", "content": content}, expect=422)["fields"][0]["where"] == "body.key"
    assert writes("POST", f"{place}/check", {}, expect=200) == {"faults": []}
    writes("POST", f"{place}/review", {}, expect=409)  # four eyes
    writes("POST", f"{place}/release", {}, expect=409)
    reviews("PUT", place, {"content": content}, expect=403)
    assert reviews("POST", f"{place}/review", {"note": "好"}, expect=200)["state"] == "reviewed"
    reviews("POST", f"{place}/reopen", {"reason": ""}, expect=422)
    assert reviews("POST", f"{place}/reopen", {"reason": "还差一点"}, expect=200)["state"] == "draft"
    reviews("POST", f"{place}/review", {}, expect=200)
    assert writes("POST", f"{place}/release", {}, expect=200)["state"] == "in_force"
    writes("PUT", place, {"content": content}, expect=409)
    second = writes("POST", f"{kind}/ours/versions", {"reason": "第二版"}, expect=201)
    assert (second["number"], second["content"]) == (2, made["content"])
    writes("POST", f"{kind}/ours/versions", {}, expect=409)
    name = {"zh": "新名", "en": "New name"}
    saved = writes(
        "PUT", f"{kind}/ours/versions/2", {"content": {**content, "name": name}, "known_hash": second["hash"]},
        expect=200,
    )  # fmt: skip
    assert saved["content"]["name"] == name
    writes("PUT", f"{kind}/ours/versions/2", {"content": content, "known_hash": second["hash"]}, expect=409)
    changes = reviews("GET", f"{kind}/ours/compare?old=1&new=2", expect=200)
    assert any("新名" in json.dumps(part, ensure_ascii=False) for part in changes)
    assert writes("POST", f"{kind}/ours/versions/2/withdraw", {"reason": "不要了"}, expect=200)["state"] == "withdrawn"
    lines = writes("GET", kind, expect=200)[0]["versions"]
    assert [(one["number"], one["state"]) for one in lines] == [(2, "withdrawn"), (1, "in_force")]
    assert writes("PUT", f"{kind}/ours/review-date", {"day": "2027-01-01"}, expect=200)["review_on"] == "2027-01-01"


def test_what_is_not_there_and_strangers(author: Any, signed_in: Any) -> None:
    writes = as_(author)
    for path in ("recipes", "sla/ours", "sla/ours/versions/1"):
        writes("GET", path, expect=404)
    writes("POST", "recipes", {"key": "a", "content": {}}, expect=404)
    assert Client().get("/api/v1/standards/sla").status_code == 401
    agent = signed_in("agent")
    answer = agent.get("/api/v1/standards/sla")
    assert answer.status_code == 200
    assert as_(answer.wsgi_request.user)("POST", "sla", {"key": "a", "content": SLA}, expect=403)["code"] == "forbidden"


def test_a_content_of_another_form_is_refused_with_every_place(author: Any) -> None:
    content = {**SLA, "rules": [{"key": 1, "speed": "fast"}], "more": True}
    answer = as_(author)("POST", "sla", {"key": "ours", "content": content}, expect=422)
    assert {one["where"] for one in answer["fields"]} == {
        "body.content.rules.0.key", "body.content.rules.0.speed", "body.content.more",
    }  # fmt: skip
    assert not Document.objects.exists()


def test_what_is_wrong_keeps_a_draft_from_its_review(author: Any, reviewer: Any) -> None:
    rules = [{"key": "all", "response": "soon"}]
    made = as_(author)("POST", "sla", {"key": "ours", "content": {**SLA, "rules": rules}}, expect=201)
    assert [one["field"] for one in made["faults"]] == ["rules.0.response"]
    answer = as_(reviewer)("POST", "sla/ours/versions/1/review", {}, expect=422)
    assert answer["fields"][0]["where"] == "body.content.rules.0.response"
    assert Version.objects.get().state == "draft"


@pytest.mark.usefixtures("home")
def test_trying_out(author: Any, draft: Version, lake: Lake) -> None:
    writes = as_(author)
    found = writes("POST", "indicators/ours/versions/1/preview", {}, expect=200)
    assert found["faults"] == []
    assert any(line["new"] for line in found["result"]["lines"])
    writes("POST", "sla", {"key": "ours", "content": SLA}, expect=201)
    counted = writes("POST", "sla/ours/versions/1/preview", {}, expect=200)["result"]
    assert counted["new"][-1]["n"] == counted["tickets"] > 0
    wrong = {**SLA, "rules": []}
    assert writes("POST", "sla/ours/versions/1/preview", {"content": wrong}, expect=200)["result"] is None
    writes("POST", "calendars", {"key": "ours", "content": CALENDAR}, expect=201)
    assert writes("POST", "calendars/ours/versions/1/preview", {}, expect=409)["code"] == "no_preview"


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.django_db
@settings(
    max_examples=40,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_whatever_has_the_form_can_be_checked_and_compared(data: st.DataObject) -> None:
    """No content that passes the form breaks what reads it, whatever is written at whatever place."""
    kind = data.draw(st.sampled_from(sorted(KINDS)))
    content = data.draw(st.dictionaries(st.sampled_from(_names(kind)), ANY, max_size=4))
    base = dict(examples().get(kind, {}))
    for one in (content, base | content):
        if not list(misfits(KINDS[kind].shape or AUTHORED, one)):
            KINDS[kind].check(one)
            KINDS[kind].sections(one)
            KINDS[kind].name(one)


def _names(kind: str) -> list[str]:
    shape = KINDS[kind].shape
    return sorted(shape) if shape else sorted({*examples().get(kind, {}), "name", "scope", "steps", "roles", "readers"})
