"""Short ways to write columns, and the columns that many fact tables share."""

from __future__ import annotations

from qualityloop.analysis.datasets.contract import Column, LocalPart, day_column
from qualityloop.analysis.messages import Text


def text(name: str, zh: str, en: str, *, required: bool = False) -> Column:
    """A column of text."""
    return Column(name, "text", Text(zh, en), required)


def instant(name: str, zh: str, en: str, *, required: bool = False) -> Column:
    """A column of instants."""
    return Column(name, "instant", Text(zh, en), required)


def integer(name: str, zh: str, en: str, *, low: float | None = 0, high: float | None = None) -> Column:
    """A column of whole numbers from `low` to `high`."""
    return Column(name, "integer", Text(zh, en), low=low, high=high)


def number(
    name: str, zh: str, en: str, *, unit: str | None = None, low: float | None = 0, high: float | None = None
) -> Column:
    """A column of numbers from `low` to `high`."""
    return Column(name, "number", Text(zh, en), unit=unit, low=low, high=high)


def boolean(name: str, zh: str, en: str) -> Column:
    """A column of yes and no."""
    return Column(name, "boolean", Text(zh, en))


def days(*instants: tuple[str, str, str]) -> tuple[LocalPart, ...]:
    """The local days of (name, 中文, English) instants."""
    return tuple(LocalPart(day_column(n), n, "day", Text(f"{zh}日期", f"{en} day")) for n, zh, en in instants)


CHANNEL = text("channel", "渠道", "Channel")
TEAM = text("team", "班组", "Team")
AGENT = text("agent", "客服", "Agent")
CUSTOMER = text("customer", "客户", "Customer")
PRODUCT = text("product", "产品", "Product")
TICKET = text("ticket_id", "工单号", "Ticket")
TIER = text("tier", "客户等级", "Customer tier")
REGION = text("region", "区域", "Region")
SHIFT = text("shift", "班次", "Shift")
