"""The demo's two measures that were carried out: one worked, one did not; evaluated from the demo's own rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from qualityloop.demo import organisation as org
from qualityloop.demo.improvement import SOURCE, Analysed, put
from qualityloop.demo.stories import FAILED, UNTIL, WORKED, Story

BASELINE = date(2025, 11, 1)


@dataclass(frozen=True, slots=True)
class Carried:
    """A problem with its analysis, and the measure that was taken."""

    analysed: Analysed
    story: Story
    team: str
    measure: str
    action: str
    indicator: str
    amount: float
    risk: tuple[str, str]


ESCALATION = Carried(
    Analysed(
        "worked", "技术支持组升级率偏高", "技术支持组每七张工单就有一张升级，其中多数知识库里已有答案。", "important",
        "连续两个月越过预警线",
        {
            "人员": (("新人习惯直接升级", ()),),
            "物料与知识": (("知识库检索词不统一", ()),),
            "方法与流程": (("没有规定升级前先查知识库", ("升级单不要求填写检索词",)),),
        },
        (
            ("升级率偏高", "2026 年 3、4 月升级明细"),
            ("多数升级单知识库里已有答案", "抽查 20 张升级单，17 张有答案"),
            ("没有规定升级前先查知识库", "升级流程文件"),
        ),
        "标准不清", "抽查的升级单没有一张写了检索词；有规定的两个组升级率低一半。",
        "升级前先查知识库并填写检索词，由组长每天抽查。",
    ),
    WORKED, org.TECHNICAL, "升级前先查知识库", "每张工单升级前先查知识库并填写检索词，组长每天抽查 10 张",
    "escalation_rate", 0.05, ("查询变慢", "常见问题置顶，组长现场答疑"),
)  # fmt: skip
CALLING = Carried(
    Analysed(
        "failed", "华南维修站解决时长偏长", "华南维修站硬件维修平均两天以上才解决，客户多次催问。",
        "ordinary", "高于目标一个月",
        {"方法与流程": (("上门时客户不在家", ()), ("备件到站才约客户", ()))},
        (("解决时长偏长", "2026 年 5 月明细"), ("上门时客户不在家，需要改约", "抽查 15 单，4 单改约")),
        "标准不清", "改约的单解决时长是其他单的两倍。", "上门前一天电话预约。",
    ),
    FAILED, org.STATIONS["华南"], "上门前电话预约", "上门前一天由站内客服电话预约时间，未接通的当晚再打一次",
    "resolution_hardware", 16.0, ("客户不接电话", "改发短信并次日早上再打"),
)  # fmt: skip


def improve() -> int:
    """Put in what is missing of the two; how many were put in. Django must be set up, accounts and the lake made."""
    from django.utils import translation

    from qualityloop.foundation.models import User
    from qualityloop.improvement.problems.models import Problem
    from qualityloop.people.models import Staff

    people = {user.username: user for user in User.objects.filter(username__in=("linzhuren", "zhaomin", "chen"))}
    if len(people) < 3:
        return 0
    owner = Staff.objects.filter(user=people["chen"]).first()
    present = set(Problem.objects.filter(source_ref__startswith=f"{SOURCE}:").values_list("source_ref", flat=True))
    wanted = [one for one in (ESCALATION, CALLING) if f"{SOURCE}:{one.analysed.key}" not in present]
    with translation.override("zh-hans"):
        for one in wanted:
            _carry_out(one, people, owner)
    return len(wanted)


def _carry_out(one: Carried, people: dict[str, Any], owner: Any) -> None:
    from qualityloop.improvement.effects.queries import proves
    from qualityloop.improvement.effects.services import evaluate_problem
    from qualityloop.improvement.effects.standardising import propose
    from qualityloop.improvement.problems.models import Problem
    from qualityloop.improvement.problems.services import problem_state

    problem = put(one.analysed, people, owner)
    _plan(one, problem, people, owner)
    problem = Problem.objects.get(pk=problem.pk)
    evaluate_problem(actor=None, problem=problem)
    if proves(problem):
        propose(actor=people["linzhuren"], problem=problem)
        problem_state(actor=people["linzhuren"], problem=problem, state="closed", verdict="effective")


def _plan(one: Carried, problem: Any, people: dict[str, Any], owner: Any) -> None:
    """A plan as it was frozen before the measure began, carried out since."""
    from django.utils import timezone

    from qualityloop.improvement.plans.services import plans

    chen, lin = people["chen"], people["linzhuren"]
    begins = one.story.begins()
    frozen = timezone.make_aware(datetime.combine(begins - timedelta(days=3), time(10)))
    plan = plans.plan_begin(actor=chen, problem=problem, goal=one.analysed.direction)
    measure = plans.measure_save(
        actor=chen, plan=plan, owner=owner, title=one.measure, action=one.action, cause=one.analysed.whys[-1][0],
        starts_on=begins, due_on=begins + timedelta(days=25), resources="组长每天半小时", indicator=one.indicator,
        group=[["team", one.team]], direction="down", amount=one.amount, effect_until=UNTIL, baseline_from=BASELINE,
        baseline_until=begins - timedelta(days=1), method="did", risks=[list(one.risk)],
    )  # fmt: skip
    plans.plan_submit(actor=chen, plan=plan)
    plans.plan_approve(actor=lin, plan=plan)
    plans.plan_start(actor=chen, plan=plan, now=frozen)
    plans.measure_move(actor=chen, measure=measure, state="done")
    plans.plan_end(actor=chen, plan=plan)
