"""The closed list of functions that a formula may use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from qualityloop.analysis.messages import Text

Kind = Literal["share", "mean", "sum", "count", "min", "max", "quantile", "nps", "ratio", "expression"]
Argument = Literal["condition", "number", "anything", "fraction", "aggregate"]


@dataclass(frozen=True, slots=True)
class Function:
    """How a function is called and what it answers with. The last `optional` arguments may be left out."""

    name: str
    kind: Kind
    arguments: tuple[Argument, ...]
    optional: int
    usage: str
    meaning: Text


FUNCTIONS: dict[str, Function] = {
    f.name: f
    for f in (
        Function(
            "count",
            "count",
            ("anything",),
            1,
            "count() · count(column)",
            Text("行数；给出列时只数该列有值的行", "The number of rows; with a column, of rows where it has a value"),
        ),
        Function(
            "share",
            "share",
            ("condition", "condition"),
            1,
            "share(condition) · share(condition, among)",
            Text(
                "符合条件的行在能够判断的行中所占的比例；可再限定分母",
                "The share of rows that meet a condition, among those where it is known; a second narrows these",
            ),
        ),
        Function("mean", "mean", ("number",), 0, "mean(number)", Text("平均值", "The arithmetic mean")),
        Function("sum", "sum", ("number",), 0, "sum(number)", Text("合计", "The total")),
        Function("min", "min", ("number",), 0, "min(number)", Text("最小值", "The smallest value")),
        Function("max", "max", ("number",), 0, "max(number)", Text("最大值", "The largest value")),
        Function("median", "quantile", ("number",), 0, "median(number)", Text("中位数", "The middle value")),
        Function(
            "quantile",
            "quantile",
            ("number", "fraction"),
            0,
            "quantile(number, 0.9)",
            Text("精确的百分位数，两值之间线性插值", "The exact percentile, interpolated linearly between two values"),
        ),
        Function(
            "nps",
            "nps",
            ("number",),
            0,
            "nps(column)",
            Text(
                "净推荐值：9–10 分的百分比减 0–6 分的百分比",
                "Net promoter score: percentage of 9–10 minus percentage of 0–6",
            ),
        ),
        Function(
            "ratio",
            "ratio",
            ("aggregate", "aggregate"),
            0,
            "ratio(function, function)",
            Text("两个汇总值之比", "One aggregate divided by another"),
        ),
    )
}

# What people write who come from SQL or a spreadsheet.
OTHER_NAMES = {
    "avg": "mean",
    "average": "mean",
    "averageif": "mean",
    "percentile": "quantile",
    "percentile_cont": "quantile",
    "quantile_cont": "quantile",
    "countif": "share",
    "count_if": "share",
    "percent": "share",
    "percentage": "share",
    "proportion": "share",
    "rate": "share",
    "divide": "ratio",
    "total": "sum",
}
