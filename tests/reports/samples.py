"""A small diagnosis made by hand: every status, a signal, gaps, few rows, and text that tries to break out."""

from __future__ import annotations

from datetime import date

from qualityloop.analysis.diagnose import Diagnosis
from qualityloop.analysis.indicators.standard import Indicator, Per, Standard
from qualityloop.analysis.indicators.values import Group, NotComputed, Status, Value, Values
from qualityloop.analysis.messages import Text, message
from qualityloop.analysis.problems.problem import Driver, Problem, Ranking

BREAKOUT = "</script><script>alert(1)</script>夜班"
FORMULA = '=HYPERLINK("http://evil.example","x")'
MONTHS = [date(2026, month, 1) for month in range(1, 11)]

FIRST_RESPONSE = Indicator(
    key="first_response_online",
    name=Text("在线首次响应及时率", "Online first response in time"),
    dimension="responsiveness",
    dataset="tickets",
    period="created_at",
    where="channel = 'online'",
    formula="share(first_response_minutes <= 5)",
    unit="percent",
    better="higher",
    baseline=0.80,
    target=0.90,
    warning=0.85,
    source=Text("客服系统工单", "Ticket system"),
    owner=Text("客服部", "Customer service"),
)
RESOLUTION = Indicator(
    key="resolution_hours",
    name=Text("平均解决时长", "Mean time to resolve"),
    dimension="efficiency",
    dataset="tickets",
    period="created_at",
    formula="mean(resolution_hours)",
    unit="hours",
    better="lower",
    target=48.0,
    warning=60.0,
)
COMPLAINTS = Indicator(
    key="complaint_rate",
    name=Text("投诉率", "Complaint rate"),
    dimension="satisfaction",
    dataset="complaints",
    period="received_at",
    formula="count()",
    per=Per("tickets", "created_at", "count()"),
    unit="percent",
    better="lower",
    target=0.01,
    warning=0.015,
    kind="complaint",
)
VOLUME = Indicator(
    key="volume",
    name=Text("工单量", "Tickets"),
    dimension="efficiency",
    dataset="tickets",
    period="created_at",
    formula="count()",
    unit="count",
    better="higher",
)
NPS = Indicator(
    key="nps",
    name=Text("净推荐值", "Net promoter score"),
    dimension="satisfaction",
    dataset="survey_responses",
    period="answered_at",
    formula="nps(nps)",
    unit="points",
    better="higher",
    target=50.0,
    warning=40.0,
    kind="satisfaction",
)
STANDARD = Standard(
    key="sample",
    version="3",
    name=Text("售后服务质量标准", "After-sales service standard"),
    dimensions={
        "responsiveness": Text("响应", "Responsiveness"),
        "efficiency": Text("效率", "Efficiency"),
        "satisfaction": Text("满意", "Satisfaction"),
    },
    indicators=(FIRST_RESPONSE, RESOLUTION, COMPLAINTS, VOLUME, NPS),
    headline=("first_response_online", "resolution_hours", "complaint_rate"),
)


def _series(
    key: str, numbers: list[float | None], status: Status | None, *, n: int, group: Group = (), spread: float = 0.02
) -> list[Value]:
    values: list[Value] = []
    for index, (month, number) in enumerate(zip(MONTHS, numbers, strict=True)):
        newest = index == len(MONTHS) - 1
        values.append(
            Value(
                key=key,
                period=month,
                group=group,
                value=number,
                n=n if number is not None else 0,
                numerator=None if number is None else round(number * n) if key != "complaint_rate" else n,
                denominator=None if number is None else n if key != "complaint_rate" else 10_000,
                low=None if number is None else number * (1 - spread),
                high=None if number is None else number * (1 + spread),
                interval=None if number is None else "wilson",
                status=None if number is None else status,
                previous=numbers[index - 1] if index else None,
                year_ago=None,
                signal=-1 if newest and key == "first_response_online" and not group else 0 if index > 7 else None,
                center=0.91 if key == "first_response_online" and index > 7 and not group else None,
                lower_limit=0.88 if key == "first_response_online" and index > 7 and not group else None,
                upper_limit=0.94 if key == "first_response_online" and index > 7 and not group else None,
            )
        )
    return values


