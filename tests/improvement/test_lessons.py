"""Lessons: written when a problem is closed, found, changed, shared, marked as useful; the register of a year."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.notices.models import Notice
from qualityloop.improvement.lessons import services
from qualityloop.improvement.lessons.models import Lesson
from qualityloop.improvement.lessons.yearly import years_for
from qualityloop.improvement.plans.models import Plan
from qualityloop.improvement.plans.services import plans
from qualityloop.improvement.problems.services import problem_open, problem_state
from tests.improvement.plans_factories import running
from tests.people.conftest import House

SIGNED: dict[str, Any] = {
    "verdict": "dropped", "reason": "改用新系统", "what_next": "其他组照此办理", "signature": "林主任",
}  # fmt: skip


def closed(house: House, title: str = "夜班慢") -> Lesson:
    leader, boss = house.users["陈班长"], house.users["林主任"]
    problem = problem_open(actor=leader, title=title, what="夜里没人接", grade="urgent", grade_reason="x").problem
    problem_state(actor=boss, problem=problem, state="closed", **SIGNED)
    return Lesson.objects.get(problem=problem)


def browser(house: House, who: str) -> Client:
    client = Client()
    client.force_login(house.users[who])
    return client


def test_closing_writes_the_lesson_once_and_keeps_what_people_wrote(house: House) -> None:
    one = closed(house)
    assert (one.title, one.what, one.failed, one.elsewhere) == ("夜班慢", "夜里没人接", "改用新系统", "其他组照此办理")
    services.lesson_change(actor=house.users["林主任"], lesson=one, worked="两人轮班")
    problem_state(actor=house.users["林主任"], problem=one.problem, state="open", reason="又来了")
    problem_state(actor=house.users["林主任"], problem=one.problem, state="closed", **SIGNED)
    assert Lesson.objects.get().worked == "两人轮班"
    assert AuditEntry.objects.filter(action="lesson.written").count() == 1
    with pytest.raises(ValueError, match="verdict"):
        services.lesson_change(actor=house.users["林主任"], lesson=one, verdict="effective")


def test_each_person_counts_once(house: House) -> None:
    one = closed(house)
    for who in ("小周", "老李"):
        services.lesson_useful(actor=house.users[who], lesson=one)
    assert services.lesson_useful(actor=house.users["小周"], lesson=one).useful == 1
    assert services.lesson_useful(actor=house.users["小周"], lesson=one).useful == 2


def test_shared_with_the_people_of_departments_once(house: House) -> None:
    one, boss = closed(house), house.users["林主任"]
    assert services.lesson_share(actor=boss, lesson=one, departments=[house.departments["夜班"]]) == 1
    both = [house.departments["夜班"], house.departments["二线"]]
    assert services.lesson_share(actor=boss, lesson=one, departments=both) == 1
    assert set(Notice.objects.filter(kind="lesson.shared").values_list("user__name", flat=True)) == {"小夜", "老李"}
    with pytest.raises(ValidationError):
        services.lesson_share(actor=boss, lesson=one, departments=[])


def test_pages_search_and_rights(house: House) -> None:
    one, other = closed(house), closed(house, "备件慢")
    agent, boss = browser(house, "老李"), browser(house, "林主任")
    found = agent.get("/improvement/lessons/", {"q": "备件"}).content.decode()
    assert other.title in found
    assert one.title not in found
    page = agent.get(f"/improvement/lessons/{one.pk}/").content.decode()
    assert "夜里没人接" in page
    assert f"/problems/{one.problem_id}/" not in page  # not of their department
    assert agent.get(f"/improvement/lessons/{one.pk}/edit/").status_code == 404
    agent.post(f"/improvement/lessons/{one.pk}/useful/")
    assert Lesson.objects.get(pk=one.pk).useful == 1
    values = {name: getattr(one, name) for name in services.FIELDS} | {"elsewhere": "二线也适用"}
    boss.post(f"/improvement/lessons/{one.pk}/edit/", values)
    assert Lesson.objects.get(pk=one.pk).elsewhere == "二线也适用"
    assert boss.get(f"/improvement/lessons/{one.pk}/share/").status_code == 200
    boss.post(f"/improvement/lessons/{one.pk}/share/", {"departments": [house.departments["二线"].pk]})
    assert Notice.objects.filter(kind="lesson.shared", user=house.users["老李"]).count() == 1


def test_the_register_counts_what_one_may_see(house: House) -> None:
    closed(house)
    measure = running(house.users["陈班长"])
    frozen = Plan.objects.get(pk=measure.plan_id).frozen_at
    assert frozen is not None
    (year,) = years_for(house.users["林主任"])
    assert (year.opened, year.closed, year.measures, year.judged, year.share) == (2, 1, 1, 0, None)
    assert years_for(house.users["老李"]) == []
    boss = browser(house, "林主任")
    assert "持续改进台账" in boss.get("/improvement/register/").content.decode()
    file = boss.get("/improvement/register/?format=csv").content.decode("utf-8-sig")
    assert file.splitlines()[1].startswith(f"{year.year},2,1,1,0,0,0,0")
    plans.plan_adjust(actor=house.users["陈班长"], plan=measure.plan, reason="换方法")
    assert years_for(house.users["林主任"])[0].measures == 1  # a draft has not begun


def test_lessons_by_api(house: House) -> None:
    one, boss = closed(house), browser(house, "林主任")
    url = f"/api/v1/lessons/{one.pk}"
    told = boss.get(url).json()
    assert (told["title"], told["failed"], told["mine"], told["problem"]) == (
        "夜班慢", "改用新系统", False, one.problem.number,
    )  # fmt: skip
    changed = boss.patch(url, {"worked": "两人轮班", "tags": "夜班 首响"}, "application/json").json()
    assert (changed["worked"], changed["tags"], changed["what"]) == ("两人轮班", "夜班 首响", "夜里没人接")
    assert AuditEntry.objects.filter(action="lesson.changed").count() == 1
    assert boss.patch(url, {"verdict": "effective"}, "application/json").status_code == 422
    agent = browser(house, "小周")
    assert agent.patch(url, {"worked": "x"}, "application/json").status_code == 403
    for _again in range(2):
        assert agent.put(f"{url}/useful", {"useful": True}, "application/json").json()["useful"] == 1
    assert agent.put(f"{url}/useful", {"useful": False}, "application/json").json()["useful"] == 0
    shared = boss.post(f"{url}/share", {"departments": [house.departments["夜班"].pk]}, "application/json")
    assert shared.json() == {"told": 1}
    assert boss.post(f"{url}/share", {"departments": [99999]}, "application/json").status_code == 422
    assert boss.post(f"{url}/share", {"departments": []}, "application/json").status_code == 422
    assert set(Notice.objects.filter(kind="lesson.shared").values_list("user__name", flat=True)) == {"小夜"}


def test_writing_the_lesson_of_a_closed_problem_by_api(house: House) -> None:
    one, boss = closed(house), browser(house, "林主任")
    problem = one.problem
    assert boss.post("/api/v1/lessons", {"problem": problem.pk}, "application/json").status_code == 409
    Lesson.objects.all().delete()  # closed before there were lessons
    made = boss.post("/api/v1/lessons", {"problem": problem.pk, "worked": "两人轮班"}, "application/json")
    assert made.status_code == 201
    assert (made.json()["worked"], made.json()["failed"]) == ("两人轮班", "改用新系统")
    open_one = problem_open(actor=house.users["陈班长"], title="还开着", grade="urgent", grade_reason="x").problem
    assert boss.post("/api/v1/lessons", {"problem": open_one.pk}, "application/json").status_code == 409
    assert boss.post("/api/v1/lessons", {"problem": 99999}, "application/json").status_code == 422


def test_the_register_by_api_has_the_numbers_of_its_page(house: House) -> None:
    closed(house)
    boss = browser(house, "林主任")
    [year] = boss.get("/api/v1/lessons/register").json()
    file = boss.get("/improvement/register/?format=csv").content.decode("utf-8-sig").splitlines()
    names = ("year", "opened", "closed", "measures", "effective", "not_effective", "cannot_tell_yet", "standards")
    assert file[1].split(",")[:8] == [str(year[name]) for name in names]
    assert (year["opened"], year["closed"], year["net_mean"]) == (1, 1, None)


def test_the_register_shows_what_was_closed_without_proof(house: House) -> None:
    """A promise is no yield: it is shown, and not counted."""
    leader, boss = house.users["陈班长"], house.users["林主任"]
    account = {"hours_saved": [100, 200, 300], "hourly_rate": [50, 50, 50], "cost": [0, 0, 0]}
    measure = running(leader, account=account)
    problem_state(actor=boss, problem=measure.plan.problem, state="closed", **SIGNED)
    (year,) = years_for(boss)
    (one,) = year.yields
    assert (one.measure.pk, one.evaluation, one.proof) == (measure.pk, None, False)
    assert (year.proven, year.unproven, year.proven_benefit) == (0, 1, None)
    promised = year.unproven_benefit
    assert promised is not None
    assert 100 * 50 <= promised[0] <= promised[1] <= promised[2] <= 300 * 50
    page = browser(house, "林主任").get("/improvement/register/").content.decode()
    assert "没有证明" in page
    assert "从未评估" in page
    answer = browser(house, "林主任").get("/api/v1/lessons/register").json()
    assert (answer[0]["unproven"], answer[0]["yields"][0]["verdict"]) == (1, "")
    assert browser(house, "老李").get("/api/v1/lessons/register").json() == []
