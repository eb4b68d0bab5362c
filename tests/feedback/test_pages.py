"""Pages 满意度答卷, 投诉台账, 评价, 表扬."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from qualityloop.feedback.models import Praise
from qualityloop.foundation.audit.models import AuditEntry
from tests import factories
from tests.operations.test_pages import browser
from tests.people.conftest import House, house

__all__ = ["house"]

KINDS: dict[str, tuple[str, Callable[..., Any]]] = {
    "survey_response": ("survey_responses", factories.a_survey_response),
    "complaint": ("complaints", factories.a_complaint),
    "one_praise": ("praise", factories.a_praise),
}


@pytest.mark.parametrize("page", KINDS)
def test_whose_feedback_one_sees(house: House, page: str, django_assert_max_num_queries: Any) -> None:
    listed, make = KINDS[page]
    about = {"team": house.departments["一线"], "agent": house.staff["小周"], "customer": factories.a_customer()}
    ones = [make(**about, ticket=factories.a_ticket(**about)) for _n in range(12)]
    url = reverse(f"feedback:{page}", args=[ones[0].pk])
    for who, status in (("小周", 200), ("陈班长", 200), ("林主任", 200), ("老李", 404)):
        client = browser(house, who)
        assert client.get(url).status_code == status
        assert (ones[0].number in client.get(reverse(f"feedback:{listed}")).content.decode()) == (status == 200)
    client = browser(house, "陈班长")
    with django_assert_max_num_queries(16):
        client.get(url)
    with django_assert_max_num_queries(22):
        client.get(reverse(f"feedback:{listed}"))


def test_reviews_are_everybodys(house: House, django_assert_max_num_queries: Any) -> None:
    one = factories.a_review(text="客服推来推去", customer=factories.a_customer())
    client = browser(house, "老李")
    with django_assert_max_num_queries(16):
        assert "客服推来推去" in client.get(reverse("feedback:review", args=[one.pk])).content.decode()
    with django_assert_max_num_queries(20):
        assert one.number in client.get(reverse("feedback:reviews")).content.decode()


def test_a_complaint_shows_each_step_and_how_long_it_took(house: House) -> None:
    one = factories.a_complaint(classified_at=factories.MONDAY + timedelta(hours=8))
    page = browser(house, "林主任").get(reverse("feedback:complaint", args=[one.pk])).content.decode()
    assert "用时 3 小时" in page
    assert page.count("ql-status--insufficient") == 2  # neither answered nor closed
    assert "等了两天没有人来" in page


def test_praise_is_registered_and_finds_whom_it_is_for(house: House) -> None:
    about = {"team": house.departments["一线"], "agent": house.staff["小周"], "customer": factories.a_customer()}
    ticket = factories.a_ticket(**about)
    client = browser(house, "小周")
    answer = client.post(reverse("feedback:praise_new"), {"text": "小周很耐心", "ticket_number": ticket.number})
    one = Praise.objects.get()
    assert (one.agent, one.customer, one.number[:3]) == (house.staff["小周"], about["customer"], "BY-")
    assert "小周很耐心" in client.get(answer["Location"]).content.decode()
    assert AuditEntry.objects.get(action="feedback.praise_registered").after["agent"] == "小周"
    wrong = client.post(reverse("feedback:praise_new"), {"text": "x", "ticket_number": "none"})
    assert (wrong.status_code, Praise.objects.count()) == (422, 1)


@pytest.mark.parametrize(
    ("asked", "found"), [("2", True), ("4", False), ("very", False), ("9" * 30, False), ("-1", False)]
)
def test_a_mark_to_filter_by_may_be_nonsense(house: House, asked: str, found: bool) -> None:
    one = factories.a_survey_response(csat=2)
    page = browser(house, "林主任").get(reverse("feedback:survey_responses"), {"csat": asked})
    assert (page.status_code, one.number in page.content.decode()) == (200, found)
