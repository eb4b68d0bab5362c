"""What is said, word by word."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.indicators.standard import Indicator, Per
from qualityloop.analysis.messages import Text
from qualityloop.analysis.problems.problem import Driver
from qualityloop.analysis.problems.sentences import Facts, sentence

RESPONSE = Indicator(
    "first_response_online",
    Text("在线首次响应及时率", "Online first response in time"),
    "responsiveness",
    "tickets",
    "created_at",
    "share(first_response_minutes <= 5)",
    "percent",
    "higher",
    target=0.9,
)
COMPLAINTS = Indicator(
    "complaint_rate",
    Text("客户投诉率", "Complaint rate"),
    "satisfaction",
    "complaints",
    "received_at",
    "count()",
    "percent",
    "lower",
    per=Per("tickets", "created_at", "count()"),
    target=0.01,
)


def driver(column: str, value: str, share: float) -> Driver:
    return Driver((column,), ((column, value),), 0.3, 200, share, None, None)


FACTS = Facts(
    indicator=RESPONSE,
    dataset=DATASETS["tickets"],
    grain="week",
    period=date(2026, 10, 26),
    until=None,
    group=(),
    value=0.7123,
    target=0.9,
    n=1204,
    numerator=858,
    denominator=1204,
    previous=0.88,
    worsening=True,
    missed=2,
    overall=None,
    drivers=(driver("shift", "夜班", 0.631),),
)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_as_a_director_reads_it() -> None:
    said = sentence(FACTS)
    assert plain(said.zh) == (
        "在线首次响应及时率 2026 年第 44 周为 71.2 %（目标 90 %，1 204 单），连续第 2 周低于目标；缺口的 63 % 来自夜班"
    )
    assert said.en == (
        "Online first response in time was 71.2% in week 44 of 2026 (target 90%, 1,204 tickets),"
        " below target for 2 weeks running; 63% of the gap comes from shift 夜班"
    )


def test_complaints_count_on_tickets() -> None:
    said = sentence(
        replace(
            FACTS,
            indicator=COMPLAINTS,
            dataset=DATASETS["complaints"],
            grain="month",
            period=date(2026, 10, 1),
            value=0.0206,
            target=0.01,
            n=90,
            numerator=90,
            denominator=4365,
            missed=3,
            drivers=(driver("category", "物流信息更新不及时", 1.12),),
        )
    )
    assert plain(said.zh) == (
        "客户投诉率 2026 年 10 月为 2.1 %（目标 1 %，4 365 单中 90 件投诉），连续第 3 个月高于目标；"
        "超出部分几乎全部来自物流信息更新不及时"
    )
    assert said.en == (
        "Complaint rate was 2.1% in October 2026 (target 1%, 90 complaints on 4,365 tickets), above target for 3 months"
        " running; practically the whole excess comes from category 物流信息更新不及时"
    )


def test_the_first_time_it_happens() -> None:
    said = sentence(replace(FACTS, missed=1, drivers=(driver("shift", "夜班", 0.4), driver("region", "西部", 0.22))))
    assert said.en.endswith(
        "(target 90%, 1,204 tickets), after 88% in the period before;"
        " 40% of the gap comes from shift 夜班, 22% from region 西部"
    )
    assert sentence(replace(FACTS, missed=1, worsening=False, drivers=())).en.endswith("(target 90%, 1,204 tickets)")


def test_a_group_while_the_whole_is_fine() -> None:
    said = sentence(replace(FACTS, group=(("kind", "repair"),), overall=0.93, missed=1, worsening=False, drivers=()))
    assert said.en == (
        "Online first response in time for repair was 71.2% in week 44 of 2026"
        " (target 90%, 1,204 tickets); overall it is 93% and meets the target"
    )
    assert plain(said.zh).startswith(
        "维修的在线首次响应及时率 2026 年第 44 周为 71.2 %（目标 90 %，1 204 单）；整体为 93 %"
    )


def test_a_mean_over_the_range_and_an_own_history() -> None:
    mean = sentence(replace(FACTS, until=date(2026, 12, 28), drivers=()))
    assert "in the mean of week 44 of 2026 to week 53 of 2026" in mean.en
    assert "2026 年第 44 周至 2026 年第 53 周平均为" in mean.zh
    usual = sentence(replace(FACTS, own_history=True, drivers=()))
    assert usual.en == "Online first response in time was 71.2% in week 44 of 2026 (usually 90%, 1,204 tickets)"


def test_a_count_says_its_number_once() -> None:
    volume = replace(FACTS.indicator, unit="count", name=Text("工单量", "Tickets"))
    said = sentence(replace(FACTS, indicator=volume, value=47, target=19.2, own_history=True, drivers=()))
    assert said.en == "Tickets: 47 in week 44 of 2026 (usually 19.2)"
    assert plain(said.zh) == "工单量 2026 年第 44 周为 47（平时 19.2）"
