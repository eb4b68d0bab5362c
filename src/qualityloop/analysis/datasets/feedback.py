"""Fact tables of what customers say: survey answers, complaints, reviews."""

from __future__ import annotations

from qualityloop.analysis.datasets.columns import (
    AGENT,
    CHANNEL,
    CUSTOMER,
    PRODUCT,
    REGION,
    SHIFT,
    TEAM,
    TICKET,
    TIER,
    boolean,
    days,
    instant,
    integer,
    number,
    text,
)
from qualityloop.analysis.datasets.contract import Column, Dataset, Elapsed, LocalPart
from qualityloop.analysis.messages import Text

SURVEY_RESPONSES = Dataset(
    name="survey_responses",
    label=Text("满意度答卷", "Survey responses"),
    key=("response_id",),
    instant="answered_at",
    columns=(
        text("response_id", "答卷编号", "Response", required=True),
        instant("answered_at", "答卷时间", "Answered", required=True),
        TICKET,
        CUSTOMER,
        CHANNEL,
        TEAM,
        AGENT,
        SHIFT,
        PRODUCT,
        REGION,
        TIER,
        text("touchpoint", "触点", "Touchpoint"),
        integer("csat", "满意度（1–5）", "Satisfaction (1–5)", low=1, high=5),
        integer("nps", "推荐意愿（0–10）", "Likelihood to recommend (0–10)", low=0, high=10),
        integer("effort", "费力度（1–7）", "Effort (1–7)", low=1, high=7),
        boolean("solved", "客户认为已解决", "Solved, says the customer"),
        text("comment", "意见", "Comment"),
    ),
    derived=days(("answered_at", "答卷", "Answered")),
    dimensions=("shift", "team", "channel", "product", "region", "tier", "touchpoint", "agent"),
)

SURVEY_ITEMS = Dataset(
    name="survey_items",
    label=Text("答卷分项", "Items of surveys"),
    key=("response_id", "seq"),
    instant="at",
    columns=(
        text("response_id", "答卷编号", "Response", required=True),
        Column("seq", "integer", Text("序号", "Sequence"), required=True),
        instant("at", "答卷时间", "Answered", required=True),
        text("item", "评价项目", "Item", required=True),
        number("rating", "项目满意度", "Rating of the item", low=0, high=10),
        number("importance", "项目重要性", "Importance of the item", low=0, high=10),
    ),
    derived=days(("at", "答卷", "Answered")),
    dimensions=("item",),
)

COMPLAINTS = Dataset(
    name="complaints",
    label=Text("投诉台账", "Complaints"),
    key=("complaint_id",),
    instant="received_at",
    columns=(
        text("complaint_id", "投诉编号", "Complaint", required=True),
        instant("received_at", "受理时间", "Received", required=True),
        instant("classified_at", "分类时间", "Classified"),
        instant("answered_at", "答复时间", "Answered"),
        instant("closed_at", "办结时间", "Closed"),
        TICKET,
        CUSTOMER,
        CHANNEL,
        TEAM,
        AGENT,
        SHIFT,
        PRODUCT,
        REGION,
        text("category", "投诉类别", "Category"),
        text("cause", "根因", "Root cause"),
        text("severity", "严重程度", "Severity"),
        text("status", "状态", "Status"),
        boolean("upheld", "是否成立", "Upheld"),
        text("text", "投诉内容", "Text"),
    ),
    derived=(
        *days(("received_at", "受理", "Received"), ("closed_at", "办结", "Closed")),
        LocalPart("hour", "received_at", "hour", Text("时段（小时）", "Hour of day")),
        Elapsed(
            "classification_hours",
            "received_at",
            "classified_at",
            "hours",
            Text("初步分类时长（小时）", "Hours to classify"),
        ),
        Elapsed("answer_hours", "received_at", "answered_at", "hours", Text("答复时长（小时）", "Hours to answer")),
        Elapsed("closing_hours", "received_at", "closed_at", "hours", Text("办结时长（小时）", "Hours to close")),
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
        text("review_id", "评价编号", "Review", required=True),
        instant("at", "评价时间", "Time", required=True),
        instant("answered_at", "回复时间", "Answered"),
        text("platform", "平台", "Platform"),
        PRODUCT,
        CUSTOMER,
        number("rating", "评分（1–5）", "Rating (1–5)", low=0, high=5),
        text("text", "内容", "Text"),
    ),
    derived=(
        *days(("at", "评价", "Reviewed")),
        Elapsed("answer_hours", "at", "answered_at", "hours", Text("回复时长（小时）", "Hours to answer")),
    ),
    dimensions=("platform", "product"),
)
