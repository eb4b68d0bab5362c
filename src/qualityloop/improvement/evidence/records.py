"""Records that evidence may point to, each found by its number among those that the person may see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from qualityloop.customers.queries import customers_for
from qualityloop.feedback.queries import complaints_for, praise_for, reviews_for, survey_responses_for
from qualityloop.improvement.evidence.targets import RecordKind
from qualityloop.operations.queries import interactions_for, tickets_for


def _kind(key: str, query: Callable[[Any], QuerySet[Any]], address: str) -> RecordKind:
    def find(user: Any, number: str) -> Any | None:
        return query(user).filter(number=number).first()

    def page(record: Any) -> str:
        return reverse(address, args=[record.pk])

    def label() -> str:
        return str(query(None).model._meta.verbose_name)

    def pages(user: Any, numbers: list[str]) -> dict[str, str]:
        return {record.number: page(record) for record in query(user).filter(number__in=numbers)}

    return RecordKind(key, find, page, label, pages)


KINDS: dict[str, RecordKind] = {
    kind.key: kind
    for kind in (
        _kind("ticket", tickets_for, "operations:ticket"),
        _kind("interaction", interactions_for, "operations:interaction"),
        _kind("complaint", complaints_for, "feedback:complaint"),
        _kind("review", reviews_for, "feedback:review"),
        _kind("survey_response", survey_responses_for, "feedback:survey_response"),
        _kind("praise", praise_for, "feedback:one_praise"),
        _kind("customer", customers_for, "customers:customer"),
    )
}


def kind_choices() -> list[tuple[str, str]]:
    """The kinds in words."""
    return [(key, kind.label()) for key, kind in KINDS.items()]
