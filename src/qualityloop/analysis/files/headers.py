"""Which column of which dataset a header may mean: the names that service systems give them, Chinese and English."""

from __future__ import annotations

import re
import unicodedata

SYNONYMS: dict[str, tuple[str, ...]] = {
    "ticket_id": (
        "工单号", "工单编号", "工单ID", "单号", "服务单号", "报修单号", "事件编号", "case id", "case number",
        "case:concept:name",
        "ticket", "ticket id", "ticket no", "ticket number", "ticket #", "incident id", "incident number",
        "request id",
        "issue key", "order id", "sr number", "unique key", "case",
    ),
    "source": ("来源", "工单来源", "source", "origin", "account", "system"),
    "created_at": (
        "创建时间", "建单时间", "受理时间", "报修时间", "提交时间", "登记时间", "开单时间", "created",
        "created at", "created on",
        "create time", "created date", "open time", "opened", "opened at", "open date", "opendate", "submitted",
        "date",
        "reported", "case:startdate", "start date", "date created",
    ),
    "first_response_at": (
        "首次响应时间", "首响时间", "响应时间", "首次回复时间", "接单时间", "first response",
        "first response at", "first reply",
        "first response time", "responded at", "acknowledged at",
    ),
    "resolved_at": (
        "解决时间", "处理完成时间", "完成时间", "维修完成时间", "resolved", "resolved at", "resolved time",
        "resolution time", "solved at",
        "resolved date", "date resolved", "completed at",
    ),
    "closed_at": (
        "关闭时间", "结单时间", "办结时间", "归档时间", "closed", "closed at", "close time", "closed date",
        "close date",
        "closedate", "date closed", "case:enddate", "end date",
    ),
    "due_at": ("时限", "截止时间", "要求完成时间", "到期时间", "due", "due at", "due date", "deadline",
        "case:deadline", "target date"),
    "channel": (
        "渠道", "来源渠道", "受理渠道", "接入渠道", "服务渠道", "channel", "received via", "submitted via",
        "contact type", "medium",
        "case:channel", "via", "contact method",
    ),
    "kind": ("业务类型", "工单类型", "服务类型", "类型", "type", "ticket type", "kind", "request type",
        "service type"),
    "category": (
        "问题类别", "问题分类", "问题类型", "故障类型", "分类", "类别", "投诉类型", "投诉类别", "category",
        "complaint type", "issue type", "topic",
        "problem type", "classification", "closure code",
    ),
    "product": ("产品", "产品名称", "产品型号", "型号", "机型", "product", "product name", "model", "item",
        "service component"),
    "product_kind": ("产品类型", "产品类别", "产品线", "产品大类", "product type", "product line",
        "product category", "product kind"),
    "priority": ("优先级", "紧急程度", "priority", "urgency", "severity level", "impact"),
    "team": (
        "班组", "团队", "小组", "部门", "处理部门", "受理部门", "技能组", "队列", "team", "group", "department",
        "assignment group",
        "assigned group", "support group", "queue", "org:group", "workgroup", "case:department", "support section",
    ),
    "agent": (
        "客服", "坐席", "座席", "客服人员", "受理人", "处理人", "工程师", "经办人", "责任人", "工号", "agent",
        "assignee", "assigned to", "owner", "handler",
        "engineer", "technician", "employee", "operator", "case:responsible", "resource",
    ),
    "shift": ("班次", "shift"),
    "customer": ("客户", "客户名称", "客户编号", "用户", "用户ID", "会员号", "customer", "customer id",
        "client", "caller", "requester",
                 "customer name", "user", "contact"),
    "tier": ("客户等级", "会员等级", "客户级别", "tier", "customer tier", "level", "segment", "service level",
        "customer type"),
    "region": ("区域", "地区", "省份", "城市", "大区", "region", "state", "area", "borough", "province", "city",
        "district", "country"),
    "status": ("状态", "工单状态", "处理状态", "status", "ticket status", "case status"),
    "subject": ("主题", "标题", "问题描述", "subject", "title", "summary", "description", "descriptor",
        "short description"),
    "contacts": ("联系次数", "来电次数", "contacts", "number of contacts", "interactions", "x related interactions"),
    "reopened": ("重开次数", "重复打开次数", "reopened", "reopen count", "reopens", "times reopened"),
    "escalated": ("是否升级", "升级", "escalated", "is escalated", "escalation"),
    "reassigned": ("转派次数", "转单次数", "reassigned", "reassignment count", "reassignments", "x reassignments"),
    "handling_minutes": ("处理时长", "处理时长(分钟)", "handling minutes", "handle time minutes"),
    "queue_seconds": ("排队时长", "排队时长(秒)", "等待时长", "等待时长(秒)", "queue time", "queue seconds",
        "wait time", "waiting time"),
    "seq": ("序号", "顺序", "seq", "sequence", "no", "step no", "#", "activity number", "incident activity number"),
    "at": ("时间", "操作时间", "发生时间", "时间戳", "记录时间", "评价时间", "发送时间", "领用时间", "使用时间",
        "time", "timestamp",
           "time:timestamp", "event time", "datetime", "date", "at", "data stamp", "date stamp", "unixtime",
           "complete timestamp",
           "review date", "start timestamp"),
    "activity": ("环节", "操作", "动作", "活动", "步骤", "操作类型", "节点", "activity", "event",
        "concept:name", "action", "step",
                 "activity name", "incident activity type", "activity type", "task"),
    "lifecycle": ("子状态", "生命周期", "lifecycle", "lifecycle:transition", "sub status"),
    "actor": ("操作人", "操作员", "执行人", "处理人", "actor", "resource", "org:resource", "user", "performer",
        "agent"),
    "interaction_id": ("交互编号", "通话编号", "会话编号", "会话ID", "录音流水号", "通话ID", "interaction id",
        "call id", "chat id", "session id",
                       "conversation id", "dialogue id", "dialogueid", "contact id"),
    "started_at": ("开始时间", "来电时间", "呼入时间", "会话开始时间", "started at", "start time", "call start",
        "started"),
    "answered_at": ("接起时间", "应答时间", "答卷时间", "答复时间", "回复时间", "填写时间", "提交时间",
        "调查时间", "评价时间", "answered at", "answer time",
                    "answered", "response date", "responded at", "survey date", "reply time"),
    "ended_at": ("结束时间", "挂机时间", "会话结束时间", "ended at", "end time", "call end"),
    "direction": ("方向", "呼叫方向", "direction"),
    "complexity": ("复杂程度", "难度", "complexity"),
    "talk_seconds": ("通话时长", "通话时长(秒)", "talk time", "talk seconds", "call duration", "duration"),
    "hold_seconds": ("保持时长", "保持时长(秒)", "hold time", "hold seconds"),
    "wrap_seconds": ("话后处理时长", "话后时长", "整理时长", "wrap time", "after call work", "acw", "wrap up time"),
    "abandoned": ("是否放弃", "放弃", "abandoned"),
    "transferred": ("是否转接", "转接", "transferred"),
    "solved": ("是否解决", "已解决", "问题是否解决", "客户认为已解决", "solved", "resolved", "problem solved"),
    "author": ("发送方", "发言人", "角色", "author", "sender", "speaker", "role", "from", "agent"),
    "text": ("内容", "投诉内容", "评价内容", "消息内容", "描述", "text", "content", "message", "body",
        "customer complaint", "complaint",
             "review", "comment", "complaint text", "descriptor", "narrative"),
    "response_id": ("答卷编号", "问卷编号", "回访编号", "response id", "survey id", "answer id", "id"),
    "touchpoint": ("触点", "touchpoint", "survey type"),
    "csat": ("满意度", "满意度评分", "满意度得分", "总体满意度", "csat", "satisfaction", "satisfaction score",
        "rating"),
    "nps": ("推荐意愿", "净推荐值", "推荐度", "nps", "likelihood to recommend", "nps score", "recommend"),
    "effort": ("费力度", "ces", "effort", "customer effort"),
    "comment": ("意见", "建议", "评语", "客户意见", "备注", "comment", "comments", "feedback", "verbatim"),
    "complaint_id": ("投诉编号", "投诉单号", "客诉编号", "客诉单号", "complaint id", "complaint no",
        "complaint number", "ticket #", "ticket",
                     "case id", "unique key"),
    "received_at": ("受理时间", "投诉时间", "投诉日期", "接收时间", "登记时间", "received at", "received",
        "complaint date", "date received", "date",
                    "created at", "created", "opendate"),
    "classified_at": ("分类时间", "classified at"),
    "cause": ("根因", "原因", "投诉原因", "root cause", "cause", "reason"),
    "severity": ("严重程度", "严重等级", "severity", "seriousness"),
    "upheld": ("是否成立", "是否属实", "upheld", "justified"),
    "review_id": ("评价编号", "评论编号", "review id", "id"),
    "platform": ("平台", "店铺", "platform", "shop", "store"),
    "rating": ("评分", "星级", "打分", "rating", "stars", "score"),
    "score_id": ("评分编号", "质检编号", "质检单号", "score id", "evaluation id"),
    "scored_at": ("评分时间", "质检时间", "质检日期", "scored at", "evaluation date", "evaluated at"),
    "sheet": ("评分表", "质检表", "模板", "sheet", "form", "scorecard"),
    "scorer": ("质检员", "评分人", "质检人", "scorer", "evaluator", "auditor"),
    "total": ("总分", "质检得分", "得分", "total", "total score", "score"),
    "critical_failed": ("是否触发致命项", "致命项", "critical failed", "fatal", "auto fail"),
    "inclusion_probability": ("抽样概率", "inclusion probability", "sampling probability"),
    "item": ("评分项", "质检项", "评价项目", "item", "criterion", "question"),
    "importance": ("项目重要性", "重要性", "importance"),
    "dimension": ("评分维度", "维度", "dimension", "section"),
    "points": ("得分", "points", "score"),
    "max_points": ("满分", "分值", "max points", "maximum"),
    "not_applicable": ("不适用", "not applicable", "n/a"),
    "use_id": ("领用编号", "使用编号", "领料单号", "use id", "usage id"),
    "part": ("配件", "配件名称", "备件", "物料", "part", "part name", "spare part", "part number"),
    "quantity": ("数量", "quantity", "qty"),
    "wait_hours": ("等件时长", "wait hours"),
    "in_stock": ("是否有库存", "in stock"),
    "result_id": ("记录编号", "成绩编号", "result id"),
    "course": ("课程", "课程名称", "course"),
    "module": ("模块", "module"),
    "mark": ("成绩", "分数", "考试成绩", "mark", "grade", "exam score"),
    "passed": ("是否通过", "是否合格", "passed"),
    "article": ("知识条目", "知识标题", "文章", "article", "article id", "knowledge id", "km number"),
    "helpful": ("是否有帮助", "helpful"),
}  # fmt: skip

