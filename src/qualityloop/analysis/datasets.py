"""The contract between those who hold records and those who count them: the fact tables, column by column.

Types of a column: `text`, `integer`, `number`, `boolean`, `instant` (UTC, microseconds, stored without zone),
`date`. Derived columns are computed once, when rows enter a lake (`lake.py`), so that every engine reads the
same value; a derived column whose inputs are missing is simply absent, like a missing optional column.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .messages import Text

ColumnType = Literal["text", "integer", "number", "boolean", "instant", "date"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column as its owner delivers it."""

    name: str
    type: ColumnType
    label: Text
    required: bool = False
    unit: str | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Elapsed:
    """Time from `start` to `end` in `unit` ("seconds", "minutes", "hours", "days").

    Clock time, or working time of the lake's calendar where `working` is set. NULL where either end is missing.
    """

    name: str
    start: str
    end: str
    unit: Literal["seconds", "minutes", "hours", "days"]
    label: Text
    working: bool = False

    @property
    def type(self) -> ColumnType:
        return "number"

    @property
    def inputs(self) -> tuple[str, ...]:
        return (self.start, self.end)


@dataclass(frozen=True, slots=True)
class LocalPart:
    """What an instant reads on the organisation's wall clock.

    `day` is the local date, `hour` 0..23, `weekday` 1 (Monday)..7.
    """

    name: str
    instant: str
    part: Literal["day", "hour", "weekday"]
    label: Text

    @property
    def type(self) -> ColumnType:
        return "date" if self.part == "day" else "integer"

    @property
    def inputs(self) -> tuple[str, ...]:
        return (self.instant,)


@dataclass(frozen=True, slots=True)
class Computed:
    """Any other derived column: a scalar expression over `inputs` in DuckDB's SQL."""

    name: str
    type: ColumnType
    sql: str
    inputs: tuple[str, ...]
    label: Text
    unit: str | None = None


Derived = Elapsed | LocalPart | Computed


@dataclass(frozen=True, slots=True)
class Dataset:
    """One fact table.

    `key` identifies a row; `instant` is the instant by whose local month the table is partitioned;
    `order` lists pairs (earlier, later) of instants that may not stand the other way round;
    `dimensions` are the columns worth grouping by, in the order in which a search for drivers tries them.
    """

    name: str
    label: Text
    key: tuple[str, ...]
    instant: str
    columns: tuple[Column, ...]
    derived: tuple[Derived, ...] = ()
    order: tuple[tuple[str, str], ...] = ()
    dimensions: tuple[str, ...] = ()

    def column(self, name: str) -> Column | Derived | None:
        """The declared or derived column called `name`, or None."""
        for column in (*self.columns, *self.derived):
            if column.name == name:
                return column
        return None

    @property
    def instants(self) -> tuple[str, ...]:
        """Names of the declared instants; each may serve as an indicator's `period`."""
        return tuple(c.name for c in self.columns if c.type == "instant")


def day_column(instant: str) -> str:
    """Name of the stored local calendar day of `instant`: created_at → created_at_day."""
    return f"{instant}_day"


def _text(name: str, zh: str, en: str, *, required: bool = False) -> Column:
    return Column(name, "text", Text(zh, en), required)


def _instant(name: str, zh: str, en: str, *, required: bool = False) -> Column:
    return Column(name, "instant", Text(zh, en), required)


def _integer(name: str, zh: str, en: str, *, low: float | None = 0, high: float | None = None) -> Column:
    return Column(name, "integer", Text(zh, en), low=low, high=high)


def _number(
    name: str, zh: str, en: str, *, unit: str | None = None, low: float | None = 0, high: float | None = None
) -> Column:
    return Column(name, "number", Text(zh, en), unit=unit, low=low, high=high)


def _boolean(name: str, zh: str, en: str) -> Column:
    return Column(name, "boolean", Text(zh, en))


