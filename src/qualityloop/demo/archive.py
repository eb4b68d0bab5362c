"""The demo's customer archive: names, ways to reach them, wishes; some of it missing, as in every archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from qualityloop.demo import organisation as org
from qualityloop.demo.generation.world import Integers

if TYPE_CHECKING:
    from qualityloop.foundation.records.models import Batch

AT_ONCE = 2_000
WAYS = ("phone", "sms", "chat", "email", "")
NEEDS = (
    "",
    "",
    "",
    "家有老人，请电话说慢一点",
    "只方便周末上门",
    "请提前一天预约",
    "需要开具专票",
    "希望固定同一位师傅",
)
TRADES = ("物业", "酒店", "连锁门店", "学校", "写字楼", "公寓")
CITIES = {
    "华东": ("上海市浦东新区", "杭州市西湖区", "苏州市工业园区"),
    "华南": ("广州市天河区", "深圳市南山区"),
    "华北": ("北京市朝阳区", "天津市河西区"),
    "西部": ("成都市武侯区", "西安市雁塔区"),
}


def fill_archive(tickets: pa.Table, *, source: str, batch: Batch, seed: int) -> None:
    """A customer for each number that the tickets name, unless it is there."""
    from qualityloop.customers.models import Customer, CustomerKind
    from qualityloop.customers.receiving import tiers_by_name

    first = {
        customer: (tier, region)
        for customer, tier, region in zip(
            *(reversed(tickets.column(name).to_pylist()) for name in ("customer", "tier", "region")), strict=True
        )
        if customer
    }
    present = set(Customer.objects.filter(source=source).values_list("external_id", flat=True))
    tiers = tiers_by_name(org.TIERS)
    rng = np.random.default_rng([seed, *b"archive"])
    people = []
    for number in sorted(first):
        tier, region = first[number]
        company = tier == org.TIERS[-1]
        drawn = rng.integers(0, 1 << 30, 8)
        name = _company(drawn) if company else org.person(int(drawn[0]))
        if number not in present:
            people.append(
                Customer(
                    number=number, external_id=number, source=source, batch=batch, name=name,
                    kind=CustomerKind.ORGANISATION if company else CustomerKind.PERSON,
                    tier_id=tiers.get(tier), region=region or "",
                    address=_address(region, drawn) if drawn[2] % 10 < 8 else "",
                    phone=f"000-{drawn[3] % 10**8:08d}" if drawn[4] % 10 < 9 else "",
                    email=f"{number.lower()}@example.com" if drawn[5] % 10 < 4 else "",
                    preferred_way=WAYS[drawn[6] % len(WAYS)], needs=NEEDS[drawn[7] % len(NEEDS)],
                )
            )  # fmt: skip
    Customer.objects.bulk_create(people, batch_size=AT_ONCE)


def _company(drawn: Integers) -> str:
    return f"{org.person(int(drawn[0]))[-2:]}{TRADES[drawn[1] % len(TRADES)]}管理有限公司"


def _address(region: str | None, drawn: Integers) -> str:
    cities = CITIES.get(region or "", ("上海市浦东新区",))
    return f"{cities[drawn[1] % len(cities)]}示例路 {drawn[2] % 900 + 1} 号"
