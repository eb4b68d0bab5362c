"""陈班长 looks for a ticket, reads what happened, opens the call, and marks moments without the mouse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Page, expect

from qualityloop.operations.models import Annotation
from tests import factories
from tests.journeys.conftest import PASSWORD
from tests.people.conftest import build


def story() -> None:
    """A ticket of her team with a call and its transcript, and one of another team."""
    house = build()
    leader = house.users["陈班长"]
    leader.set_password(PASSWORD)
    leader.save()
    about = {"team": house.departments["一线"], "agent": house.staff["小周"], "customer": factories.a_customer()}
    ticket = factories.a_ticket(**about, number="GD-2026-00007", subject="空调不制冷")
    factories.a_ticket(team=house.departments["二线"], agent=house.staff["老李"], number="GD-2026-00008")
    factories.an_event(ticket, 1, 0, "受理登记", actor="小周")
    factories.an_event(ticket, 2, 95, "派单", actor="调度台")
    call = factories.an_interaction(**about, ticket=ticket, started_at=ticket.created_at + timedelta(minutes=3))
    for seq, (seconds, author, text) in enumerate(
        [(0, "customer", "空调又不制冷了"), (12.5, "agent", "您好，我来为您处理"), (40, "customer", "请快一点")], 1
    ):
        factories.a_message(call, seq, seconds, author, text)


def test_from_the_list_to_a_marked_moment(open_page: Callable[..., Page], product: str) -> None:
    story()
    page = open_page(role="u-陈班长")
    page.get_by_role("link", name="工单", exact=True).click()
    expect(page.get_by_text("GD-2026-00007")).to_be_visible()
    expect(page.get_by_text("GD-2026-00008")).to_have_count(0)  # another team's
    page.get_by_label("搜索").fill("不制冷")
    page.get_by_label("搜索").press("Enter")
    page.wait_for_url("**q=**")
    page.get_by_role("link", name="GD-2026-00007").click()

    timeline = page.get_by_role("region", name="时间线")
    expect(timeline.locator(".ql-timeline__moment strong")).to_have_text(["受理登记", "电话 · 呼入", "派单"])
    expect(timeline.locator(".ql-timeline__gap").first).to_contain_text("3 分")
    timeline.get_by_role("link", name="电话").click()

    expect(page.get_by_text("您好，我来为您处理")).to_be_visible()
    expect(page.locator(".ql-said__line.is-current")).to_have_count(1)  # the script is there: the first message
    page.keyboard.press("j")  # the agent's
    expect(page.locator(".ql-said__line.is-current")).to_contain_text("您好")
    page.keyboard.press("f")
    marks = page.locator(".ql-marks")
    expect(marks).to_contain_text("首次响应")
    expect(marks).to_contain_text("0:12")
    page.keyboard.press("j")
    page.keyboard.press("c")
    page.keyboard.type("催促，语气急")
    page.keyboard.press("Enter")
    expect(marks).to_contain_text("催促，语气急")
    found = Annotation.objects.order_by("offset_seconds").values_list("kind", "offset_seconds")
    assert list(found) == [("first_response", 12.5), ("remark", 40.0)]

    marks.get_by_role("button", name="0:12").click()
    expect(page.locator(".ql-said__line.is-current")).to_contain_text("您好")
    page.reload()
    history = page.get_by_role("region", name="变更历史")
    expect(history).to_contain_text("标记时刻")
    expect(history).to_contain_text("陈班长")
    expect(history).to_contain_text("催促，语气急")
