"""导入: from dropped files to records, as somebody does it who has never seen a mapping; on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from qualityloop.feedback.models import Complaint
from tests.browser import violations

LINES = [f"C{n:03},2026-05-{n % 28 + 1:02} 08:{n % 60:02}:00,{'电话' if n % 2 else '在线'},屏幕不亮" for n in range(60)]
LINES[7] = "C007,上周三,电话,屏幕不亮"
COMPLAINTS = ("投诉编号,受理时间,渠道,投诉内容\n" + "\n".join(LINES) + "\n").encode("gb18030")


def sound(page: Page, width: int) -> None:
    """Usable by everybody, and no wider than the screen."""
    page.wait_for_load_state("networkidle")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_files_become_records(
    open_page: Callable[..., Page], product: str, settings: Any, tmp_path: Path, width: int, theme: str
) -> None:
    settings.QUALITYLOOP_HOME = tmp_path
    page = open_page(width=width, theme=theme)
    page.goto(f"{product}/import/")
    sound(page, width)
    page.locator("#drop-files").set_input_files({"name": "投诉.csv", "mimeType": "text/csv", "buffer": COMPLAINTS})
    expect(page.locator("[data-dropzone-list]")).to_contain_text("投诉.csv")
    page.get_by_role("button", name="查看文件").press("Enter")

    # what was recognised, and what would be rejected, before anything is written
    expect(page.get_by_text("60 行样本中有 1 行会被拒收")).to_be_visible()
    sound(page, width)
    channel = page.get_by_label("渠道: 读法")
    channel.fill("values: {电话: phone, 在线: online}")
    channel.press("Tab")
    expect(page.locator("td", has_text="online").first).to_be_visible()
    when = page.get_by_label("受理时间", exact=False).first
    when.select_option("投诉编号")
    expect(page.get_by_text("60 行样本中有 60 行会被拒收")).to_be_visible()
    when.select_option("受理时间")
    expect(page.get_by_text("60 行样本中有 1 行会被拒收")).to_be_visible()
    page.get_by_role("button", name="保存并试运行").first.click()

    expect(page.get_by_text("尚未写入任何内容")).to_be_visible()
    assert not Complaint.objects.exists()
    sound(page, width)
    page.get_by_role("button", name="立即导入").click()
    expect(page.get_by_text("已导入", exact=True).first).to_be_visible()
    assert Complaint.objects.filter(channel="phone").count() == 29
    sound(page, width)

    page.get_by_role("link", name="修复拒收行").click()
    sound(page, width)
    page.locator("tbody a").first.click()
    cell = page.get_by_label("受理时间")
    cell.fill("2026-05-08 09:00")
    cell.press("Tab")
    expect(page.get_by_text("按现在的内容，这一行可以导入")).to_be_visible()
    sound(page, width)
    page.get_by_role("button", name="保存并看下一行").click()
    page.get_by_role("button", name="导入已修复的 1 行").click()
    expect(page.get_by_text("修复后已导入 1")).to_be_visible()
    assert Complaint.objects.count() == 60

    # undo needs a reason, and takes everything back
    page.get_by_role("link", name="投诉.csv").first.click()
    page.get_by_text("撤销本次导入").click()
    page.get_by_label("原因").fill("测试")
    page.get_by_role("button", name="撤销整次导入").click()
    expect(page.get_by_text("本次导入已撤销")).to_be_visible()
    assert not Complaint.objects.exists()


def test_a_watched_folder(open_page: Callable[..., Page], product: str, settings: Any, tmp_path: Path) -> None:
    settings.QUALITYLOOP_HOME = tmp_path
    (tmp_path / "inbox" / "crm").mkdir(parents=True)
    page = open_page()
    page.goto(f"{product}/sources/")
    sound(page, 1440)
    page.get_by_role("link", name="监视文件夹").click()
    sound(page, 1440)
    page.get_by_label("名称").fill("客服系统")
    page.get_by_label("文件夹").fill("crm")
    page.get_by_label("计划（cron）").fill("*/15 * * * *")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", name="客服系统")).to_be_visible()
    sound(page, 1440)
    page.get_by_role("button", name="立即查看").click()
    expect(page.get_by_text("正在查看数据源")).to_be_visible()
    expect(page.locator("table")).to_contain_text("0")
    page.goto(f"{product}/sources/")
    expect(page.get_by_role("link", name="客服系统")).to_be_visible()
    sound(page, 1440)
