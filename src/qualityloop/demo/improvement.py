"""Problems of the demo with what was found out about them: what the stories of the data lead to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SOURCE = "demo"


@dataclass(frozen=True, slots=True)
class Analysed:
    """A problem, its fishbone (category → causes, each with what hangs on it), its whys, the root and the direction."""

    key: str
    title: str
    what: str
    grade: str
    reason: str
    bones: dict[str, tuple[tuple[str, tuple[str, ...]], ...]]
    whys: tuple[tuple[str, str], ...]
    kind: str
    why_root: str
    direction: str


NIGHT = Analysed(
    "night_shift", "夜班在线首次响应变慢",
    "9 月以来夜班在线会话的首次响应明显变慢，白班没有变化。", "important", "连续两个月低于目标",
    {
        "人员": (("夜班只排两人", ("招聘停了三个月", "两人同时处理五个会话")), ("新人没有人带", ())),
        "设备与系统": (("排队提示只在电脑端弹出", ()),),
        "物料与知识": (("夜间常见问题没有快捷回复", ()),),
        "方法与流程": (("排班按白班话务量定", ("排班表半年没有更新",)), ("夜班无权转值班工程师", ())),
        "环境": (("促销把咨询推到 22 点以后", ()),),
    },
    (
        ("夜班客户要等很久才有人回应", "9 月、10 月夜班在线首次响应的明细"),
        ("同一时间在线会话多于夜班能接的数量", "排队记录：22–24 点平均五个会话等待"),
        ("夜班只排两人", "9、10 月排班表"),
        ("排班按白班话务量定，没有看夜间", "排班规则文件，2025 年制定"),
        ("没有人负责按时段复核排班", "访谈班长与质检"),
    ),
    "标准不清", "前四层都有记录可查；补上按时段复核的规则，其他原因会随之消失。",
    "按时段话务量排班，每月复核一次；夜间常见问题做成快捷回复。",
)  # fmt: skip
LOGISTICS = Analysed(
    "logistics", "物流信息更新不及时引发投诉",
    "客户看不到备件和上门物流的最新状态，反复来电询问后转为投诉。", "urgent", "投诉超出控制上限",
    {
        "人员": (("客服不知道去哪里查物流", ()),),
        "设备与系统": (("物流接口每天只同步一次", ("接口按旧合同每日推送",)), ("异常件没有提醒", ())),
        "方法与流程": (("没有规定多久必须告知客户", ()), ("仓库与客服之间没有交接规则", ())),
        "环境": (("承运商 8 月更换", ()),),
    },
    (
        ("客户投诉物流信息不更新", "8 月以来投诉台账：物流信息更新不及时"),
        ("页面上的物流状态落后一天以上", "抽查 20 单，18 单落后"),
        ("物流接口每天只同步一次", "接口日志"),
    ),
    "数据不同步", "抽查与日志一致：落后的都是等待下一次同步的单。",
    "改为每小时同步，异常件当天主动告知客户。",
)  # fmt: skip
REPAIRS = Analysed(
    "repeat_repairs", "滚筒洗衣机 W80 反复维修",
    "同一台 W80 在 30 天内再次报修的比例上升，客户要跑第二趟。", "important", "超过预警线且不是第一次",
    {
        "人员": (("新工程师不熟悉 W80 排水泵", ()),),
        "物料与知识": (("排水泵备件批次有缺陷", ("6 月换了供应商",)), ("维修手册没有 W80 新版", ())),
        "方法与流程": (("修完不做满水试机", ()),),
    },
    (
        ("修好的 W80 一个月内又坏", "重复维修明细"),
        ("坏的是同一个排水泵", "返修单故障描述，抽查 15 单"),
    ),
    "", "", "",
)  # fmt: skip
ANALYSED = (NIGHT, LOGISTICS, REPAIRS)


def analyse() -> int:
    """Put the problems in that are missing; how many were put in. Django must be set up, accounts and staff made."""
    from django.utils import translation

    from qualityloop.foundation.models import User
    from qualityloop.improvement.problems.models import Problem
    from qualityloop.people.models import Staff

    people = {user.username: user for user in User.objects.filter(username__in=("linzhuren", "zhaomin", "chen"))}
    if len(people) < 3:
        return 0
    present = set(Problem.objects.filter(source_ref__startswith=f"{SOURCE}:").values_list("source_ref", flat=True))
    wanted = [one for one in ANALYSED if f"{SOURCE}:{one.key}" not in present]
    owner = Staff.objects.filter(user=people["chen"]).first()
    with translation.override("zh-hans"):  # the shipped kinds of causes are made in the language of the demo
        for one in wanted:
            put(one, people, owner)
    return len(wanted)


def put(one: Analysed, people: dict[str, Any], owner: Any) -> Any:
    """A problem with its fishbone and whys; its cause is locked where its kind is known."""
    from qualityloop.improvement.causes.editing import node_add, trees_start, vote
    from qualityloop.improvement.causes.models import CauseTag, Node
    from qualityloop.improvement.causes.services import cause_lock, direction_set
    from qualityloop.improvement.problems.services import Found, problem_open

    lin, zhao, chen = people["linzhuren"], people["zhaomin"], people["chen"]
    problem = problem_open(
        actor=lin, title=one.title, what=one.what, grade=one.grade, grade_reason=one.reason, owner=owner,
        department=owner.department if owner else None, found=Found(source_ref=f"{SOURCE}:{one.key}"),
    ).problem  # fmt: skip
    trees_start(actor=lin, problem=problem)
    tops = {node.text: node for node in Node.objects.filter(problem=problem, tree="fishbone", parent=None)}
    for category, causes in one.bones.items():
        for at, (text, inner) in enumerate(causes):
            bone = node_add(actor=chen, problem=problem, tree="fishbone", text=text, parent=tops.get(category))
            for more in inner:
                node_add(actor=zhao, problem=problem, tree="fishbone", text=more, parent=bone)
            if at == 0:
                vote(actor=zhao, node=bone)
                vote(actor=chen, node=bone)
    node: Node | None = None
    for text, known_by in one.whys:
        node = node_add(actor=zhao, problem=problem, tree="whys", text=text, parent=node, known_by=known_by)
    if one.kind and node is not None:
        tag = CauseTag.objects.filter(name=one.kind).first()
        cause_lock(actor=lin, node=node, reason=one.why_root, tag=tag)
        direction_set(actor=lin, problem=problem, text=one.direction, version=0)
    return problem
