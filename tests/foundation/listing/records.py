"""Tickets to list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from qualityloop.customers.models import Customer
from qualityloop.foundation.models import User
from qualityloop.operations.models import Ticket
from qualityloop.people.models import Department, Staff

START = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)  # nine o'clock in Shanghai
CHANNELS = ("电话", "在线", "邮件")
STATUS = ("open", "closed", "overdue")
SUBJECTS = ("空调不制冷", "物联网模块无法联网,App 提示离线", "安装预约改期", "发票抬头有误", "漏水,需上门")


def tickets(count: int, agent: User | None = None) -> list[Ticket]:
    """`count` tickets, one an hour; every fifth belongs to `agent`."""
    teams = [Department.objects.get_or_create(name=name)[0] for name in ("客服部", "技术支持部", "售后服务部")]
    me = Staff.objects.create(name="小周", user=agent) if agent else None
    customers = Customer.objects.bulk_create(
        [Customer(number=f"C{n:05}", name=f"客户{n}") for n in range(min(count, 20))]
    )
    rows = [
        Ticket(
            number=f"T{n:06}",
            subject=SUBJECTS[n % 5],
            description="第一行\n第二行",
            created_at=START + timedelta(hours=n),
            team=teams[n % 3] if n % 7 else None,
            customer=customers[n % len(customers)],
            channel=CHANNELS[n % 3],
            status=STATUS[n % 3],
            priority=("高", "中", "低")[n % 3],
            handling_minutes=None if n % 4 == 0 else n * 1.5,
            contacts=n % 3,
            escalated=(None, True, False)[n % 3],
            agent=me if n % 5 == 0 else None,
        )
        for n in range(count)
    ]
    return Ticket.objects.bulk_create(rows, batch_size=500)
