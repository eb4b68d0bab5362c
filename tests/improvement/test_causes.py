"""Fishbones and whys that several people change at once: nothing is lost, everybody takes back their own."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.improvement.causes import editing
from qualityloop.improvement.causes.editing import (
    Conflict,
    node_add,
    node_change,
    node_move,
    node_remove,
    revision_of,
    trees_start,
    undo,
    vote,
)
from qualityloop.improvement.causes.models import Category, CauseTag, Direction, Edit, Node, RootCause
from qualityloop.improvement.causes.queries import Branch, tree_of
from qualityloop.improvement.causes.services import cause_lock, cause_unlock, direction_set
from qualityloop.improvement.problems.models import Problem
from qualityloop.improvement.problems.services import problem_state
from tests.improvement.test_problems import a_problem
from tests.operations.test_pages import browser
from tests.people.conftest import House


@pytest.fixture
def problem(house: House) -> Problem:
    one = a_problem(house, department=house.departments["一线"], owner=house.staff["小周"])
    trees_start(actor=house.users["林主任"], problem=one)
    return one


def outline(problem: Problem, tree: str = "fishbone") -> str:
    """人(技能(…),人手),机 …"""

    def said(branches: list[Branch]) -> str:
        return ",".join(b.node.text + (f"({said(b.children)})" if b.children else "") for b in branches)

    return said(tree_of(problem, tree).tops)


def top(problem: Problem, n: int = 0) -> Node:
    return tree_of(problem, "fishbone").tops[n].node


def grown(house: House, problem: Problem) -> dict[str, Node]:
    """Below the first category: a (a1, a2), b, c."""
    boss, root = house.users["林主任"], top(problem)
    made = {name: node_add(actor=boss, problem=problem, tree="fishbone", text=name, parent=root) for name in "abc"}
    for name in ("a1", "a2"):
        made[name] = node_add(actor=boss, problem=problem, tree="fishbone", text=name, parent=made["a"])
    return made


def below(problem: Problem) -> str:
    return outline(problem).split(",设备")[0].removeprefix("人员")


def test_it_begins_with_the_categories_in_use_once(house: House, problem: Problem) -> None:
    assert outline(problem) == "人员,设备与系统,物料与知识,方法与流程,环境"
    trees_start(actor=house.users["小周"], problem=problem)
    assert Node.objects.count() == 5
    Category.objects.filter(name="环境").update(active=False)
    other = a_problem(house)
    trees_start(actor=house.users["小周"], problem=other)
    assert outline(other) == "人员,设备与系统,物料与知识,方法与流程"


def test_nodes_are_hung_behind_each_other(house: House, problem: Problem) -> None:
    made = grown(house, problem)
    assert below(problem) == "(a(a1,a2),b,c)"
    node_add(actor=None, problem=problem, tree="fishbone", text="a3", parent=made["a"], after=made["a1"])
    assert below(problem) == "(a(a1,a3,a2),b,c)"
    entry = AuditEntry.objects.filter(action="cause.added").last()
    assert entry is not None
    assert (entry.record_id, entry.after["improvement_causes.node.text"]) == (str(problem.pk), "a3")


def test_moving_takes_everything_along_and_never_into_itself(house: House, problem: Problem) -> None:
    made, boss = grown(house, problem), house.users["林主任"]
    node_move(actor=boss, node=made["a"], version=1, parent=made["c"])
    assert below(problem) == "(b,c(a(a1,a2)))"
    with pytest.raises(ValidationError):
        node_move(actor=boss, node=made["c"], version=1, parent=made["a2"])
    node_move(actor=boss, node=made["a2"], version=1, parent=top(problem), first=True)
    assert below(problem) == "(a2,b,c(a(a1)))"


def test_a_tree_has_its_limits(house: House, problem: Problem, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editing, "DEEPEST", 3)
    made = grown(house, problem)
    with pytest.raises(ValidationError):
        node_add(actor=None, problem=problem, tree="fishbone", text="x", parent=made["a1"])
    with pytest.raises(ValidationError):
        node_move(actor=None, node=made["a"], version=1, parent=made["b"])
    node_move(actor=None, node=made["c"], version=1, parent=made["b"])


def test_two_write_the_same_text_and_both_texts_are_kept(house: House, problem: Problem) -> None:
    made = grown(house, problem)
    boss, zhou = house.users["林主任"], house.users["小周"]
    node_change(actor=boss, node=made["a"], version=1, text="培训不足")
    with pytest.raises(Conflict) as raised:
        node_change(actor=zhou, node=made["a"], version=1, text="没人教")
    assert (raised.value.theirs, raised.value.mine, raised.value.who) == ("培训不足", "没人教", "林主任")
    assert Node.objects.get(pk=made["a"].pk).text == "培训不足"
    assert node_change(actor=zhou, node=made["a"], version=2, text="没人教").text == "没人教"


def test_different_things_of_one_node_go_side_by_side(house: House, problem: Problem) -> None:
    made = grown(house, problem)
    boss, zhou = house.users["林主任"], house.users["小周"]
    node_change(actor=boss, node=made["a"], version=1, text="培训不足")
    node_move(actor=zhou, node=made["a"], version=1, parent=made["b"])
    node_change(actor=zhou, node=made["a"], version=1, known_by="问了五个人")
    kept = Node.objects.get(pk=made["a"].pk)
    assert (kept.text, kept.parent_id, kept.known_by, kept.version) == ("培训不足", made["b"].pk, "问了五个人", 4)
    with pytest.raises(Conflict):
        node_move(actor=boss, node=made["a"], version=1, parent=made["c"])


def test_what_was_taken_back_is_in_nobodys_way(house: House, problem: Problem) -> None:
    made = grown(house, problem)
    boss, zhou = house.users["林主任"], house.users["小周"]
    node_change(actor=boss, node=made["a"], version=1, text="培训不足")
    undo(actor=boss, problem=problem, tree="fishbone")
    assert node_change(actor=zhou, node=made["a"], version=1, text="没人教").text == "没人教"


def test_what_others_hung_below_is_not_thrown_away(house: House, problem: Problem) -> None:
    made = grown(house, problem)
    boss, zhou = house.users["林主任"], house.users["小周"]
    seen = revision_of(problem, "fishbone")
    node_add(actor=zhou, problem=problem, tree="fishbone", text="小周的发现", parent=made["a1"])
    with pytest.raises(Conflict) as raised:
        node_remove(actor=boss, node=made["a"], version=1, revision=seen)
    assert "小周的发现" in str(raised.value)
    assert below(problem) == "(a(a1(小周的发现),a2),b,c)"
    node_remove(actor=boss, node=made["a"], version=1, revision=revision_of(problem, "fishbone"))
    assert below(problem) == "(b,c)"
    with pytest.raises(Conflict):
        node_change(actor=zhou, node=made["a"], version=1, text="我还在写")


def test_everybody_takes_back_their_own_changes_one_by_one(house: House, problem: Problem) -> None:
    made = grown(house, problem)
    boss, zhou = house.users["林主任"], house.users["小周"]
    start = below(problem)
    node_change(actor=boss, node=made["b"], version=1, text="B")
    node_move(actor=boss, node=made["c"], version=1, parent=made["a"])
    node_remove(actor=boss, node=made["a"], version=1, revision=revision_of(problem, "fishbone"))
    node_change(actor=zhou, node=made["b"], version=2, known_by="x")
    assert below(problem) == "(B)"
    for expected in ("(a(a1,a2,c),B)", "(a(a1,a2),B,c)", start, "(a(a1),b,c)"):
        assert undo(actor=boss, problem=problem, tree="fishbone") is not None
        assert below(problem) == expected
    assert undo(actor=zhou, problem=problem, tree="fishbone") is not None
    assert Node.objects.get(pk=made["b"].pk).known_by == ""
    assert undo(actor=zhou, problem=problem, tree="fishbone") is None


def test_undoing_does_not_undo_what_others_built_on_it(house: House, problem: Problem) -> None:
    boss, zhou = house.users["林主任"], house.users["小周"]
    mine = node_add(actor=boss, problem=problem, tree="fishbone", text="a", parent=top(problem))
    node_add(actor=zhou, problem=problem, tree="fishbone", text="a1", parent=mine)
    with pytest.raises(Conflict):
        undo(actor=boss, problem=problem, tree="fishbone")
    node_change(actor=zhou, node=mine, version=1, text="A")
    assert below(problem) == "(A(a1))"


def test_one_vote_each(house: House, problem: Problem) -> None:
    bone = grown(house, problem)["a"]
    assert vote(actor=house.users["小周"], node=bone)
    assert vote(actor=house.users["林主任"], node=bone)
    assert bone.votes.count() == 2
    assert not vote(actor=house.users["小周"], node=bone)
    assert bone.votes.count() == 1


def test_two_roots_at_most_with_reasons_move_the_problem_on(house: House, problem: Problem) -> None:
    made, boss = grown(house, problem), house.users["林主任"]
    tag = CauseTag.objects.get(name="培训不到位")
    for bad in ({"reason": " ", "tag": tag}, {"reason": "因为", "tag": None}):
        with pytest.raises(ValidationError):
            cause_lock(actor=boss, node=made["a1"], **bad)
    first = cause_lock(actor=boss, node=made["a1"], reason="数据都指向它", tag=tag)
    problem.refresh_from_db()
    assert problem.state == "cause_locked"
    shown = {b.node.text: b for t in tree_of(problem, "fishbone").tops for b in t.walk()}
    assert [name for name, b in shown.items() if b.on_chain] == ["人员", "a", "a1"]
    with pytest.raises(ValidationError):
        node_remove(actor=boss, node=made["a"], version=1, revision=10**9)
    cause_lock(actor=boss, node=made["b"], reason="也是", tag=tag)
    with pytest.raises(ValidationError):
        cause_lock(actor=boss, node=made["c"], reason="还有", tag=tag)
    second = RootCause.objects.get(node=made["b"])
    with pytest.raises(ValidationError):
        cause_unlock(actor=boss, cause=second, reason="")
    cause_unlock(actor=boss, cause=second, reason="弄错了")
    problem.refresh_from_db()
    assert problem.state == "cause_locked"
    problem_state(actor=boss, problem=problem, state="planned")
    with pytest.raises(ValidationError):
        cause_unlock(actor=boss, cause=first, reason="计划之后")
    problem_state(actor=boss, problem=problem, state="cause_locked", reason="重来")
    cause_unlock(actor=boss, cause=first, reason="都不是")
    problem.refresh_from_db()
    assert problem.state == "open"
    assert AuditEntry.objects.get(action="cause.unlocked", reason="弄错了").before == {
        "improvement_causes.rootcause.text": "b"
    }


def test_the_direction_is_not_overwritten_unseen(house: House, problem: Problem) -> None:
    direction_set(actor=house.users["林主任"], problem=problem, text="先培训", version=0)
    with pytest.raises(ValidationError, match=r"先培训.*先招人"):
        direction_set(actor=house.users["陈班长"], problem=problem, text="先招人", version=0)
    direction_set(actor=house.users["陈班长"], problem=problem, text="先招人", version=1)
    assert Direction.objects.get().text == "先招人"


# ---- pages -------------------------------------------------------------------------------------------------


def sent(client: Client, problem: Problem, **values: Any) -> Any:
    url = reverse("improvement_causes:do", args=[problem.pk, values.pop("tree", "fishbone")])
    return client.post(url, values, headers={"X-Part": "1"})


def test_two_sessions_interleaved(house: House, problem: Problem) -> None:
    made = grown(house, problem)
    boss, zhou = browser(house, "林主任"), browser(house, "小周")
    part = reverse("improvement_causes:part", args=[problem.pk, "fishbone"])
    revision = revision_of(problem, "fishbone")
    assert zhou.get(part, {"revision": revision}).status_code == 204
    assert sent(boss, problem, do="change", node=made["a"].pk, version=1, text="培训不足").status_code == 200
    assert "培训不足" in zhou.get(part, {"revision": revision}).content.decode()
    answer = sent(zhou, problem, do="change", node=made["a"].pk, version=1, text="没人教")
    body = answer.content.decode()
    assert answer.status_code == 409
    assert "林主任" in body
    assert 'value="没人教"' in body
    assert 'name="version" value="2"' in body
    assert sent(zhou, problem, do="change", node=made["a"].pk, version=2, text="没人教").status_code == 200
    assert sent(zhou, problem, do="add", parent=made["b"].pk, text="b1").status_code == 200
    answer = sent(boss, problem, do="remove", node=made["b"].pk, version=1, revision=revision)
    assert answer.status_code == 409
    assert below(problem) == "(没人教(a1,a2),b(b1),c)"


@pytest.mark.parametrize(
    ("do", "node", "expected"),
    [
        ("indent", "b", "(a(a1,a2,b),c)"), ("indent", "a", "(a(a1,a2),b,c)"), ("outdent", "a1", "(a(a2),a1,b,c)"),
        ("outdent", "a", "(a(a1,a2),b,c)"), ("up", "c", "(a(a1,a2),c,b)"), ("up", "b", "(b,a(a1,a2),c)"),
        ("down", "a", "(b,a(a1,a2),c)"), ("down", "c", "(a(a1,a2),b,c)"), ("remove", "a", "(b,c)"),
    ],
)  # fmt: skip
def test_keys(house: House, problem: Problem, do: str, node: str, expected: str) -> None:
    made = grown(house, problem)
    revision = revision_of(problem, "fishbone")
    answer = sent(browser(house, "林主任"), problem, do=do, node=made[node].pk, version=1, revision=revision)
    assert answer.status_code == (422 if (do, node) == ("outdent", "a") else 200)
    assert below(problem) == expected
    assert "data-focus" in answer.content.decode()


def test_without_scripts_the_buttons_do_the_same(house: House, problem: Problem) -> None:
    client = browser(house, "小周")
    url = reverse("improvement_causes:do", args=[problem.pk, "fishbone"])
    page = client.post(url, {"do": "add", "parent": top(problem).pk, "text": "人手不够"}, follow=True).content.decode()
    assert "人手不够" in page
    assert "ql-fish" in page
    page = client.post(url, {"do": "add", "parent": top(problem).pk, "text": " "}, follow=True).content.decode()
    assert "请写明原因是什么" in page
    client.post(url, {"do": "undo"})
    assert below(problem) == ""


def test_a_closed_problem_and_a_foreign_one(house: House, problem: Problem) -> None:
    node = grown(house, problem)["a"]
    stranger = browser(house, "老李")
    for name, args in (("tree", [problem.pk, "fishbone"]), ("part", [problem.pk, "whys"]), ("node", [node.pk])):
        assert stranger.get(reverse(f"improvement_causes:{name}", args=args)).status_code == 404
    assert sent(stranger, problem, do="vote", node=node.pk).status_code == 404
    other = a_problem(house)
    assert sent(browser(house, "林主任"), other, do="vote", node=node.pk).status_code == 422
    boss = browser(house, "林主任")
    assert boss.get(reverse("improvement_causes:tree", args=[problem.pk, "bush"])).status_code == 404
    problem_state(
        actor=house.users["林主任"],
        problem=problem,
        state="closed",
        verdict="dropped",
        reason="x",
        what_next="y",
        signature="林主任",
    )
    assert sent(boss, problem, do="add", text="x", parent=top(problem).pk).status_code == 422
    page = boss.get(reverse("improvement_causes:tree", args=[problem.pk, "fishbone"])).content.decode()
    assert "data-may-change" not in page


def test_a_cause_is_locked_and_asked_about_on_the_pages(house: House, problem: Problem) -> None:
    made, client = grown(house, problem), browser(house, "林主任")
    answer = client.post(reverse("improvement_causes:why", args=[made["a"].pk]))
    first = Node.objects.get(tree="whys")
    assert (first.text, first.origin_id) == ("a", made["a"].pk)
    assert answer["Location"].endswith(f"/whys/#bone-{first.pk}")
    client.post(reverse("improvement_causes:why", args=[made["a"].pk]))
    assert Node.objects.filter(tree="whys").count() == 1
    lock = reverse("improvement_causes:lock", args=[first.pk])
    assert client.post(lock, {"reason": ""}).status_code == 422
    tag = CauseTag.objects.get(name="培训不到位")
    page = client.post(lock, {"reason": "三个月的数据", "tag": tag.pk}, follow=True).content.decode()
    assert "三个月的数据" in page
    assert "培训不到位" in page
    page = client.get(reverse("improvement_problems:problem", args=[problem.pk])).content.decode()
    assert "根因已锁定" in page
    assert "三个月的数据" in page
    unlock = reverse("improvement_causes:unlock", args=[RootCause.objects.get().pk])
    assert client.post(unlock, {"reason": ""}).status_code == 422
    client.post(unlock, {"reason": "看错了"})
    assert "看错了" in client.get(reverse("improvement_causes:tree", args=[problem.pk, "whys"])).content.decode()


def test_the_page_of_a_cause_keeps_both_texts(house: House, problem: Problem) -> None:
    node = grown(house, problem)["a"]
    node_change(actor=house.users["小周"], node=node, version=1, text="小周的说法")
    url = reverse("improvement_causes:node", args=[node.pk])
    answer = browser(house, "林主任").post(url, {"text": "主任的说法", "known_by": "", "version": 1})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "小周的说法" in page
    assert 'value="主任的说法"' in page
    assert 'name="version" value="2"' in page


def test_the_direction_on_the_page(house: House, problem: Problem) -> None:
    url = reverse("improvement_causes:direction", args=[problem.pk])
    client = browser(house, "林主任")
    client.post(url, {"text": "先培训", "version": 0})
    answer = client.post(url, {"text": "先招人", "version": 0})
    assert answer.status_code == 422
    assert "先培训" in answer.content.decode()
    assert "先招人" in answer.content.decode()


def test_queries_of_a_large_tree(house: House, problem: Problem, django_assert_max_num_queries: Any) -> None:
    root = top(problem)
    for n in range(60):
        node_add(actor=house.users["林主任"], problem=problem, tree="fishbone", text=f"原因{n}", parent=root)
    client = browser(house, "林主任")
    url = reverse("improvement_causes:tree", args=[problem.pk, "fishbone"])
    client.get(url)
    with django_assert_max_num_queries(30):
        assert "原因59" in client.get(url).content.decode()


def test_which_causes_recur_where_and_when(house: House) -> None:
    boss = house.users["林主任"]
    for department, tag in (("一线", "培训不到位"), ("一线", "培训不到位"), ("二线", "流程漏洞")):
        one = a_problem(house, actor=boss, department=house.departments[department])
        trees_start(actor=boss, problem=one)
        node = node_add(actor=boss, problem=one, tree="fishbone", text="x", parent=top(one))
        cause_lock(actor=boss, node=node, reason="y", tag=CauseTag.objects.get(name=tag))
    url = reverse("improvement_causes:statistics")
    page = browser(house, "林主任").get(url).content.decode()
    assert page.index("培训不到位") < page.index("流程漏洞")
    assert "一线 <b>2</b>" in page
    seen = browser(house, "陈班长").get(url).content.decode()
    assert "流程漏洞" not in seen
    behind = browser(house, "林主任").get(url, {"tag": CauseTag.objects.get(name="流程漏洞").pk}).content.decode()
    assert behind.count("WT-") == 1


def test_kinds_of_causes_are_kept(house: House, problem: Problem) -> None:
    client = browser(house, "林主任")
    category = Category.objects.get(name="人员")
    client.post(reverse("improvement_causes:tag_new"), {"category": category.pk, "name": "语言不通", "active": "on"})
    again = client.post(reverse("improvement_causes:tag_new"), {"category": category.pk, "name": "语言不通"})
    assert again.status_code == 422
    client.post(reverse("improvement_causes:category_new"), {"name": "客户", "sort": 9, "active": "on"})
    page = client.get(reverse("improvement_causes:kinds")).content.decode()
    assert "语言不通" in page
    assert "客户" in page
    assert browser(house, "小周").get(reverse("improvement_causes:kinds")).status_code == 404
    assert Edit.objects.count() == 0


def test_the_history_is_said_in_words(house: House, problem: Problem) -> None:
    made, boss = grown(house, problem), house.users["林主任"]
    node_move(actor=boss, node=made["a1"], version=1, parent=made["b"])
    node_change(actor=boss, node=made["a1"], version=2, tag=CauseTag.objects.get(name="人手不足"))
    vote(actor=boss, node=made["a1"])
    node_remove(actor=boss, node=made["c"], version=1, revision=revision_of(problem, "fishbone"))
    undo(actor=boss, problem=problem, tree="fishbone")
    page = browser(house, "林主任").get(reverse("improvement_problems:problem", args=[problem.pk])).content.decode()
    history = page[page.index("history-title") :]
    assert "人手不足" in history
    assert "上级原因" in history
    for word in ("parent", "{", "cause<", "votes"):
        assert word not in history