def _days(*instants: tuple[str, str, str]) -> tuple[LocalPart, ...]:
    return tuple(LocalPart(day_column(n), n, "day", Text(f"{zh}日期", f"{en} day")) for n, zh, en in instants)


_CHANNEL = _text("channel", "渠道", "Channel")
_TEAM = _text("team", "班组", "Team")
_AGENT = _text("agent", "客服", "Agent")
_CUSTOMER = _text("customer", "客户", "Customer")
_PRODUCT = _text("product", "产品", "Product")
_TICKET = _text("ticket_id", "工单号", "Ticket")
_TIER = _text("tier", "客户等级", "Customer tier")
_REGION = _text("region", "区域", "Region")
_SHIFT = _text("shift", "班次", "Shift")

TICKETS = Dataset(
    name="tickets",
    label=Text("工单", "Tickets"),
    key=("ticket_id",),
    instant="created_at",
    columns=(
        _text("ticket_id", "工单号", "Ticket", required=True),
        _text("source", "来源", "Source"),
        _instant("created_at", "创建时间", "Created", required=True),
        _instant("first_response_at", "首次响应时间", "First response"),
        _instant("resolved_at", "解决时间", "Resolved"),
        _instant("closed_at", "关闭时间", "Closed"),
        _instant("due_at", "时限", "Due"),
        _CHANNEL,
        _text("kind", "业务类型", "Kind of work"),
        _text("category", "问题类别", "Category"),
        _PRODUCT,
        _text("product_kind", "产品类型", "Kind of product"),
        _text("priority", "优先级", "Priority"),
        _TEAM,
        _AGENT,
        _SHIFT,
        _CUSTOMER,
        _TIER,
        _REGION,
        _text("status", "状态", "Status"),
        _text("subject", "主题", "Subject"),
        _integer("contacts", "联系次数", "Contacts until solved"),
        _integer("reopened", "重开次数", "Times reopened"),
        _boolean("escalated", "是否升级", "Escalated"),
        _integer("reassigned", "转派次数", "Times reassigned"),
        _number("handling_minutes", "处理时长", "Handling time", unit="minutes"),
        _number("queue_seconds", "排队时长", "Time in queue", unit="seconds"),
        _boolean("deviated", "是否偏离规定流程", "Deviated from the process"),
    ),
    derived=(
        *_days(
            ("created_at", "创建", "Created"),
            ("first_response_at", "首次响应", "First response"),
            ("resolved_at", "解决", "Resolved"),
            ("closed_at", "关闭", "Closed"),
            ("due_at", "时限", "Due"),
        ),
        LocalPart("hour", "created_at", "hour", Text("时段(小时)", "Hour of day")),
        LocalPart("weekday", "created_at", "weekday", Text("星期", "Weekday")),
        Elapsed(
            "first_response_minutes",
            "created_at",
            "first_response_at",
            "minutes",
            Text("首次响应时长(分钟)", "Minutes to first response"),
        ),
        Elapsed(
            "working_first_response_minutes",
            "created_at",
            "first_response_at",
            "minutes",
            Text("首次响应时长(工作分钟)", "Working minutes to first response"),
            working=True,
        ),
        Elapsed("resolution_hours", "created_at", "resolved_at", "hours", Text("解决时长(小时)", "Hours to resolve")),
        Elapsed(
            "working_resolution_hours",
            "created_at",
            "resolved_at",
            "hours",
            Text("解决时长(工作小时)", "Working hours to resolve"),
            working=True,
        ),
        Elapsed("closing_hours", "created_at", "closed_at", "hours", Text("关闭时长(小时)", "Hours to close")),
        Computed(
            "in_time",
            "boolean",
            "resolved_at <= due_at",
            ("resolved_at", "due_at"),
            Text("是否按时解决", "Resolved in time"),
        ),
    ),
    order=(
        ("created_at", "first_response_at"),
        ("created_at", "resolved_at"),
        ("created_at", "closed_at"),
    ),
    dimensions=(
        "shift",
        "team",
        "channel",
        "product",
        "category",
        "region",
        "kind",
        "tier",
        "priority",
        "product_kind",
        "source",
        "hour",
        "weekday",
        "agent",
    ),
)

