"""The SMART check over entries written by hand: good ones pass, each lack is named at its field."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from qualityloop.analysis.smart import Entry, check

GOOD = Entry(
    action="每周三组织夜班 12 名坐席演练首响话术,每次 30 分钟",
    owner="陈班长", indicator="first_response_online", amount=0.1, direction="up", is_share=True,
    baseline_from=date(2026, 6, 1), baseline_until=date(2026, 8, 31), method="its",
    resources="培训师 1 人,共 6 小时", causes=1, causes_locked=1, effort_days=3, working_days=40,
    starts_on=date(2026, 9, 7), due_on=date(2026, 10, 30), effect_until=date(2026, 12, 31),
)  # fmt: skip

CONCRETE = [
    "编写打印机卡纸处理 SOP 并培训 20 名坐席",
    "将夜班工单由人工派单改为自动派单",
    "夜班增设 2 名在线坐席,20:00–24:00 值守",
    "更换三号仓库的温控传感器",
    "修订退换货话术,删除 5 句推诿用语",
    "每日抽查 10 条新知识文章",
    "在工单系统上线超时 15 分钟预警推送",
    "与物流公司签订 24 小时更新轨迹的协议",
    "招聘 2 名会粤语的客服",
    "把常见故障的 12 个问题录制成短视频",
    "对 3 个月内离岗的坐席逐一访谈并归档原因",
    "取消二线转接的纸质审批",
    "Train 20 agents of the night shift in the new first-reply script",
    "Replace the manual dispatch of night tickets by automatic dispatch",
    "Write an SOP for paper jams and test it with 5 engineers",
    "Hire two Cantonese-speaking agents for the hotline",
]
INTENTIONS = [
    ("进一步提高服务意识", "进一步"),
    ("加强管理", "加强"),
    ("提升客服人员响应速度", "提升"),
    ("高度重视客户投诉", "重视"),
    ("切实做好售后工作", "切实"),
    ("努力改善服务态度", "努力"),
    ("确保工单及时处理", "确保"),
    ("严格落实首问负责制", "严格"),
    ("Improve the response time of the night shift", "improve"),
    ("Pay more attention to customers", "pay more attention"),
    ("Ensure better communication with logistics", "ensure"),
    ("Raise awareness of the standard", "raise awareness"),
]
WITHOUT_OBJECT = ["加强培训", "组织学习培训", "开展检查", "进行考核", "Train people", "Check it"]


def found(entry: Entry, *, missing: bool | None = None) -> set[tuple[str, str]]:
    return {(one.letter, one.field) for one in check(entry) if missing is None or one.missing == missing}


@pytest.mark.parametrize("action", CONCRETE)
def test_a_concrete_action_passes(action: str) -> None:
    assert check(replace(GOOD, action=action)) == []


@pytest.mark.parametrize(("action", "word"), INTENTIONS)
def test_an_intention_is_called_one(action: str, word: str) -> None:
    first = check(replace(GOOD, action=action))[0]
    assert (first.letter, first.field, first.missing) == ("S", "action", True)
    assert f"“{word}”" in first.text.in_language("en")


@pytest.mark.parametrize("action", WITHOUT_OBJECT)
def test_an_action_needs_an_object(action: str) -> None:
    assert "to what or to whom" in " ".join(str(one.text) for one in check(replace(GOOD, action=action)) if one.missing)


def test_an_empty_word_beside_an_action_is_only_a_hint() -> None:
    findings = check(replace(GOOD, action="加强首响话术:每周三演练一次,由班长带教"))
    assert [(one.field, one.missing) for one in findings] == [("action", False)]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"owner": ""}, ("S", "owner")),
        ({"action": " "}, ("S", "action")),
        ({"indicator": ""}, ("M", "indicator")),
        ({"amount": None}, ("M", "amount")),
        ({"amount": 0}, ("M", "amount")),
        ({"amount": -0.1}, ("M", "amount")),
        ({"amount": 10}, ("M", "amount")),
        ({"direction": ""}, ("M", "direction")),
        ({"baseline_from": None}, ("M", "baseline")),
        ({"baseline_until": date(2026, 5, 1)}, ("M", "baseline")),
        ({"baseline_until": date(2026, 9, 7)}, ("M", "baseline")),
        ({"method": ""}, ("M", "method")),
        ({"resources": ""}, ("A", "resources")),
        ({"gaps": "缺 1 名培训师"}, ("A", "contingency")),
        ({"causes": 0, "causes_locked": 0}, ("R", "causes")),
        ({"causes_locked": 0}, ("R", "causes")),
        ({"due_on": None}, ("T", "due_on")),
        ({"starts_on": None}, ("T", "starts_on")),
        ({"due_on": date(2026, 9, 1)}, ("T", "due_on")),
        ({"effect_until": None}, ("T", "effect_until")),
        ({"effect_until": date(2026, 10, 30)}, ("T", "effect_until")),
    ],
)
def test_each_lack_is_named_at_its_field(change: dict[str, object], where: tuple[str, str]) -> None:
    assert found(replace(GOOD, **change), missing=True) == {where}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "where", "says"),
    [
        ({"owner_busy": 6}, ("A", "owner"), "陈班长 already owns 6 measures"),
        ({"effort_days": 41.5}, ("A", "effort_days"), "41.5 days of work do not fit into 40"),
        ({"due_on": date(2027, 9, 30), "effect_until": date(2027, 12, 31)}, ("T", "due_on"), "more than a year"),
    ],
)
def test_what_is_doubtful_is_a_hint(change: dict[str, object], where: tuple[str, str], says: str) -> None:
    entry = replace(GOOD, **change)  # type: ignore[arg-type]
    assert found(entry, missing=False) == {where}
    assert found(entry, missing=True) == set()
    assert says in str(check(entry)[0].text)


def test_soon_is_no_day() -> None:
    entry = replace(GOOD, action="尽快编写夜班首响话术手册", due_on=None)
    assert any("“尽快” is no day" in str(one.text) for one in check(entry))


def test_a_gap_with_its_contingency_is_fine() -> None:
    assert check(replace(GOOD, gaps="缺 1 名培训师", contingency="向质检组借调一人")) == []


def test_nothing_said_is_asked_for_whole() -> None:
    assert {letter for letter, _field in found(Entry(), missing=True)} == set("SMART")
