"""林主任's first day: a standard of her own, real exports of two systems, new numbers, and a log that proves it.

Everything is as in an installation: `qualityloop demo`, `serve` with its workers and `verify` run as programs.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from qualityloop.cli.serve import free_port
from qualityloop.demo.accounts import PASSWORD
from qualityloop.foundation.audit.triggers import drop_statements
from tests.browser import PATIENCE
from tests.conftest import ROOT
from tests.journeys.test_standard import row_of
from tests.processes.programs import hearing_interrupts

pytestmark = pytest.mark.real_data
SHANGHAI = ZoneInfo("Asia/Shanghai")


def environment(home: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DJANGO_", "QUALITYLOOP_"))}
    return {**kept, "QUALITYLOOP_HOME": str(home), "QUALITYLOOP_LANG": "zh", "PYTHONPATH": str(ROOT / "src")}


def program(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "qualityloop", *words]
    return subprocess.run(command, env=environment(home), capture_output=True, text=True, check=False, timeout=600)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with the demo organisation in it."""
    home = tmp_path_factory.mktemp("story") / "home"
    done = program(home, "demo", "--tickets", "1500")
    assert done.returncode == 0, done.stderr
    return home


@pytest.fixture
def address(home: Path) -> Iterator[str]:
    """`qualityloop serve`, as long as the test runs."""
    port = free_port("127.0.0.1", None)
    command = [sys.executable, "-m", "qualityloop", "serve", "--port", str(port)]
    process = subprocess.Popen(
        command,
        env=environment(home),
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=hearing_interrupts,  # noqa: PLW1509 (no threads here)
    )
    try:
        assert process.stdout is not None
        assert any(str(port) in line for line in process.stdout), "it does not serve"
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)


@pytest.fixture
def person(chromium: Browser, address: str) -> Iterator[Callable[[str], Page]]:
    """Somebody of the demo who is signed in; at the end no page may have reported an error."""
    complaints: list[str] = []
    contexts = []

    def make(username: str) -> Page:
        context = chromium.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        for _attempt in range(60):  # the program says where it is before it listens
            try:
                page.goto(f"{address}/sign-in/")
                break
            except Exception:
                time.sleep(1)
        page.get_by_label("用户名").fill(username)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录", exact=True).click()
        page.wait_for_url(lambda url: "/sign-in/" not in url)
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


def by_quarter(instants: list[datetime]) -> dict[str, int]:
    """How many fall into each quarter of the organisation's calendar, counted without our code."""
    found: dict[str, int] = {}
    for instant in instants:
        local = instant.astimezone(SHANGHAI)
        key = f"{local.year}-{(local.month - 1) // 3 * 3 + 1:02}-01"
        found[key] = found.get(key, 0) + 1
    return found


def incidents(folder: Path) -> dict[str, int]:
    zone = ZoneInfo("Europe/Amsterdam")
    with gzip.open(folder / "incidents.csv.gz", "rt", encoding="utf-8") as file:
        rows = [row["open_time"] for row in csv.DictReader(file)]
    return by_quarter([datetime.fromisoformat(text).replace(tzinfo=zone) for text in rows])