TICKET_EVENTS = Dataset(
    name="ticket_events",
    label=Text("工单操作日志", "Ticket events"),
    key=("ticket_id", "seq"),
    instant="at",
    columns=(
        _text("ticket_id", "工单号", "Ticket", required=True),
        Column("seq", "integer", Text("序号", "Sequence"), required=True),
        _instant("at", "发生时间", "Time", required=True),
        _text("activity", "环节", "Activity", required=True),
        _text("lifecycle", "子状态", "Lifecycle"),
        _text("actor", "操作人", "Actor"),
        _TEAM,
    ),
    derived=_days(("at", "发生", "Event")),
    dimensions=("activity", "team", "actor"),
)

INTERACTIONS = Dataset(
    name="interactions",
    label=Text("服务交互", "Interactions"),
    key=("interaction_id",),
    instant="started_at",
    columns=(
        _text("interaction_id", "交互编号", "Interaction", required=True),
        _instant("started_at", "开始时间", "Started", required=True),
        _instant("answered_at", "接起时间", "Answered"),
        _instant("ended_at", "结束时间", "Ended"),
        _TICKET,
        _CHANNEL,
        _text("direction", "方向", "Direction"),
        _AGENT,
        _TEAM,
        _SHIFT,
        _CUSTOMER,
        _PRODUCT,
        _text("category", "问题类别", "Category"),
        _text("complexity", "复杂程度", "Complexity"),
        _number("queue_seconds", "排队时长", "Time in queue", unit="seconds"),
        _number("talk_seconds", "通话时长", "Talk time", unit="seconds"),
        _number("hold_seconds", "保持时长", "Hold time", unit="seconds"),
        _number("wrap_seconds", "话后处理时长", "Wrap-up time", unit="seconds"),
        _boolean("abandoned", "是否放弃", "Abandoned"),
        _boolean("transferred", "是否转接", "Transferred"),
        _boolean("solved", "是否解决", "Solved"),
    ),
    derived=(
        *_days(("started_at", "开始", "Started"), ("ended_at", "结束", "Ended")),
        LocalPart("hour", "started_at", "hour", Text("时段(小时)", "Hour of day")),
        LocalPart("weekday", "started_at", "weekday", Text("星期", "Weekday")),
        Elapsed("answer_seconds", "started_at", "answered_at", "seconds", Text("接起时长(秒)", "Seconds to answer")),
        Elapsed("duration_minutes", "started_at", "ended_at", "minutes", Text("交互时长(分钟)", "Minutes in all")),
        Computed(
            "handling_seconds",
            "number",
            "talk_seconds + coalesce(hold_seconds, 0) + coalesce(wrap_seconds, 0)",
            ("talk_seconds", "hold_seconds", "wrap_seconds"),
            Text("处理时长(秒)", "Handling seconds"),
            "seconds",
        ),
    ),
    order=(("started_at", "answered_at"), ("started_at", "ended_at")),
    dimensions=(
        "shift",
        "team",
        "channel",
        "product",
        "category",
        "complexity",
        "direction",
        "hour",
        "weekday",
        "agent",
    ),
)

MESSAGES = Dataset(
    name="messages",
    label=Text("聊天记录", "Messages"),
    key=("interaction_id", "seq"),
    instant="at",
    columns=(
        _text("interaction_id", "交互编号", "Interaction", required=True),
        Column("seq", "integer", Text("序号", "Sequence"), required=True),
        _instant("at", "发送时间", "Time", required=True),
        _text("author", "发送方", "Author", required=True),
        _text("text", "内容", "Text"),
    ),
    derived=_days(("at", "发送", "Sent")),
    dimensions=("author",),
)

