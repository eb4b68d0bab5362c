"""The fishbone in a real browser: keyboard alone, drag, two people at once, phone, dark, axe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from qualityloop.foundation.accounts import account_create
from qualityloop.improvement.causes.editing import node_add, trees_start, vote
from qualityloop.improvement.causes.models import Node
from qualityloop.improvement.problems.models import Problem
from qualityloop.improvement.problems.services import problem_open
from tests.audit_triggers import flushing
from tests.browser import Watched, chromium, opened, violations

__all__ = ["chromium"]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PASSWORD = "Qu4lity loops"
Open = Callable[..., Watched]
FIRST = ".ql-causes > li:first-child > ul > li:first-child"


@pytest.fixture(scope="module", autouse=True)
def surroundings() -> Iterator[None]:
    """Playwright keeps an event loop; Django empties all tables after each test."""
    with pytest.MonkeyPatch.context() as patch, flushing():
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture
def problem(live_server: Any) -> Problem:
    """A problem with a small fishbone, and two people who see everything."""
    lin = account_create(username="lin", password=PASSWORD, role="director", name="林岚")
    account_create(username="zhao", password=PASSWORD, role="qc", name="赵敏")
    one = problem_open(actor=lin, title="夜班在线首次响应变慢", grade="urgent", grade_reason="连续两月低于目标").problem
    trees_start(actor=lin, problem=one)
    people, systems = Node.objects.order_by("pk")[:2]
    first = node_add(actor=lin, problem=one, tree="fishbone", text="夜班只有两个人", parent=people)
    node_add(actor=lin, problem=one, tree="fishbone", text="招聘停了三个月", parent=first)
    node_add(actor=lin, problem=one, tree="fishbone", text="排队提示不显示", parent=systems)
    vote(actor=lin, node=first)
    return one


@pytest.fixture
def pages(chromium: Any, live_server: Any, problem: Problem) -> Iterator[Open]:
    """Opens a tree of the problem as somebody; no page may complain."""
    kept: list[Any] = []

    def make(who: str = "lin", tree: str = "fishbone", **options: Any) -> Watched:
        entered = opened(chromium, f"{live_server.url}/sign-in/", locale="zh-CN", reduced_motion="reduce", **options)
        watched = entered.__enter__()
        kept.append((entered, watched))
        watched.page.fill("[name=login]", who)
        watched.page.fill("[name=password]", PASSWORD)
        with watched.page.expect_navigation():
            watched.page.click("main button[type=submit], form button[type=submit]")
        watched.page.goto(f"{live_server.url}/problems/{problem.pk}/causes/{tree}/")
        return watched

    yield make
    for entered, watched in kept:
        refused = [line for line in watched.complaints if "status of 409" not in line and "status of 422" not in line]
        assert not refused, refused
        entered.__exit__(None, None, None)


def item(page: Page, text: str) -> Any:
    return page.locator(f'[data-node][data-cause="{text}"]')


def write(page: Page, text: str) -> None:
    expect(page.locator("[data-writing]")).to_be_focused()
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(item(page, text)).to_be_focused()


def outline(parent: Node | None = None) -> list[Any]:
    return [[n.text, *outline(n)] for n in Node.objects.filter(parent=parent, removed=False, tree="fishbone")]


def test_a_fishbone_by_keyboard_alone(pages: Open, problem: Problem) -> None:
    page = pages().page
    item(page, "人员").focus()
    page.keyboard.press("ArrowDown")
    expect(item(page, "夜班只有两个人")).to_be_focused()
    page.keyboard.press("Enter")
    write(page, "新人没人带")
    page.keyboard.press("Tab")
    expect(page.locator("[data-said]")).to_contain_text("已移动")
    expect(item(page, "新人没人带")).to_be_focused()
    people = ["人员", ["夜班只有两个人", ["招聘停了三个月"], ["新人没人带"]]]
    assert outline()[0] == people
    page.keyboard.press("Shift+Tab")
    expect(page.locator(".ql-causes > li").first.locator(":scope > ul > li")).to_have_count(2)
    assert outline()[0] == ["人员", ["夜班只有两个人", ["招聘停了三个月"]], ["新人没人带"]]
    page.keyboard.press("Control+Enter")
    write(page, "带教没有计入考核")
    page.keyboard.press("F2")
    page.keyboard.press("Control+a")
    write(page, "带教不计入考核")
    page.keyboard.press("v")
    expect(item(page, "带教不计入考核").locator(".ql-vote")).to_have_text("1")
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(item(page, "新人没人带")).to_be_focused()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator(FIRST)).to_have_attribute("data-cause", "新人没人带")
    page.keyboard.press("Delete")
    expect(page.locator("[data-said]")).to_contain_text("已移除")
    assert outline()[0] == ["人员", ["夜班只有两个人", ["招聘停了三个月"]]]
    page.keyboard.press("Control+z")
    expect(item(page, "带教不计入考核")).to_be_visible()
    expect(page.locator(".ql-fish")).to_contain_text("带教不计入考核")
    assert outline()[0][1] == ["新人没人带", ["带教不计入考核"]]
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")  # leaves the tree; the button takes back the move
    expect(page.locator(FIRST)).to_have_attribute("data-cause", "夜班只有两个人")


def test_an_answer_that_comes_late_takes_nothing_away_from_who_writes(pages: Open, problem: Problem) -> None:
    page = pages().page
    held: list[Route] = []
    page.route("**/do/", lambda route: route.continue_() if held else held.append(route))  # the vote is on its way
    item(page, "招聘停了三个月").focus()
    page.keyboard.press("v")
    page.keyboard.press("F2")
    page.keyboard.press("Control+a")
    page.keyboard.type("招聘停了")
    page.wait_for_timeout(100)
    with page.expect_response("**/do/"):
        held[0].continue_()
    page.wait_for_timeout(300)
    expect(page.locator("[data-writing]")).to_be_focused()
    page.keyboard.type("半年")
    page.keyboard.press("Enter")
    expect(item(page, "招聘停了半年").locator(".ql-vote")).to_have_text("1")
    expect(item(page, "招聘停了半年")).to_be_focused()


def test_two_people_at_once_lose_nothing(pages: Open, problem: Problem) -> None:
    lin, zhao = pages("lin").page, pages("zhao").page
    item(zhao, "夜班只有两个人").focus()
    zhao.keyboard.press("F2")
    zhao.keyboard.press("Control+a")
    zhao.keyboard.type("夜班人手不足")
    item(lin, "夜班只有两个人").focus()
    lin.keyboard.press("F2")
    lin.keyboard.press("Control+a")
    lin.keyboard.type("夜班排班不合理")
    lin.keyboard.press("Enter")
    expect(item(lin, "夜班排班不合理")).to_be_focused()
    zhao.keyboard.press("Enter")
    conflict = zhao.locator("[data-conflict]")
    expect(conflict).to_contain_text("夜班排班不合理")
    expect(zhao.locator("#mine")).to_have_value("夜班人手不足")
    zhao.get_by_role("button", name="用我的").click()
    expect(item(zhao, "夜班人手不足")).to_be_visible()
    expect(item(lin, "夜班人手不足")).to_be_visible(timeout=10_000)  # comes by itself
    item(lin, "排队提示不显示").focus()
    lin.keyboard.press("Enter")
    lin.keyboard.type("正在写的一条")  # what others do meanwhile does not take it away
    zhao.locator("#cause-text").fill("系统没有提醒")
    zhao.locator("#cause-text").press("Enter")
    expect(item(zhao, "系统没有提醒")).to_be_visible()
    lin.wait_for_timeout(3500)
    expect(lin.locator("[data-writing]")).to_have_value("正在写的一条")
    lin.keyboard.press("Enter")
    expect(item(lin, "系统没有提醒")).to_be_visible()
    expect(item(lin, "正在写的一条")).to_be_visible()


def test_a_bone_is_dragged(pages: Open, problem: Problem) -> None:
    page = pages().page
    item(page, "排队提示不显示").locator("[data-grip]").first.hover()
    page.mouse.down()
    box = item(page, "夜班只有两个人").locator(".ql-cause__row").first.bounding_box()
    assert box is not None
    for step in range(6):
        page.mouse.move(box["x"] + 30, box["y"] + 2 + (5 - step) * 3, steps=3)
    page.mouse.up()
    expect(page.locator("[data-said]")).to_contain_text("已移动")
    moved = Node.objects.get(text="排队提示不显示")
    assert moved.parent is not None
    assert moved.parent.text in ("人员", "夜班只有两个人")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_it_can_be_read_everywhere(pages: Open, problem: Problem, width: int, scheme: str) -> None:
    for tree in ("fishbone", "whys"):
        watched = pages(tree=tree, width=width, scheme=scheme)
        page = watched.page
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert violations(watched.page) == []
