"""The dataset `tickets`: what the service system showed when the records were exported."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from qualityloop.demo import organisation as org
from qualityloop.demo.generation import events
from qualityloop.demo.generation.events import ACTIVITIES, Log
from qualityloop.demo.generation.tickets import Tickets, due
from qualityloop.demo.generation.world import Flags, Names, World, table, texts

WAITING, NEW, DISPATCHED, WORKING, SUSPENDED, TO_CALL_BACK, CLOSED, CANCELLED = (
    "待受理",
    "待派单",
    "已派单",
    "处理中",
    "挂起",
    "待回访",
    "已关闭",
    "已撤销",
)
STATUS = {
    events.REGISTERED: WAITING,
    events.ANSWERED: NEW,
    events.DISPATCHED: DISPATCHED,
    events.PART_ORDERED: SUSPENDED,
    events.SOLVED: TO_CALL_BACK,
    events.CALLED_BACK: TO_CALL_BACK,
    events.CLOSED: CLOSED,
    events.CANCELLED: CANCELLED,
}
_SUBJECTS = {
    org.REPAIR: "{product}{category}，请求上门维修",
    org.INSTALLATION: "{product}:{category}",
    org.TRAINING: "{product}:{category}",
    org.TECHNICAL_SUPPORT: "{product}{category}",
    org.CONSULTATION: "咨询{product}：{category}",
}


def ticket_table(world: World, tickets: Tickets, log: Log) -> pa.Table:
    """The dataset `tickets`; counts of tickets that are still open are those of their log so far."""
    size = len(tickets)
    resolved, closed = world.seen(tickets.resolved), world.seen(tickets.closed)
    solved = ~np.isnat(resolved)
    over: Flags = ~np.isnat(closed)
    columns = {
        "ticket_id": tickets.ticket_id,
        "source": np.array([org.SOURCES[c] for c in tickets.channel], dtype=object),
        "created_at": tickets.created,
        "first_response_at": world.seen(tickets.first_response),
        "resolved_at": resolved,
        "closed_at": closed,
        "due_at": due(tickets),
        "channel": tickets.channel,
        "kind": tickets.kind,
        "category": tickets.category,
        "product": tickets.product,
        "product_kind": tickets.product_kind,
        "priority": tickets.priority,
        "team": tickets.team,
        "agent": tickets.agent,
        "shift": tickets.shift,
        "customer": tickets.customer,
        "tier": tickets.tier,
        "region": tickets.region,
        "status": np.where(over & ~tickets.cancelled, CLOSED, _status(log, size)),
        "subject": _subjects(tickets),
        "contacts": np.where(solved, tickets.contacts, np.nan),
        "reopened": log.per_ticket(events.REOPENED, size),
        "escalated": log.per_ticket(events.ESCALATED, size) > 0,
        "reassigned": log.per_ticket(events.REASSIGNED, size),
        "handling_minutes": np.where(solved, tickets.handling_minutes, np.nan),
        "queue_seconds": tickets.queue_seconds,
        "deviated": np.where(over, tickets.deviated.astype(float), np.nan),
    }
    return table("tickets", columns)


def _status(log: Log, size: int) -> Names:
    by_code = np.array([STATUS.get(a, WORKING) for a in ACTIVITIES], dtype=object)
    return by_code[log.last(size)]


def _subjects(tickets: Tickets) -> Names:
    return texts(
        _SUBJECTS[kind].format(product=product or "产品", category=category)
        for kind, product, category in zip(tickets.kind, tickets.product, tickets.category, strict=True)
    )
