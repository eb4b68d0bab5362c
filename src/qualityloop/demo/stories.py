"""What is hidden in the demo data, so that tests and pages can say whether the diagnosis finds it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from qualityloop.analysis.messages import Text
from qualityloop.demo import organisation as org

UNTIL = date(2026, 10, 31)  # last day of the default data: fixed, so that every figure of the demo stays as it is
MONTHS = 13  # twelve, and the month a year ago for 同比

StoryKind = Literal["night_shift", "logistics", "repeat_repairs", "worked", "failed"]


@dataclass(frozen=True, slots=True)
class Story:
    """A planted truth.

    `where` says which rows it touches, `months_before_end` and `day` when it begins: on that day of the month
    that many months before the last one. `before` and `after` are the probabilities (or, for the measure that
    failed, mean hours) that the generator draws with.
    """

    kind: StoryKind
    title: Text
    where: dict[str, str]
    months_before_end: int
    day: int
    before: float
    after: float

    def begins(self, until: date = UNTIL) -> date:
        """First day of the story in data that end on `until`."""
        month = until.year * 12 + until.month - 1 - self.months_before_end
        return date(month // 12, month % 12 + 1, self.day)


NIGHT_SHIFT = Story(
    "night_shift",
    Text("夜班在线首次响应变慢", "The night shift answers online customers late"),
    {"channel": org.ONLINE, "shift": org.NIGHT},
    months_before_end=1,
    day=1,
    before=0.915,
    after=0.33,
)
LOGISTICS = Story(
    "logistics",
    Text("物流信息更新不及时引发投诉", "Complaints because logistics information is not kept up to date"),
    {"category": "物流信息更新不及时"},
    months_before_end=2,
    day=1,
    before=0.0006,
    after=0.0135,
)
REPEAT_REPAIRS = Story(
    "repeat_repairs",
    Text("滚筒洗衣机 W80 反复维修", "Repairs of the drum washer W80 have to be repeated"),
    {"product": org.DRUM_WASHER, "kind": org.REPAIR},
    months_before_end=4,
    day=1,
    before=0.045,
    after=0.30,
)
WORKED = Story(
    "worked",
    Text("技术支持组升级前先查知识库：升级率下降", "Technical support looks in the knowledge base before escalating"),
    {"team": org.TECHNICAL},
    months_before_end=5,
    day=11,
    before=0.135,
    after=0.055,
)
FAILED = Story(
    "failed",
    Text("华南维修站上门前电话预约：解决时长没有缩短", "South station calls ahead of visits: no repair became faster"),
    {"team": org.STATIONS["华南"], "kind": org.REPAIR},
    months_before_end=4,
    day=15,
    before=52.0,
    after=52.0,
)
STORIES: tuple[Story, ...] = (NIGHT_SHIFT, LOGISTICS, REPEAT_REPAIRS, WORKED, FAILED)
