"""Accounts from the first day to the last: a one-time password, a code on the phone, a passkey, a right taken away."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from qualityloop.foundation.accounts import account_create
from tests.browser import violations
from tests.journeys.conftest import PASSWORD

NEW = "Hua ren lai dao 2026"


@pytest.fixture
def admin(product: str) -> str:
    account_create(username="admin", password=PASSWORD, role="admin", name="管理员")
    return "admin"


def code_of(secret: str) -> str:
    """The six digits of RFC 6238."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", int(time.time() // 30)), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF) % 1_000_000:06d}"


def sign_in(page: Page, product: str, name: str, password: str) -> None:
    page.goto(f"{product}/sign-in/")
    page.get_by_label("用户名").fill(name)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录", exact=True).click()


def sign_out(page: Page, product: str) -> None:
    page.goto(f"{product}/sign-out/")
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_url("**/sign-in/")


def test_from_the_one_time_password_to_the_code_on_the_phone(
    open_page: Callable[..., Page], product: str, admin: str
) -> None:
    boss = open_page(role=admin)
    boss.get_by_role("link", name="账号", exact=True).click()
    boss.get_by_role("link", name="新建账号").click()
    boss.get_by_label("用户名").fill("zhou")
    boss.get_by_label("姓名").fill("小周")
    boss.get_by_label("角色").select_option(label="质检专员")
    boss.get_by_role("button", name="新建账号").click()
    password = boss.locator("#one-time-password").inner_text()

    page = open_page(role=None)
    sign_in(page, product, "zhou", password)
    expect(page.get_by_role("heading", name="修改密码")).to_be_visible()
    page.locator("input[name=oldpassword]").fill(password)
    page.locator("input[name=password1]").fill(NEW)
    page.locator("input[name=password2]").fill(NEW)
    page.get_by_role("button", name="修改密码").click()
    page.goto(f"{product}/account/")
    page.get_by_role("link", name="验证器、通行密钥、恢复码").click()
    page.get_by_role("link", name="设置验证器").click()
    secret = page.locator("#totp-secret").inner_text()
    page.locator("input[name=code]").fill(code_of(secret))
    page.get_by_role("button", name="启用").click()
    expect(page.locator(".ql-codes li")).to_have_count(10)

    sign_out(page, product)
    sign_in(page, product, "zhou", NEW)
    expect(page.get_by_role("heading", name="第二步验证")).to_be_visible()
    page.locator("input[name=code]").fill(code_of(secret))
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="质量总览")).to_be_visible()


def test_a_passkey_opens_the_door_alone(open_page: Callable[..., Page], product: str) -> None:
    """A real ceremony with a virtual authenticator of the browser, under our content security policy."""
    page = open_page(role="agent")
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    device = devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]
    page.goto(f"{product}/account/factors/")
    page.get_by_role("link", name="设置通行密钥").click()
    page.get_by_label("这台设备的名称").fill("工位电脑")
    page.get_by_role("button", name="设置通行密钥").click()
    expect(page.locator(".ql-codes li")).to_have_count(10)
    page.get_by_role("link", name="我已记下").click()
    expect(page.get_by_text("工位电脑")).to_be_visible()
    assert len(devices.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]) == 1

    sign_out(page, product)
    page.get_by_role("button", name="用通行密钥登录").click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    page.goto(f"{product}/account/")
    expect(page.get_by_text("林岚(agent)").first).to_be_visible()

    sign_out(page, product)  # as the second step after the password too
    sign_in(page, product, "agent", PASSWORD)
    page.get_by_role("button", name="使用通行密钥").click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)

    sign_out(page, product)
    devices.send("WebAuthn.clearCredentials", {"authenticatorId": device})
    devices.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.get_by_role("button", name="用通行密钥登录").click()
    expect(page.get_by_text("未取得通行密钥")).to_be_visible()
    assert "/sign-in/" in page.url


def test_a_right_that_is_taken_away_takes_the_page_with_it(
    open_page: Callable[..., Page], product: str, admin: str
) -> None:
    colleague = open_page(role="agent")
    expect(colleague.get_by_role("link", name="指标", exact=True)).to_be_visible()
    boss = open_page(role=admin)
    boss.get_by_role("link", name="角色与权限").click()
    boss.get_by_role("link", name="客服专员").click()
    boss.get_by_label("查看指标及其数值").uncheck()
    boss.get_by_role("textbox", name="原因").fill("试行")
    boss.get_by_role("button", name="保存").click()
    expect(boss.get_by_text("已保存")).to_be_visible()
    expect(boss.locator(".ql-history")).to_contain_text("查看指标及其数值")
    assert colleague.request.get(f"{product}/indicators/").status == 404
    colleague.reload()
    expect(colleague.get_by_role("link", name="指标", exact=True)).to_have_count(0)
    boss.get_by_role("button", name="恢复默认").click()
    assert colleague.request.get(f"{product}/indicators/").status == 200


PEOPLE_PAGES = [
    "/roles/", "/roles/qc/", "/roles/new/", "/accounts/", "/accounts/new/", "/account/factors/",
    "/account/factors/app/", "/account/factors/passkeys/new/", "/people/", "/people/staff/", "/people/groups/",
    "/people/groups/new/", "/people/departments/new/", "/people/staff/new/",
]  # fmt: skip


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_everybody_can_use_these_pages(
    open_page: Callable[..., Page], product: str, admin: str, width: int, theme: str
) -> None:
    page = open_page(role=admin, width=width, theme=theme)
    faults = []
    for address in PEOPLE_PAGES:
        page.goto(product + address)
        page.wait_for_load_state("networkidle")
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            faults.append(f"{address} scrolls sideways")
        faults += [f"{address}: {fault}" for fault in violations(page)]
    assert not faults, "\n".join(faults)