SURVEY_RESPONSES = Dataset(
    name="survey_responses",
    label=Text("满意度答卷", "Survey responses"),
    key=("response_id",),
    instant="answered_at",
    columns=(
        _text("response_id", "答卷编号", "Response", required=True),
        _instant("answered_at", "答卷时间", "Answered", required=True),
        _TICKET,
        _CUSTOMER,
        _CHANNEL,
        _TEAM,
        _AGENT,
        _SHIFT,
        _PRODUCT,
        _REGION,
        _TIER,
        _text("touchpoint", "触点", "Touchpoint"),
        _integer("csat", "满意度(1–5)", "Satisfaction (1–5)", low=1, high=5),
        _integer("nps", "推荐意愿(0–10)", "Likelihood to recommend (0–10)", low=0, high=10),
        _integer("effort", "费力度(1–7)", "Effort (1–7)", low=1, high=7),
        _boolean("solved", "客户认为已解决", "Solved, says the customer"),
        _text("comment", "意见", "Comment"),
    ),
    derived=_days(("answered_at", "答卷", "Answered")),
    dimensions=("shift", "team", "channel", "product", "region", "tier", "touchpoint", "agent"),
)

COMPLAINTS = Dataset(
    name="complaints",
    label=Text("投诉台账", "Complaints"),
    key=("complaint_id",),
    instant="received_at",
    columns=(
        _text("complaint_id", "投诉编号", "Complaint", required=True),
        _instant("received_at", "受理时间", "Received", required=True),
        _instant("classified_at", "分类时间", "Classified"),
        _instant("answered_at", "答复时间", "Answered"),
        _instant("closed_at", "办结时间", "Closed"),
        _TICKET,
        _CUSTOMER,
        _CHANNEL,
        _TEAM,
        _AGENT,
        _SHIFT,
        _PRODUCT,
        _REGION,
        _text("category", "投诉类别", "Category"),
        _text("cause", "根因", "Root cause"),
        _text("severity", "严重程度", "Severity"),
        _text("status", "状态", "Status"),
        _boolean("upheld", "是否成立", "Upheld"),
        _text("text", "投诉内容", "Text"),
    ),
    derived=(
        *_days(("received_at", "受理", "Received"), ("closed_at", "办结", "Closed")),
        LocalPart("hour", "received_at", "hour", Text("时段(小时)", "Hour of day")),
        Elapsed(
            "classification_hours",
            "received_at",
            "classified_at",
            "hours",
            Text("初步分类时长(小时)", "Hours to classify"),
        ),
        Elapsed("answer_hours", "received_at", "answered_at", "hours", Text("答复时长(小时)", "Hours to answer")),
        Elapsed("closing_hours", "received_at", "closed_at", "hours", Text("办结时长(小时)", "Hours to close")),
    ),
    order=(("received_at", "classified_at"), ("received_at", "answered_at"), ("received_at", "closed_at")),
    dimensions=("category", "team", "channel", "product", "region", "cause", "severity", "shift", "agent"),
)

REVIEWS = Dataset(
    name="reviews",
    label=Text("第三方评价", "Reviews"),
    key=("review_id",),
    instant="at",
    columns=(
        _text("review_id", "评价编号", "Review", required=True),
        _instant("at", "评价时间", "Time", required=True),
        _instant("answered_at", "回复时间", "Answered"),
        _text("platform", "平台", "Platform"),
        _PRODUCT,
        _CUSTOMER,
        _number("rating", "评分(1–5)", "Rating (1–5)", low=0, high=5),
        _text("text", "内容", "Text"),
    ),
    derived=(
        *_days(("at", "评价", "Reviewed")),
        Elapsed("answer_hours", "at", "answered_at", "hours", Text("回复时长(小时)", "Hours to answer")),
    ),
    dimensions=("platform", "product"),
)

