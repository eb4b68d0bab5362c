"""Fact tables around the work: quality scores, parts, training, knowledge."""

from __future__ import annotations

from qualityloop.analysis.datasets.columns import (
    AGENT,
    CHANNEL,
    PRODUCT,
    REGION,
    SHIFT,
    TEAM,
    TICKET,
    boolean,
    days,
    instant,
    number,
    text,
)
from qualityloop.analysis.datasets.contract import Dataset
from qualityloop.analysis.messages import Text

SCORES = Dataset(
    name="scores",
    label=Text("质检评分", "Quality scores"),
    key=("score_id",),
    instant="scored_at",
    columns=(
        text("score_id", "评分编号", "Score", required=True),
        instant("scored_at", "评分时间", "Scored", required=True),
        text("sheet", "评分表", "Score sheet"),
        text("interaction_id", "交互编号", "Interaction"),
        TICKET,
        CHANNEL,
        TEAM,
        AGENT,
        SHIFT,
        text("scorer", "质检员", "Scorer"),
        number("total", "总分", "Total", low=0, high=100),
        boolean("critical_failed", "是否触发致命项", "Critical item failed"),
        number("inclusion_probability", "抽样概率", "Inclusion probability", low=0, high=1),
    ),
    derived=days(("scored_at", "评分", "Scored")),
    dimensions=("team", "channel", "shift", "sheet", "scorer", "agent"),
)

SCORE_ITEMS = Dataset(
    name="score_items",
    label=Text("质检评分项", "Quality score items"),
    key=("score_id", "item"),
    instant="scored_at",
    columns=(
        text("score_id", "评分编号", "Score", required=True),
        text("item", "评分项", "Item", required=True),
        instant("scored_at", "评分时间", "Scored", required=True),
        text("dimension", "评分维度", "Dimension"),
        CHANNEL,
        TEAM,
        AGENT,
        SHIFT,
        number("points", "得分", "Points"),
        number("max_points", "满分", "Full points"),
        boolean("not_applicable", "不适用", "Not applicable"),
        number("inclusion_probability", "抽样概率", "Inclusion probability", low=0, high=1),
    ),
    derived=days(("scored_at", "评分", "Scored")),
    dimensions=("item", "dimension", "team", "channel", "shift", "agent"),
)

PARTS_USED = Dataset(
    name="parts_used",
    label=Text("配件消耗", "Parts used"),
    key=("use_id",),
    instant="at",
    columns=(
        text("use_id", "领用编号", "Use", required=True),
        instant("at", "领用时间", "Time", required=True),
        TICKET,
        text("part", "配件", "Part"),
        number("quantity", "数量", "Quantity"),
        number("wait_hours", "等件时长", "Waited for the part", unit="hours"),
        boolean("in_stock", "是否有库存", "In stock"),
        TEAM,
        PRODUCT,
        REGION,
    ),
    derived=days(("at", "领用", "Used")),
    dimensions=("part", "product", "team", "region"),
)

TRAINING_RESULTS = Dataset(
    name="training_results",
    label=Text("培训考核", "Training results"),
    key=("result_id",),
    instant="at",
    columns=(
        text("result_id", "记录编号", "Result", required=True),
        instant("at", "考核时间", "Time", required=True),
        AGENT,
        TEAM,
        text("course", "课程", "Course"),
        text("module", "模块", "Module"),
        number("mark", "成绩", "Mark", low=0, high=100),
        boolean("passed", "是否通过", "Passed"),
    ),
    derived=days(("at", "考核", "Examined")),
    dimensions=("course", "module", "team", "agent"),
)

KNOWLEDGE_USES = Dataset(
    name="knowledge_uses",
    label=Text("知识库使用", "Knowledge uses"),
    key=("use_id",),
    instant="at",
    columns=(
        text("use_id", "使用编号", "Use", required=True),
        instant("at", "使用时间", "Time", required=True),
        text("article", "知识条目", "Article"),
        TICKET,
        AGENT,
        TEAM,
        CHANNEL,
        boolean("helpful", "是否有帮助", "Helpful"),
    ),
    derived=days(("at", "使用", "Used")),
    dimensions=("article", "team", "channel", "agent"),
)
