"""The complaint ledger 投诉–原因–处理."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from qualityloop.demo import stories
from qualityloop.demo.generation.tickets import Tickets, due
from qualityloop.demo.generation.world import (
    Instants,
    Integers,
    Names,
    World,
    chance,
    labels,
    lognormal,
    pick,
    seconds,
    table,
    texts,
    unless,
)

LOGISTICS = stories.LOGISTICS.where["category"]
SERIOUS, ORDINARY, SLIGHT = "严重", "一般", "轻微"
CLASSIFYING, INVESTIGATING, ANSWERED, CLOSED = "待分类", "调查中", "已答复", "已办结"


@dataclass(frozen=True, slots=True)
class Subject:
    """What one complains about: chance per ticket, possible root causes, and how one says it."""

    category: str
    per_ticket: float
    causes: tuple[str, ...]
    texts: tuple[str, ...]


SUBJECTS = (
    Subject(
        LOGISTICS,
        stories.LOGISTICS.before,
        (
            "法：物流状态未与工单系统同步",
            "机：客服没有物流系统查询权限",
            "料：承运商更新不及时",
            "人：客服未掌握物流查询方法",
        ),
        (
            "物流信息一直不更新，打了几次电话都说不清货到哪了",
            "页面显示已发货，五天没有任何物流记录",
            "配件说寄出了，查不到单号，客服让我再等等",
            "新机配送进度查不到，请了假在家白等一天",
            "物流停在中转站三天，没有人主动告诉我",
        ),
    ),
    Subject(
        "服务态度",
        0.0013,
        ("人：服务意识不足", "人：情绪管理欠缺", "法：话术指引缺失"),
        ("客服说话很冲，没等我说完就挂断", "师傅上门态度不好，问一句顶一句", "语气敷衍，一直让我自己看说明书"),
    ),
    Subject(
        "维修质量",
        0.0014,
        ("人：技术判断错误", "料：配件质量不良", "法：故障案例未更新到知识库"),
        ("同一个故障修了两次还没好", "修完出现新的毛病", "换上的配件用了两天就坏"),
    ),
    Subject(
        "上门不及时",
        0.0013,
        ("法：派单规则不合理", "环：区域路途偏远", "人：排班人手不足"),
        ("约定时间没来，也没有电话通知", "改约三次，耽误上班", "等了十天还没有人上门"),
    ),
    Subject(
        "响应慢",
        0.0009,
        ("人：排班人手不足", "机：在线客服系统排队异常", "法：高峰期没有支援机制"),
        ("在线客服排了半天队没人理", "留言两天才回复", "电话一直占线打不进来"),
    ),
    Subject(
        "收费争议",
        0.0010,
        ("法：收费标准公示不清", "人：收费说明不到位"),
        ("上门费事先没有说明", "保修期内要收检测费，不合理", "报价和最后收的不一样"),
    ),
    Subject(
        "配件等待",
        0.0009,
        ("料：库存不足", "料：供应商交货延迟", "法：缺件升级流程不清"),
        ("等配件等了半个月", "一直说缺货，没有准确时间", "配件到了又说型号不对，重新等"),
    ),
)


def complaint_table(world: World, tickets: Tickets) -> pa.Table:
    """The dataset `complaints`. The story of the logistics begins with complaints received from its day on."""
    rng = world.rng("complaints")
    rows, subject, received = _draw(world, rng, tickets)
    size, chosen = len(rows), tickets.rows(rows)
    classified = received + seconds(np.rint(lognormal(rng, 6.5, 0.6, size) * 3600))
    answered = classified + seconds(np.rint(lognormal(rng, 13.0, 0.6, size) * 3600))
    closed = answered + seconds(np.rint(lognormal(rng, 60.0, 0.6, size) * 3600))
    classified, answered, closed = (world.seen(at) for at in (classified, answered, closed))
    known = ~np.isnat(classified)
    columns = {
        "complaint_id": _ids(received),
        "received_at": received,
        "classified_at": classified,
        "answered_at": answered,
        "closed_at": closed,
        "ticket_id": chosen.ticket_id,
        "customer": chosen.customer,
        "channel": chosen.channel,
        "team": chosen.team,
        "agent": chosen.agent,
        "shift": chosen.shift,
        "product": chosen.product,
        "region": chosen.region,
        "category": labels([s.category for s in SUBJECTS], subject),
        "cause": unless(np.isnat(answered), _sentences(rng, subject, [s.causes for s in SUBJECTS])),
        "severity": unless(~known, labels((SERIOUS, ORDINARY, SLIGHT), pick(rng, (0.12, 0.63, 0.25), size))),
        "status": _status(classified, answered, closed),
        "upheld": np.where(np.isnat(answered), np.nan, chance(rng, 0.72, size).astype(float)),
        "text": _sentences(rng, subject, [s.texts for s in SUBJECTS]),
    }
    return table("complaints", columns)


def _draw(world: World, rng: np.random.Generator, tickets: Tickets) -> tuple[Integers, Integers, Instants]:
    """Rows of the tickets complained about, what about, and when; at most one complaint per ticket."""
    size = len(tickets)
    received = tickets.created + seconds(np.rint(lognormal(rng, 40.0, 0.8, size) * 3600))
    chances = np.tile([s.per_ticket for s in SUBJECTS], (size, 1))
    story = stories.LOGISTICS
    chances[:, 0] = np.where(received >= world.begins(story), story.after, story.before)
    late = tickets.resolved > due(tickets)
    chances[:, 2] *= np.where(tickets.reopened > 0, 5.0, 0.85)
    chances[:, 3] *= np.where(late, 3.5, 0.6)
    chances[:, 6] *= np.where(tickets.waits_for_parts, 8.0, 0.5)
    subject = (rng.random(size)[:, None] > np.cumsum(chances, axis=1)).sum(axis=1)
    rows = np.flatnonzero((subject < len(SUBJECTS)) & (received < world.horizon))
    rows = rows[np.argsort(received[rows], kind="stable")]
    return rows, subject[rows], received[rows]


def _ids(received: Instants) -> Names:
    """TS, year, running number of the year."""
    year = received.astype("datetime64[Y]").astype(np.int64) + 1970
    running = np.arange(len(year)) - np.searchsorted(year, year) + 1
    return texts(f"TS-{y}-{n:05d}" for y, n in zip(year, running, strict=True))


def _sentences(rng: np.random.Generator, subject: Integers, options: list[tuple[str, ...]]) -> Names:
    draws = rng.random(len(subject))
    return texts(options[s][int(d * len(options[s]))] for s, d in zip(subject, draws, strict=True))


def _status(classified: Instants, answered: Instants, closed: Instants) -> Names:
    stage = (~np.isnat(classified)).astype(int) + ~np.isnat(answered) + ~np.isnat(closed)
    return labels((CLASSIFYING, INVESTIGATING, ANSWERED, CLOSED), stage)
