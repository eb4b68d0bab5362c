"""Problems, evidence, causes by the API alone: from opening to a locked cause, with conflicts said."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from qualityloop.foundation.api import metering
from qualityloop.foundation.api.services import token_create
from qualityloop.improvement.causes.models import CauseTag
from qualityloop.improvement.problems.models import Problem
from tests.factories import a_complaint
from tests.people.conftest import House

NEW = {"title": "夜班慢", "grade": "urgent", "grade_reason": "两月", "indicator": "frt", "group": [["team", "夜班"]]}


class Caller:
    """Somebody with a token."""

    def __init__(self, house: House, who: str) -> None:
        metering.forget()
        _token, self.secret = token_create(actor=house.users[who], name="test", days=30, read_only=False)

    def __call__(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        answer = Client().generic(
            method, f"/api/v1/{path}", b"" if body is None else json.dumps(body),
            content_type="application/json", headers={"Authorization": f"Bearer {self.secret}"},
        )  # fmt: skip
        assert answer.status_code == status, answer.content.decode()
        return answer.json() if answer.content else None


@pytest.fixture
def boss(house: House) -> Caller:
    return Caller(house, "林主任")


def test_the_whole_way(house: House, boss: Caller) -> None:
    mine = {"department": house.departments["夜班"].pk, "owner": house.staff["小夜"].pk}
    opened = boss("POST", "improvements", {**NEW, **mine}, 201)
    pk = opened["problem"]["id"]
    assert (opened["new"], opened["problem"]["state"]) == (True, "open")
    assert boss("POST", "improvements", NEW)["new"] is False
    boss("PATCH", f"improvements/{pk}", {"grade": "important", "grade_reason": "只有夜班"})
    complaint = a_complaint(number="TS-1", team=house.departments["夜班"])
    given = {"target": "problem", "id": pk, "kind": "record", "record": "complaint", "record_number": "TS-1"}
    piece = boss("POST", "evidence", given, 201)
    assert piece["url"] == f"/complaints/{complaint.pk}/"
    boss("POST", "evidence", {**given, "record_number": "TS-2"}, 422)
    cause = boss("POST", f"causes/of/{pk}", {"tree": "fishbone", "text": "只排两人"}, 201)
    assert boss("PATCH", f"causes/{cause['id']}", {"version": 1, "text": "夜班只排两人"})["version"] == 2
    tree = boss("GET", f"causes/of/{pk}")["trees"][0]
    people = next(one for one in tree["causes"] if one["text"] == "人员")
    moved = boss("POST", f"causes/{cause['id']}/move", {"version": 2, "parent": people["id"]})
    assert (moved["parent"], moved["level"]) == (people["id"], 2)
    assert boss("POST", f"causes/{cause['id']}/vote")["votes"] == 1
    tag = CauseTag.objects.get(name="人手不足")
    boss("POST", f"causes/{cause['id']}/lock", {"reason": "记录都指向它", "tag": tag.pk}, 201)
    boss("PUT", f"causes/of/{pk}/direction", {"text": "增加一人", "version": 0})
    boss("PUT", f"causes/of/{pk}/direction", {"text": "增加两人", "version": 0}, 422)
    whole = boss("GET", f"causes/of/{pk}")
    assert [(r["text"], r["tag"]) for r in whole["root_causes"]] == [("夜班只排两人", "人手不足")]
    assert whole["direction"] == "增加一人"
    assert Problem.objects.get(pk=pk).state == "cause_locked"
    boss("DELETE", f"causes/{people['id']}", None, 422)
    boss("POST", f"causes/{cause['id']}/unlock", {"reason": "弄错"}, 204)
    boss("DELETE", f"causes/{people['id']}", None, 204)
    boss("DELETE", f"evidence/{piece['id']}", None, 204)
    boss("POST", f"improvements/{pk}/close", {"verdict": "effective"}, 422)
    boss("POST", f"improvements/{pk}/close", {"verdict": "dropped", "reason": "不做"}, 422)
    signed = {"verdict": "dropped", "reason": "不做", "what_next": "年底再看", "signature": "林主任"}
    assert boss("POST", f"improvements/{pk}/close", signed)["state"] == "closed"
    boss("POST", f"causes/of/{pk}", {"tree": "whys", "text": "x"}, 422)
    boss("POST", f"improvements/{pk}/reopen", {"reason": "要做"})


def test_conflicts_and_strangers(house: House, boss: Caller) -> None:
    pk = boss("POST", "improvements", {**NEW, "owner": house.staff["小周"].pk}, 201)["problem"]["id"]
    cause = boss("POST", f"causes/of/{pk}", {"tree": "whys", "text": "慢"}, 201)
    zhou, li = Caller(house, "小周"), Caller(house, "老李")
    zhou("PATCH", f"causes/{cause['id']}", {"version": 1, "text": "人少"})
    said = boss("PATCH", f"causes/{cause['id']}", {"version": 1, "text": "人懒"}, 409)
    assert said["code"] == "conflict"
    assert "人少" in said["message"]
    li("GET", f"causes/of/{pk}", None, 404)
    li("PATCH", f"causes/{cause['id']}", {"version": 2, "text": "x"}, 404)
    li("POST", "evidence", {"target": "cause", "id": cause["id"], "kind": "remark", "note": "x"}, 404)
    zhou("POST", "evidence", {"target": "cause", "id": cause["id"], "kind": "remark", "note": "排班表"}, 201)
    zhou("POST", f"causes/{cause['id']}/lock", {"reason": "x"}, 403)
    zhou("PATCH", f"improvements/{pk}", {"title": "x"}, 403)