# words in a file's name or headers that speak for one dataset
HINTS: dict[str, tuple[str, ...]] = {
    "complaints": ("投诉", "客诉", "complaint"),
    "survey_items": ("答卷分项", "分项评价", "survey item"),
    "survey_responses": ("满意度", "问卷", "答卷", "回访", "survey", "csat", "nps"),
    "ticket_events": ("日志", "流水", "event", "activit", "log"),
    "interactions": ("通话", "话单", "会话", "call", "interaction"),
    "messages": ("聊天", "消息", "message", "dialog", "chat"),
    "reviews": ("评价", "评论", "review"),
    "score_items": ("评分项", "质检明细"),
    "scores": ("质检", "评分", "score", "evaluation"),
    "parts_used": ("配件", "备件", "part"),
    "training_results": ("培训", "考试", "考核", "training", "exam"),
    "knowledge_uses": ("知识库", "knowledge"),
    "tickets": ("工单", "报修", "ticket", "incident", "case", "request"),
}

MISSING_WORDS = frozenset(
    {"na", "n/a", "#n/a", "null", "none", "nan", "nil", "-", "--", "---", "?", "??", "unknown", "#multivalue",
    "undefined",
     "无", "空", "未知", "暂无", "不详", "/", "\\n"}
)  # fmt: skip


def plain(header: str) -> str:
    """A header without case, spaces and signs: "Ticket #" → "ticket", "处理时长(分钟)" → "处理时长分钟"."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", header).lower())


_PLAIN = {target: tuple(plain(word) for word in (target, *words)) for target, words in SYNONYMS.items()}


def closeness(header: str, target: str) -> float:
    """How well a header names a column: 0 not at all … 1 exactly; earlier synonyms a little better than later ones."""
    words = _PLAIN.get(target, (plain(target),))
    # "Events.UnixTime" and "case:channel" are also known by their last part
    spoken = [plain(header), plain(re.split(r"[.:]", header)[-1])]
    best = 0.0
    for penalty, word in enumerate(words):
        if word and word == spoken[0]:
            best = max(best, 1.0 - 0.005 * penalty)
        elif word and word == spoken[1]:
            best = max(best, 0.8 - 0.005 * penalty)
    return best
