"""How numbers, periods and groups are said: the one place for pages, reports and sentences alike."""

from __future__ import annotations

import math
from datetime import date

from qualityloop.analysis.datasets import DATASETS, Dataset
from qualityloop.analysis.datasets.values import known_value
from qualityloop.analysis.indicators.standard import Unit
from qualityloop.analysis.indicators.values import Grain, Group, Status
from qualityloop.analysis.messages import Text
from qualityloop.analysis.problems.problem import Grade

STATUS_WORDS: dict[Status, Text] = {
    "met": Text("达标", "On target"),
    "warning": Text("预警", "Warning"),
    "missed": Text("不达标", "Missed"),
    "insufficient": Text("数据不足", "Too few data"),
}
GRADE_WORDS: dict[Grade, Text] = {
    "urgent": Text("紧急", "Urgent"),
    "important": Text("重要", "Important"),
    "ordinary": Text("一般", "Ordinary"),
}
SIGNAL_WORDS: dict[int | None, Text] = {
    1: Text("异常偏高（超出控制限）", "Signal: above the control limits"),
    0: Text("正常波动", "Noise: within the control limits"),
    -1: Text("异常偏低（超出控制限）", "Signal: below the control limits"),
    None: Text("历史数据不足，无法判断", "Too little history to tell"),
}
GRAIN_WORDS: dict[Grain, Text] = {
    "day": Text("天", "days"),
    "week": Text("周", "weeks"),
    "month": Text("个月", "months"),
    "quarter": Text("个季度", "quarters"),
    "year": Text("年", "years"),
}
_SUFFIXES: dict[Unit, Text] = {
    "percent": Text(" %", "%"),
    "minutes": Text(" 分钟", " min"),
    "hours": Text(" 小时", " h"),
    "seconds": Text(" 秒", " s"),
    "days": Text(" 天", " days"),
    "points": Text(" 分", " points"),
    "count": Text("", ""),
    "per_thousand": Text(" ‰", "‰"),
    "number": Text("", ""),
}
_FACTORS: dict[Unit, float] = {"percent": 100.0, "per_thousand": 1000.0}
_ROWS: dict[str, tuple[Text, Text]] = {  # measure word and noun; the second is for exactly one
    "tickets": (Text("单", " tickets"), Text("单", " ticket")),
    "ticket_events": (Text("个操作", " events"), Text("个操作", " event")),
    "interactions": (Text("次交互", " interactions"), Text("次交互", " interaction")),
    "messages": (Text("条消息", " messages"), Text("条消息", " message")),
    "survey_responses": (Text("份答卷", " answers"), Text("份答卷", " answer")),
    "survey_items": (Text("个分项评价", " ratings"), Text("个分项评价", " rating")),
    "complaints": (Text("件投诉", " complaints"), Text("件投诉", " complaint")),
    "reviews": (Text("条评价", " reviews"), Text("条评价", " review")),
    "scores": (Text("份评分", " score sheets"), Text("份评分", " score sheet")),
    "score_items": (Text("个评分项", " scored items"), Text("个评分项", " scored item")),
    "parts_used": (Text("次领用", " parts"), Text("次领用", " part")),
    "training_results": (Text("人次", " results"), Text("人次", " result")),
    "knowledge_uses": (Text("次使用", " uses"), Text("次使用", " use")),
}
_MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)


def format_number(value: float, language: str, digits: int | None = None) -> str:
    """A number with its thousands apart: 1 204 in Chinese, 1,204 in English.

    Without `digits`: none from 100 on, one from 10 on, two below, trailing zeros dropped.
    """
    if digits is None:
        digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
        text = f"{value:,.{digits}f}"
        if "." in text:
            text = text.rstrip("0").rstrip(".")
    else:
        text = f"{value:,.{digits}f}"
    if text.lstrip("-").strip("0.,") == "":
        text = text.lstrip("-")  # never "-0"
    return text.replace(",", "\N{NO-BREAK SPACE}") if language.startswith("zh") else text