def complaints(folder: Path) -> dict[str, int]:
    zone = ZoneInfo("America/New_York")
    found = []
    with (folder / "comcast_telecom_complaints.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            day, month, year = (int(part) for part in re.split(r"[-/]", row["Date"]))
            if day <= 12:  # the README of the data: every such day was read the American way
                day, month = month, day
            clock = datetime.strptime(row["Time"], "%I:%M:%S %p").time()
            found.append(datetime.combine(datetime(year, month, day).date(), clock, zone))
    return by_quarter(found)


def hand_in(page: Page, address: str, *files: Path) -> None:
    page.goto(f"{address}/import/")
    page.locator("#drop-files").set_input_files([str(file) for file in files])
    page.get_by_role("button", name="查看文件").click()
    expect(page.get_by_label("文件的时区")).to_be_visible()


def standard_of_her_own(page: Page, qc: Page, address: str) -> None:
    page.goto(f"{address}/standards/indicators/")
    page.get_by_role("link", name="新建").click()
    page.get_by_label("售后服务质量评估基准表").check()
    page.get_by_label("编号").fill("ours")
    page.get_by_label("修改原因").fill("建立部门标准")
    page.get_by_role("button", name="开始编写").click()
    expect(page.get_by_role("button", name="保存草稿")).to_be_visible()
    prefix = row_of(page, "first_response_online")
    page.locator(f'[name="{prefix}target"]').fill("95%")
    page.locator(f'[name="{prefix}warning"]').fill("90%")
    page.get_by_role("button", name="试算").click()
    line = page.locator(".ql-preview tbody tr", has_text="在线首次响应及时率")
    expect(line).to_contain_text("95")
    expect(line.locator(".ql-status").last).to_have_text("不达标")  # a story of the demo: the night shift is slow
    page.get_by_role("button", name="保存并离开").click()
    expect(page.locator(".ql-banner")).to_contain_text("草稿")
    qc.goto(page.url)
    qc.locator("summary", has_text="审核通过").click()
    qc.get_by_label("备注").fill("目标合理")
    qc.locator("details[open] button").click()
    expect(qc.locator(".ql-banner")).to_contain_text("赵敏")
    page.reload()
    page.locator("summary", has_text="生效").click()
    page.locator("details[open] button").click()
    expect(page.locator(".ql-banner")).to_contain_text("生效中")


def bring_tickets(page: Page, address: str, folder: Path) -> None:
    hand_in(page, address, *sorted(folder.glob("*.gz")))
    page.get_by_label("文件的时区").fill("Europe/Amsterdam")
    page.get_by_role("button", name="保存并试运行").first.click()
    expect(page.get_by_text("尚未写入任何内容")).to_be_visible()
    page.get_by_role("button", name="立即导入").click()
    expect(page.get_by_text("已导入", exact=True).first).to_be_visible()
    counts = page.locator("section", has=page.get_by_role("heading", name="结果")).locator("tbody tr")
    expect(counts.filter(has_text="工单操作日志")).to_contain_text(re.compile(r"39\s911"))


def bring_complaints(page: Page, address: str, folder: Path) -> None:
    file = folder / "comcast_telecom_complaints.csv"
    hand_in(page, address, file)
    page.get_by_label("文件的时区").fill("America/New_York")
    page.get_by_label("渠道: 读法").fill("values: {Customer Care Call: phone}, otherwise: reject")
    page.get_by_role("button", name="保存并试运行").first.click()
    expect(page.get_by_text("尚未写入任何内容")).to_be_visible()
    page.get_by_role("button", name="立即导入").click()
    page.get_by_role("link", name="修复拒收行").click()
    page.locator("tbody a").first.click()
    cell = page.get_by_label("Received Via")
    cell.fill("Customer Care Call")
    cell.press("Tab")
    expect(page.get_by_text("按现在的内容，这一行可以导入")).to_be_visible()
    page.get_by_role("button", name="保存并看下一行").click()
    page.get_by_role("navigation", name="当前位置").get_by_role("link", name="拒收行").click()
    page.get_by_role("button", name="导入已修复的 1 行").click()
    expect(page.get_by_text("修复后已导入 1")).to_be_visible()
    # the others were never wrong, the reading was
    hand_in(page, address, file)
    page.get_by_label("文件的时区").fill("America/New_York")
    page.get_by_label("渠道: 读法").fill("values: {Customer Care Call: phone, Internet: online}, otherwise: reject")
    page.get_by_role("button", name="保存并试运行").first.click()
    expect(page.get_by_text("尚未写入任何内容")).to_be_visible()
    page.get_by_role("button", name="立即导入").click()
    expect(page.get_by_text("已导入", exact=True).first).to_be_visible()


def behind(page: Page, address: str, indicator: str, period: str) -> int:
    """The number on the indicator's page for a quarter, and the same number of rows in the exported file."""
    page.goto(f"{address}/indicators/{indicator}/?standard=ours&grain=quarter&period={period}")
    link = page.locator(".ql-now dl a").first
    first = re.match(r"[\d\s]+", link.inner_text())
    assert first is not None
    shown = int(re.sub(r"\s", "", first[0]))
    link.click()
    expect(page.locator("h1")).to_contain_text("背后的")
    page.get_by_role("button", name="导出").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    lines = list(csv.reader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig"), newline="")))
    assert len(lines) - 1 == shown
    return shown


def test_from_a_target_to_a_proof(
    person: Callable[[str], Page], address: str, home: Path, real_data: Path, django_db_blocker: object
) -> None:
    director, qc = person("linzhuren"), person("zhaomin")
    expect(director.get_by_role("heading", name="质量总览")).to_be_visible()
    standard_of_her_own(director, qc, address)

    bring_tickets(director, address, real_data / "bpic2014_rabobank_sample")
    bring_complaints(director, address, real_data / "comcast_complaints")
    director.goto(f"{address}/data/")
    director.get_by_role("button", name="立即刷新").click()
    expect(director.locator("tr", has_text="投诉台账")).to_contain_text("2015-04-01")

    # the overview has the new numbers, and behind one are its rows
    director.goto(f"{address}/?standard=ours")
    director.get_by_label("统计周期").select_option("quarter")
    director.wait_for_url(lambda url: "grain=quarter" in url)
    director.get_by_label("统计期间").select_option("2014-01-01")
    tile = director.locator(".ql-tile", has_text="客户投诉率")  # complaints per ticket
    expected = incidents(real_data / "bpic2014_rabobank_sample")["2014-01-01"]
    expect(tile).to_contain_text(re.compile(rf"{expected // 1000}\s?{expected % 1000:03}"))
    assert behind(director, address, "request_volume", "2014-01-01") == expected
    assert (
        behind(director, address, "complaint_rate", "2015-04-01")
        == complaints(real_data / "comcast_complaints")["2015-04-01"]
    )

    # who did what
    director.goto(f"{address}/standards/indicators/ours/")
    for words in ("版本生效", "目标合理", "赵敏", "林主任"):
        expect(director.locator(".ql-history")).to_contain_text(words)

    # and nobody changed it afterwards, until somebody does
    sound = program(home, "verify")
    assert sound.returncode == 0, sound.stderr
    with sqlite3.connect(home / "db.sqlite3", timeout=30) as database:
        for statement in drop_statements("sqlite"):
            database.execute(statement)
        changed = database.execute(
            "UPDATE foundation_auditentry SET reason = '' WHERE reason = '目标合理' RETURNING sequence"
        ).fetchall()
    assert len(changed) == 1
    broken = program(home, "verify")
    assert broken.returncode == 1
    assert str(changed[0][0]) in broken.stderr