def _values() -> list[Value]:
    online: list[float | None] = [0.92, 0.91, 0.915, 0.905, None, 0.92, 0.91, 0.90, 0.86, 0.712]
    found = _series("first_response_online", online, "missed", n=1204)
    for team, last, status in (
        (BREAKOUT, 0.33, "missed"),
        (FORMULA, 0.95, "met"),
        (None, 0.88, "insufficient"),
    ):
        numbers: list[float | None] = [*[0.9] * 9, last]
        found += _series("first_response_online", numbers, status, n=240, group=(("team", team),), spread=0.1)
    found += _series("resolution_hours", [44.0, 45, 46, 47, 48, 49, 50, 51, 52, 53.25], "warning", n=890)
    found += _series("complaint_rate", [0.006] * 9 + [0.0083], "met", n=41)
    for category, count in (("物流信息更新不及时", 60), ("维修返修", 25), ("态度", 10), ("收费", 5)):
        share = count / 10_000
        found += _series("complaint_rate", [share] * 10, None, n=count, group=(("category", category),))
    found += _series("volume", [5000.0 + 10 * i for i in range(10)], None, n=5000, spread=0)
    return found


PROBLEM = Problem(
    rank=1,
    indicator="first_response_online",
    group=(),
    period=MONTHS[-1],
    grade="important",
    value=0.712,
    target=0.90,
    warning=0.85,
    n=1204,
    low=0.686,
    high=0.737,
    affected=226.4,
    worsening=True,
    score=1273.5,
    previous=0.86,
    months_missed=2,
    sentence=Text(
        "在线首次响应及时率 2026 年 10 月为 71.2 %（目标 90 %，1 204 单），连续 2 个月低于目标；缺口的 63 % 来自夜班",
        "Online first response in time was 71.2% in October 2026 (target 90%, 1,204 tickets)",
    ),
    drivers=(
        Driver(("team",), (("team", BREAKOUT),), 0.33, 240, 0.63, -0.1, -0.002, 0.2),
        Driver(("team", "channel"), (("team", "A"), ("channel", None)), None, 100, 0.2, None, None, None),
    ),
    ranking=Ranking(affected=226.4, distance=3.75, certainty=1.0, worsening=1.5, p=0.0, q=0.0),
    reason=Text("满意度以外的指标连续两月低于目标", "below target for two months running"),
    signal=-1,
)
DIAGNOSIS = Diagnosis(
    standard=STANDARD,
    start=MONTHS[0],
    end=date(2026, 10, 31),
    grain="month",
    values=Values(
        snapshot="snap-1",
        standard="sample",
        version="3",
        start=MONTHS[0],
        end=date(2026, 10, 31),
        grain="month",
        groupings=[(), ("team",), ("category",)],
        values=_values(),
    ),
    problems=(PROBLEM,),
    not_computed=(NotComputed("nps", message("column “{column}”", column="nps")),),
    snapshot="snap-1",
    period=MONTHS[-1],
    rejected={"tickets": 12, "complaints": 0},
)
PROCESS: dict[str, object] = {
    "cases": 100,
    "events": 290,
    "start": {"受理": 98, "派单": 2},
    "end": {"关闭": 90, BREAKOUT: 10},
    "edges": [
        {"source": "受理", "target": "派单", "count": 98, "median_seconds": 600.0, "p90_seconds": 4000.0},
        {"source": "派单", "target": BREAKOUT, "count": 80, "median_seconds": 86400.0, "p90_seconds": 300000.0},
        {"source": BREAKOUT, "target": BREAKOUT, "count": 7, "median_seconds": None, "p90_seconds": None},
        {"source": BREAKOUT, "target": "关闭", "count": 70, "median_seconds": 40.0, "p90_seconds": 80.0},
        {"source": "派单", "target": "关闭", "count": 20, "median_seconds": 7200.0, "p90_seconds": 9000.0},
    ],
    "variants": [
        {"path": ["受理", "派单", BREAKOUT, "关闭"], "cases": 63},
        {"path": ["受理", "派单", "关闭"], "cases": 20},
    ],
    "rework": [{"activity": BREAKOUT, "cases": 6, "extra": 7}],
    "steps": [
        {
            "activity": activity,
            "events": events,
            "cases": min(events, 100),
            "handling": {"count": 0, "total_seconds": 0.0, "median_seconds": None, "p90_seconds": None},
            "waiting": {"count": events, "total_seconds": 9e5, "median_seconds": 600.0, "p90_seconds": 90000.0},
        }
        for activity, events in (("受理", 98), ("派单", 100), (BREAKOUT, 87), ("关闭", 90))
    ],
    "bottlenecks": [
        {"source": "派单", "target": BREAKOUT, "count": 80, "total_seconds": 6912000.0, "share": 0.9},
        {"source": "受理", "target": "派单", "count": 98, "total_seconds": 58800.0, "share": 0.1},
    ],
    "deviations": [{"kind": "skipped", "activity": BREAKOUT, "cases": 20, "share": 0.2}],
    "order": ["受理", "派单", BREAKOUT, "关闭"],
    "conforming": 63,
    "variant_count": 9,
    "left_out": {"incomplete": 3, "lifecycle": 0},
}