def format_value(value: float | None, unit: Unit, language: str) -> str:
    """A value as it is read aloud: 0.7123 percent → 71.2 %; 12.34 minutes → 12.3 分钟; "–" where there is none.

    A share below 1 % keeps two decimals, so that 0.25 % and 0.31 % can be told apart.
    """
    if value is None or not math.isfinite(value):
        return "–"
    shown = value * _FACTORS.get(unit, 1.0)
    digits = None
    if unit == "percent":
        digits = 0 if shown == round(shown) else 2 if 0 < abs(shown) < 1 else 1
    elif unit == "count":
        digits = 0 if shown == round(shown) else 1
    return format_number(shown, language, digits) + _SUFFIXES[unit].in_language(language)


def format_share(share: float, language: str) -> str:
    """A share of a gap, without decimals: 63 %."""
    return f"{share * 100:.0f}" + _SUFFIXES["percent"].in_language(language)


def rows_label(n: float, dataset: str, language: str) -> str:
    """How many rows, said in the words of the dataset: 1 204 单, 1,204 tickets."""
    many, one = _ROWS[dataset]
    number = format_number(n, language, 0)
    word = (one if round(n) == 1 else many).in_language(language)
    return f"{number} {word}" if language.startswith("zh") else f"{number}{word}"


def period_label(start: date, grain: Grain, language: str) -> str:
    """The period that begins on `start`: 2026 年 10 月, October 2026. Weeks are those of ISO 8601."""
    chinese = language.startswith("zh")
    if grain == "day":
        if chinese:
            return f"{start.year} 年 {start.month} 月 {start.day} 日"
        return f"{start.day} {_MONTHS[start.month - 1]} {start.year}"
    if grain == "week":
        year, week, _ = start.isocalendar()
        return f"{year} 年第 {week} 周" if chinese else f"week {week} of {year}"
    if grain == "month":
        return f"{start.year} 年 {start.month} 月" if chinese else f"{_MONTHS[start.month - 1]} {start.year}"
    if grain == "quarter":
        quarter = (start.month + 2) // 3
        return f"{start.year} 年第 {quarter} 季度" if chinese else f"Q{quarter} {start.year}"
    return f"{start.year} 年" if chinese else f"{start.year}"


def column_label(column: str, dataset: Dataset | str, language: str) -> str:
    """What a column is called; its name where the dataset does not know it."""
    contract = DATASETS[dataset] if isinstance(dataset, str) else dataset
    found = contract.column(column)
    return found.label.in_language(language) if found else column


def value_label(column: str, value: str | None, dataset: Dataset | str, language: str) -> str:
    """One value of a dimension with as much of its column's name as it needs to be understood.

    Chinese values stand alone in Chinese sentences (夜班); what would not say of itself what it is (web, 3)
    is led by its column (渠道 web). The values that the shipped standards agree on are translated.
    """
    chinese = language.startswith("zh")
    label = column_label(column, dataset, language)
    if value is None or value == "":
        return f"未填{label}" if chinese else f"no {label.lower()}"
    if value.lower() in {"true", "false"}:
        answer = Text("是", "yes") if value.lower() == "true" else Text("否", "no")
        return f"{label}：{answer.zh}" if chinese else f"{label.lower()}: {answer.en}"
    word = known_value(column, value)
    if word is not None:
        return word.in_language(language)
    if chinese and any("\u4e00" <= character <= "\u9fff" for character in value):
        return value
    return f"{label} {value}" if chinese else f"{label.lower()} {value}"


def group_label(group: Group, dataset: Dataset | str, language: str) -> str:
    """A group in words: 夜班 · 在线; everything is 全部."""
    if not group:
        return Text("全部", "everything").in_language(language)
    return " · ".join(value_label(column, value, dataset, language) for column, value in group)
