"""What the values of some columns are called."""

from __future__ import annotations

from qualityloop.analysis.messages import Text

# Values that the shipped standards agree on; all others are the organisation's own words.
_VALUES: dict[str, dict[str, Text]] = {
    "channel": {
        "phone": Text("电话", "phone"),
        "online": Text("在线", "online chat"),
        "app": Text("小程序/APP", "app"),
        "email": Text("邮件", "e-mail"),
        "social": Text("社交媒体", "social media"),
        "sms": Text("短信", "text messages"),
        "form": Text("网页表单", "web form"),
        "review": Text("第三方评价", "reviews"),
        "face": Text("当面", "face to face"),
    },
    "kind": {
        "repair": Text("维修", "repair"),
        "installation": Text("安装调试", "installation"),
        "training": Text("客户培训", "customer training"),
        "technical_support": Text("技术支持", "technical support"),
        "consultation": Text("咨询", "consultation"),
    },
    "complexity": {
        "simple": Text("简单", "simple"),
        "normal": Text("一般", "ordinary"),
        "complex": Text("复杂", "complex"),
    },
    "direction": {"inbound": Text("呼入", "inbound"), "outbound": Text("呼出", "outbound")},
    "product_kind": {"hardware": Text("硬件", "hardware"), "software": Text("软件", "software")},
}
_WEEKDAYS = (
    Text("周一", "Monday"),
    Text("周二", "Tuesday"),
    Text("周三", "Wednesday"),
    Text("周四", "Thursday"),
    Text("周五", "Friday"),
    Text("周六", "Saturday"),
    Text("周日", "Sunday"),
)


def known_value(column: str, value: str) -> Text | None:
    """Hours, weekdays, and the values that the shipped standards agree on."""
    if column == "hour" and value.isdecimal():
        return Text(f"{value}–{int(value) + 1} 时", f"{value}:00–{int(value) + 1}:00")
    if column == "weekday" and value in {"1", "2", "3", "4", "5", "6", "7"}:
        return _WEEKDAYS[int(value) - 1]
    return _VALUES.get(column, {}).get(value)
