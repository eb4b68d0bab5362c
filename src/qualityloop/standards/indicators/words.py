"""What the choices of an indicator's fields are called."""

from __future__ import annotations

from qualityloop.analysis.messages import Text

UNIT_WORDS = {
    "percent": Text("百分比", "Percent"),
    "minutes": Text("分钟", "Minutes"),
    "hours": Text("小时", "Hours"),
    "seconds": Text("秒", "Seconds"),
    "days": Text("天", "Days"),
    "points": Text("分", "Points"),
    "count": Text("件数", "Count"),
    "per_thousand": Text("千分比", "Per thousand"),
    "number": Text("数值", "Number"),
}
BETTER_WORDS = {"higher": Text("越高越好", "Higher is better"), "lower": Text("越低越好", "Lower is better")}
KIND_WORDS = {
    "satisfaction": Text("满意度", "Satisfaction"),
    "complaint": Text("投诉", "Complaint"),
}
