"""The demo's finished audit round with its findings, and the quality plan of 远程诊断 with its risks."""

from __future__ import annotations

from datetime import date
from typing import Any

TITLE = "2026 年第三季度质量审核"
SERVICE = "远程诊断"
SUMMARY = (
    "受理、派单和完工环节总体按流程执行；回访和投诉首响记录不完整，夜班交接缺少签字。请先整改回访，其余两项月底前完成。"
)
FAILING = (  # how a point ends: answer, note, cases looked at and fine, finding with its grade
    ("fails", "抽查 30 单，11 单结案后 48 小时内没有回访记录", 30, 19, ("severe", "结案后未按时回访，记录缺失")),
    ("partly", "抽查 20 单，3 单首次响应时间没有登记", 20, 17, ("general", "首次响应时间登记不全")),
    ("partly", "夜班交接本两天没有签字", 14, 12, ("observation", "夜班交接签字偶有缺漏")),
)
RISKS: tuple[dict[str, Any], ...] = (
    {"title": "远程误判，仍需二次上门", "severity": 7, "likelihood": 6, "detection": 6,
     "cause": "客户描述不清，诊断树没有覆盖新机型", "consequence": "客户多等一天，重复维修率上升",
     "precaution": "上线前用 200 个历史工单双人复核诊断树，低于 90% 一致的机型不开放", "severity_after": 7,
     "likelihood_after": 2, "detection_after": 4, "indicator": "repeat_repair_rate", "side": "above", "threshold": 0.08,
     "done": True},
    {"title": "指导客户自行拆机造成人身伤害", "severity": 10, "likelihood": 3, "detection": 7,
     "cause": "话术没有写明断电和禁止拆机的界限", "consequence": "触电或烫伤，产品责任",
     "precaution": "SOP 写明禁止项，通话中必须复述断电确认，质检逐单抽听", "severity_after": 10,
     "likelihood_after": 1, "detection_after": 4, "done": True},
    {"title": "高峰期视频排队，客户放弃后投诉", "severity": 5, "likelihood": 7, "detection": 5,
     "cause": "只有 6 个视频席位", "consequence": "满意度下降，投诉增加", "precaution": "排队超过 3 分钟自动转电话",
     "severity_after": 5, "likelihood_after": 4, "detection_after": 3},
    {"title": "视频中出现客户隐私画面", "severity": 6, "likelihood": 4, "detection": 4, "cause": "开启摄像头前没有提示",
     "consequence": "隐私投诉", "precaution": "开启前提示并可随时遮挡，录像 30 天后删除"},
)  # fmt: skip
READY = ("12 名诊断工程师完成培训并考核通过", "远程诊断 SOP 已生效", "视频工具在弱网下测试通过")


def put() -> int:
    """Put in what is missing; how many things were put in. Documents and accounts must be there."""
    from django.utils import translation

    from qualityloop.foundation.models import User

    people = {user.username: user for user in User.objects.filter(username__in=("linzhuren", "zhaomin", "chen"))}
    if len(people) < 3:
        return 0
    with translation.override("zh-hans"):
        return _audit(people) + _launch(people)


def _audit(people: dict[str, Any]) -> int:
    from qualityloop.improvement.audits.models import Round
    from qualityloop.improvement.audits.services import checklist_make, round_move, round_plan
    from qualityloop.people.models import Staff

    if Round.objects.filter(title=TITLE).exists():
        return 0
    lin = people["linzhuren"]
    auditors = list(Staff.objects.filter(user__in=[people["zhaomin"], people["chen"]]))
    one = round_plan(
        actor=lin, title=TITLE, starts_on=date(2026, 9, 14), ends_on=date(2026, 9, 30), auditors=auditors,
        parts=["control", "caution"],
    )  # fmt: skip
    one = checklist_make(actor=lin, of=one, seed=1)
    if not one.points.exists():
        return 1
    one = round_move(actor=lin, of=one, state="running")
    _answer(people, one)
    round_move(actor=lin, of=one, state="reported", summary=SUMMARY)
    return 1


def _answer(people: dict[str, Any], one: Any) -> None:
    from qualityloop.improvement.audits.mending import finding_problem, finding_save
    from qualityloop.improvement.audits.services import point_answer
    from qualityloop.people.models import Staff

    zhao, chen = people["zhaomin"], people["chen"]
    owner = Staff.objects.filter(user=chen).first()
    points = list(one.points.all())
    step = max(1, len(points) // (len(FAILING) + 1))
    failing = dict(zip(range(step, len(points), step), FAILING, strict=False))
    for at, point in enumerate(points):
        if at not in failing:
            point_answer(actor=zhao, point=point, answer="conforms", looked=10, fine=10)
            continue
        answer, note, looked, fine, (severity, text) = failing[at]
        point_answer(actor=zhao, point=point, answer=answer, note=note, looked=looked, fine=fine)
        found = finding_save(actor=zhao, point=point, severity=severity, text=text, owner=owner)
        if severity == "severe":
            finding_problem(actor=zhao, finding=found)


def _launch(people: dict[str, Any]) -> int:
    from qualityloop.improvement.risks import services
    from qualityloop.improvement.risks.models import LaunchPlan
    from qualityloop.people.models import Staff

    if LaunchPlan.objects.filter(name=SERVICE).exists():
        return 0
    lin = people["linzhuren"]
    owner = Staff.objects.filter(user=people["chen"]).first()
    plan = services.plan_begin(
        actor=lin, name=SERVICE, launch_on=date(2027, 1, 11), owner=owner,
        department=owner.department if owner else None,
        what="客户用手机视频连线工程师，先远程诊断，能当场解决的不再上门。",
    )  # fmt: skip
    services.item_save(actor=lin, plan=plan, kind="goal", text="三个月内三成故障不上门解决，重复维修率不上升")
    for at, text in enumerate(READY):
        item = services.item_save(actor=lin, plan=plan, kind="ready", text=text)
        if at < len(READY) - 1:
            services.item_ready(actor=people["chen"], item=item, ready=True)
    for values in RISKS:
        given = {name: value for name, value in values.items() if name != "done"}
        risk = services.risk_save(actor=lin, plan=plan, owner=owner, **given)
        if values.get("done"):
            services.risk_done(actor=people["chen"], risk=risk)
    return 1
