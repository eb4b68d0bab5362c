"""What happens beside the pages, seen in a browser: progress, the bell, settings, other systems."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.jobs.models import JobRun
from qualityloop.foundation.models import User
from qualityloop.foundation.notices import NoticeKind, kinds, notify
from qualityloop.foundation.notices.models import Delivery, Notice
from qualityloop.foundation.webhooks.events import PING
from qualityloop.foundation.webhooks.models import Announcement, Attempt, Call, Subscription
from tests.browser import violations
from tests.journeys.conftest import PASSWORD
from tests.journeys.test_everywhere import settle

SHOTS = os.environ.get("QUALITYLOOP_SHOTS")  # a folder, for those who want to look
Open = Callable[..., Page]


@pytest.fixture
def news(monkeypatch: pytest.MonkeyPatch) -> NoticeKind:
    """A kind of notice."""
    monkeypatch.setitem(kinds.KINDS, "t.done", kind := NoticeKind("t.done", "导入完成", frozenset({"page"})))
    return kind


def background(kind: NoticeKind) -> JobRun:
    """Runs, notices and calls of every kind."""
    director, now = User.objects.get(username="director"), timezone.now()
    common = {"key": "notices.forget", "actor": director, "queued_at": now - timedelta(minutes=3)}
    ended = {"started_at": now - timedelta(minutes=2), "ended_at": now, "attempts": 2, "crashes": 1}
    trace = "Traceback (most recent call last):\n  …"
    JobRun.objects.create(
        **common, **ended, state="failed", error_json='"b.csv 第 3 行:无法识别的时间"', traceback=trace
    )
    JobRun.objects.create(**common, state="done", started_at=now - timedelta(seconds=9), ended_at=now)
    run = JobRun.objects.create(
        key="webhooks.forget", actor=director, state="running", done=420, total=1000, text_json='"第 420 行"',
        started_at=now, lease_until=now + timedelta(hours=1),
    )  # fmt: skip
    for n, state in enumerate(("sent", "unsure", "failed")):
        subject, text = f"十月工单导入完成:新增 {1204 + n} 条", "3 行被退回,可在页面上修正后重新导入。"
        [notice] = notify(to=[director], kind=kind, subject=subject, text=text, url="/account/")
        why = "" if n == 0 else '"没有收到答复：连接超时"'
        Delivery.objects.create(notice=notice, transport="wecom", state=state, error_json=why)
    url = "https://erp.example.com/hooks/quality"
    erp = Subscription.objects.create(name="ERP 系统", url=url, events=[PING.key])
    for status, state in ((200, "done"), (503, "waiting")):
        announced = Announcement.objects.create(event=PING.key, body='{"id": "1", "data": {"工单": "T-1"}}')
        call = Call.objects.create(announcement=announced, subscription=erp, status=status, state=state)
        Attempt.objects.create(call=call, status=status, milliseconds=87, answer="ok")
    return run


def pages(run: JobRun) -> dict[str, tuple[str, str]]:
    """Name → who opens it, address."""
    call, one = Call.objects.filter(state="done").get(), Subscription.objects.get()
    failed, unsure = JobRun.objects.get(state="failed"), Delivery.objects.get(state="unsure")
    return {
        "jobs": ("director", "/jobs/"),
        "failed": ("director", f"/jobs/{failed.pk}/"),
        "running": ("director", f"/jobs/{run.pk}/"),
        "notices": ("director", "/notices/"),
        "wishes": ("director", "/notices/settings/"),
        "deliveries": ("director", "/notices/deliveries/"),
        "delivery": ("director", f"/notices/deliveries/{unsure.pk}/"),
        "webhooks": ("root", "/webhooks/"),
        "webhook_new": ("root", "/webhooks/new/"),
        "webhook": ("root", f"/webhooks/{one.pk}/"),
        "calls": ("root", "/webhooks/calls/"),
        "call": ("root", f"/webhooks/calls/{call.pk}/"),
    }


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "light"), (1440, "dark"), (390, "dark")])
def test_every_page_can_be_used(open_page: Open, product: str, news: NoticeKind, width: int, theme: str) -> None:
    """axe finds nothing, nothing scrolls sideways, no error on the console."""
    run = background(news)
    account_create(username="root", password=PASSWORD, role="admin", name="管理员")
    JobRun.objects.filter(pk=run.pk).update(state="queued", due_at=timezone.now())  # polls, but stays as it is
    found = []
    for who in ("director", "root"):
        page = open_page(width=width, theme=theme, role=who)
        for name, (role, address) in pages(run).items():
            if role != who:
                continue
            page.goto(product + address)
            page.wait_for_selector(".ql-bell__count", state="attached")
            found += [f"{name}: {fault}" for fault in violations(page)]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append(f"{name} scrolls sideways")
            if SHOTS:
                page.screenshot(path=str(Path(SHOTS) / f"{name}-{width}-{theme}.png"), full_page=True)
    assert not found, "\n".join(found)


def test_the_bar_moves_and_the_page_follows(open_page: Open, product: str, news: NoticeKind) -> None:
    run = background(news)
    page = open_page()
    page.goto(f"{product}/jobs/{run.pk}/")
    bar = page.locator("progress.ql-progress")
    expect(bar).to_have_attribute("value", "0.420")
    page.evaluate("document.querySelector('.ql-job [role=status]').sameElement = true")
    JobRun.objects.filter(pk=run.pk).update(done=900)
    expect(bar).to_have_attribute("value", "0.900")
    spoken = page.locator(".ql-job [role=status]")
    expect(spoken).to_contain_text("90 %")
    assert spoken.evaluate("element => element.sameElement")  # so that a screen reader hears its words change
    JobRun.objects.filter(pk=run.pk).update(state="done", ended_at=timezone.now())
    expect(page.get_by_role("button", name="重新运行")).to_be_visible()  # the whole page has been loaded anew
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "progress" in request.url else None)
    page.wait_for_timeout(1500)
    assert asked == []


def test_the_bell(open_page: Open, product: str, news: NoticeKind) -> None:
    background(news)
    page = open_page()
    settle(page, f"{product}/account/")
    expect(page.locator(".ql-bell__count")).to_contain_text("3")
    page.get_by_role("button", name="通知", exact=True).click()
    menu = page.locator(".ql-bell__menu")
    expect(menu).to_be_visible()
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / "bell.png"))
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    page.get_by_role("button", name="通知", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="十月工单导入完成:新增 1206 条").click()
    page.wait_for_url("**/account/")
    expect(page.locator(".ql-bell__count")).to_contain_text("2")
    assert Notice.objects.filter(read_at__isnull=True).count() == 2


def test_choosing_how_to_be_told(open_page: Open, product: str, news: NoticeKind) -> None:
    page = open_page(width=390)
    page.goto(f"{product}/notices/settings/")
    page.get_by_label("免打扰开始").fill("22:00")
    page.get_by_label("免打扰结束").fill("07:00")
    page.get_by_label("导入完成: 企业微信").select_option("digest")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("已保存。")).to_be_visible()
    expect(page.get_by_label("导入完成: 企业微信")).to_have_value("digest")