SCORES = Dataset(
    name="scores",
    label=Text("质检评分", "Quality scores"),
    key=("score_id",),
    instant="scored_at",
    columns=(
        _text("score_id", "评分编号", "Score", required=True),
        _instant("scored_at", "评分时间", "Scored", required=True),
        _text("sheet", "评分表", "Score sheet"),
        _text("interaction_id", "交互编号", "Interaction"),
        _TICKET,
        _CHANNEL,
        _TEAM,
        _AGENT,
        _SHIFT,
        _text("scorer", "质检员", "Scorer"),
        _number("total", "总分", "Total", low=0, high=100),
        _boolean("critical_failed", "是否触发致命项", "Critical item failed"),
        _number("inclusion_probability", "抽样概率", "Inclusion probability", low=0, high=1),
    ),
    derived=_days(("scored_at", "评分", "Scored")),
    dimensions=("team", "channel", "shift", "sheet", "scorer", "agent"),
)

SCORE_ITEMS = Dataset(
    name="score_items",
    label=Text("质检评分项", "Quality score items"),
    key=("score_id", "item"),
    instant="scored_at",
    columns=(
        _text("score_id", "评分编号", "Score", required=True),
        _text("item", "评分项", "Item", required=True),
        _instant("scored_at", "评分时间", "Scored", required=True),
        _text("dimension", "评分维度", "Dimension"),
        _CHANNEL,
        _TEAM,
        _AGENT,
        _SHIFT,
        _number("points", "得分", "Points"),
        _number("max_points", "满分", "Full points"),
        _boolean("not_applicable", "不适用", "Not applicable"),
        _number("inclusion_probability", "抽样概率", "Inclusion probability", low=0, high=1),
    ),
    derived=_days(("scored_at", "评分", "Scored")),
    dimensions=("item", "dimension", "team", "channel", "shift", "agent"),
)

PARTS_USED = Dataset(
    name="parts_used",
    label=Text("配件消耗", "Parts used"),
    key=("use_id",),
    instant="at",
    columns=(
        _text("use_id", "领用编号", "Use", required=True),
        _instant("at", "领用时间", "Time", required=True),
        _TICKET,
        _text("part", "配件", "Part"),
        _number("quantity", "数量", "Quantity"),
        _number("wait_hours", "等件时长", "Waited for the part", unit="hours"),
        _boolean("in_stock", "是否有库存", "In stock"),
        _TEAM,
        _PRODUCT,
        _REGION,
    ),
    derived=_days(("at", "领用", "Used")),
    dimensions=("part", "product", "team", "region"),
)

TRAINING_RESULTS = Dataset(
    name="training_results",
    label=Text("培训考核", "Training results"),
    key=("result_id",),
    instant="at",
    columns=(
        _text("result_id", "记录编号", "Result", required=True),
        _instant("at", "考核时间", "Time", required=True),
        _AGENT,
        _TEAM,
        _text("course", "课程", "Course"),
        _text("module", "模块", "Module"),
        _number("mark", "成绩", "Mark", low=0, high=100),
        _boolean("passed", "是否通过", "Passed"),
    ),
    derived=_days(("at", "考核", "Examined")),
    dimensions=("course", "module", "team", "agent"),
)

KNOWLEDGE_USES = Dataset(
    name="knowledge_uses",
    label=Text("知识库使用", "Knowledge uses"),
    key=("use_id",),
    instant="at",
    columns=(
        _text("use_id", "使用编号", "Use", required=True),
        _instant("at", "使用时间", "Time", required=True),
        _text("article", "知识条目", "Article"),
        _TICKET,
        _AGENT,
        _TEAM,
        _CHANNEL,
        _boolean("helpful", "是否有帮助", "Helpful"),
    ),
    derived=_days(("at", "使用", "Used")),
    dimensions=("article", "team", "channel", "agent"),
)

DATASETS: dict[str, Dataset] = {
    d.name: d
    for d in (
        TICKETS,
        TICKET_EVENTS,
        INTERACTIONS,
        MESSAGES,
        SURVEY_RESPONSES,
        COMPLAINTS,
        REVIEWS,
        SCORES,
        SCORE_ITEMS,
        PARTS_USED,
        TRAINING_RESULTS,
        KNOWLEDGE_USES,
    )
}
