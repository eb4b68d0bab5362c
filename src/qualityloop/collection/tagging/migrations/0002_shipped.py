"""The tags that are shipped, with their rules; both may be changed and put out of use."""

from __future__ import annotations

from typing import Any

from django.db import migrations

LATE = "'没人理', '没人接', '没有人接', '没人回', '石沉大海', '排队', '等了十几分钟', '过了好久', '联系不上', '不回复'"
UNSKILLED = "'不懂', '没查出原因', '老问题', '同一个毛病', '没修好', '又坏', '反复维修', '不管用', '不专业', '听不明白'"
GAPS = "'来回转接', '推来推去', '互相推', '踢皮球', '改约', '没提前', '也没提前', '没有电话通知', '流程'"
RUDE = "'态度', '不耐烦', '敷衍', '说话很冲', '顶一句', '不情愿'"
PARCEL = "'物流', '待揽收', '单号', '配送进度', '寄到哪', '送到哪'"
PARTS = "'等配件', '缺货', '配件到了', '等件'"

TAGS = (
    ("响应超时", "首次响应超过 15 分钟，或客户说没人理、等了很久", LATE, "first_response_minutes > 15"),
    ("技术能力不足", "问题没有一次解决：重开，或客户说不懂、没修好", UNSKILLED, "reopened > 0"),
    ("流程漏洞", "没有按规定流程走，或客户说来回转接、没人通知", GAPS, "deviated OR reassigned >= 2"),
    ("服务态度", "客户对态度不满", RUDE, ""),
    ("物流信息", "查不到物流、配送进度不清楚", PARCEL, ""),
    ("配件等待", "等配件、缺货", PARTS, ""),
)


def add(apps: Any, schema_editor: Any) -> None:
    tag_model, rule_model = apps.get_model("tagging", "Tag"), apps.get_model("tagging", "TagRule")
    for name, description, words, of_tickets in TAGS:
        tag = tag_model.objects.create(name=name, description=description)
        rules = [("tickets", of_tickets)] if of_tickets else []
        rules += [
            ("complaints", f"contains(text, {words})"),
            ("reviews", f"rating <= 3 AND contains(text, {words})"),
            ("survey_responses", f"csat <= 3 AND contains(comment, {words})"),
        ]
        for dataset, condition in rules:
            rule_model.objects.create(tag=tag, dataset=dataset, condition=condition)


class Migration(migrations.Migration):
    dependencies = [("tagging", "0001_initial")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
