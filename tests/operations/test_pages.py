"""Pages 工单 and 服务交互: what they show, to whom, and with how many queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.operations.models import Annotation, Ticket, TicketEvent
from tests import factories
from tests.people.conftest import House, house

__all__ = ["house"]

LISTS = ("operations:tickets", "operations:interactions")


def browser(house: House, who: str) -> Client:
    client = Client()
    client.force_login(house.users[who])
    return client


@pytest.fixture
def case(house: House) -> dict[str, Any]:
    """A ticket of 小周 with everything that can happen to it."""
    customer = factories.a_customer(tier=factories.a_tier(name="金卡"))
    ticket = factories.a_ticket(
        customer=customer, team=house.departments["一线"], agent=house.staff["小周"],
        first_response_at=factories.MONDAY + timedelta(minutes=4), due_at=factories.MONDAY + timedelta(hours=8),
        resolved_at=factories.MONDAY + timedelta(hours=10),
    )  # fmt: skip
    factories.an_event(ticket, 1, 0, "受理登记", actor="小周")
    factories.an_event(ticket, 2, 4, "首次响应", actor="小周", team=house.departments["一线"])
    factories.an_event(ticket, 3, 600, "解决", actor="老李")
    about: dict[str, Any] = {
        "customer": customer, "team": house.departments["一线"], "agent": house.staff["小周"], "ticket": ticket,
    }  # fmt: skip
    call = factories.an_interaction(**about)
    factories.a_message(call, 1, 0, "customer", "打印机卡纸了")
    factories.a_message(call, 2, 65.5, "agent", "您好，我来看看")
    factories.a_survey_response(**about, csat=2, comment="太慢了")
    factories.a_complaint(**about)
    return {"ticket": ticket, "call": call, "customer": customer, **about}


def test_the_timeline_tells_everything_in_order_with_the_time_between(house: House, case: dict[str, Any]) -> None:
    answer = browser(house, "小周").get(reverse("operations:ticket", args=[case["ticket"].pk]))
    titles = [step.moment.title for step in answer.context["timeline"]]
    assert titles[0] == "受理登记" or titles[0].startswith("电话")
    order = [next(i for i, t in enumerate(titles) if t.startswith(w)) for w in
             ("受理登记", "首次响应", "受理投诉", "解决", "答复满意度问卷")]  # fmt: skip
    assert order == sorted(order)
    gaps = {step.moment.title: step.since for step in answer.context["timeline"]}
    assert gaps["首次响应"] == 240
    text = answer.content.decode()
    assert "4 分" in text
    assert "超时 2 小时" in text
    assert "金卡" in text


def test_whose_tickets_one_sees(house: House, case: dict[str, Any]) -> None:
    url = reverse("operations:ticket", args=[case["ticket"].pk])
    call = reverse("operations:interaction", args=[case["call"].pk])
    for who, status in (("小周", 200), ("陈班长", 200), ("林主任", 200), ("小夜", 404), ("老李", 404)):
        assert (who, browser(house, who).get(url).status_code) == (who, status)
        assert (who, browser(house, who).get(call).status_code) == (who, status)
        listed = browser(house, who).get(reverse("operations:tickets")).content.decode()
        assert (case["ticket"].number in listed) == (status == 200)


def test_foreign_writes_find_nothing(house: House, case: dict[str, Any]) -> None:
    client = browser(house, "小夜")
    call, ticket = case["call"].pk, case["ticket"].pk
    for name, args in (("mark_add", [call]), ("recording_add", [call]), ("ticket_edit", [ticket])):
        answer = client.post(reverse(f"operations:{name}", args=args), {"kind": "remark", "offset_seconds": "1"})
        assert answer.status_code == 404
    assert not Annotation.objects.exists()


@pytest.mark.parametrize(("page", "most"), [("ticket", 30), ("interaction", 22)])
def test_queries_of_record_pages(
    house: House, case: dict[str, Any], page: str, most: int, django_assert_max_num_queries: Any
) -> None:
    """However long the story: the number stays."""
    one = case["ticket"] if page == "ticket" else case["call"]
    for n in range(4, 30):
        factories.an_event(case["ticket"], n, 600 + n, "回访")
        factories.a_message(case["call"], n, n * 10, "agent", "好的")
        factories.an_annotation(interaction=case["call"], offset_seconds=n, author=house.users["小周"])
        factories.a_survey_response(ticket=case["ticket"], customer=case["customer"])
    client = browser(house, "小周")
    client.get(reverse(f"operations:{page}", args=[one.pk]))
    with django_assert_max_num_queries(most):
        assert client.get(reverse(f"operations:{page}", args=[one.pk])).status_code == 200


@pytest.mark.parametrize("page", LISTS)
def test_queries_of_lists(house: House, case: dict[str, Any], page: str, django_assert_max_num_queries: Any) -> None:
    for _n in range(30):
        about = {name: case[name] for name in ("customer", "team", "agent")}
        factories.a_ticket(**about)
        factories.an_interaction(**about)
    client = browser(house, "陈班长")
    client.get(reverse(page))
    with django_assert_max_num_queries(22):
        assert client.get(reverse(page)).status_code == 200


def test_an_empty_list_says_what_to_do(house: House) -> None:
    assert "请在「导入」中从文件导入" in browser(house, "林主任").get(reverse("operations:tickets")).content.decode()


# ---- registering ------------------------------------------------------------------------------------------


def registered(client: Client, **values: str) -> Any:
    return client.post(reverse("operations:ticket_new"), {"subject": "空调不制冷", **values})


def test_a_ticket_is_registered_with_number_priority_and_acknowledgement(house: House) -> None:
    factories.a_customer(number="KH-9", name="王女士", region="华东")
    client = browser(house, "小周")
    for _n in range(2):
        answer = registered(
            client, urgency="high", impact="medium", customer_words="KH-9", agent=str(house.staff["小周"].pk)
        )
        assert answer.status_code == 302
    first, second = Ticket.objects.order_by("pk")
    year = first.created_at.year
    assert (first.number, second.number) == (f"GD-{year}-00001", f"GD-{year}-00002")
    assert (first.priority, first.status, first.region, first.customer.name) == ("高", "待受理", "华东", "王女士")
    assert TicketEvent.objects.get(ticket=first).activity == "受理登记"
    page = client.get(answer["Location"]).content.decode()
    assert f"工单号 GD-{year}-00002" in page
    assert AuditEntry.objects.filter(action="operations.ticket_registered", record_id=str(first.pk)).exists()


def test_a_wrong_customer_is_said_at_the_field_and_what_was_typed_stays(house: House) -> None:
    answer = registered(browser(house, "小周"), customer_words="nobody")
    assert answer.status_code == 422
    assert "客户档案中没有这个编号或名称" in answer.content.decode()
    assert "空调不制冷" in answer.content.decode()
    assert not Ticket.objects.exists()


def test_a_change_is_recorded_and_enters_the_event_log(house: House, case: dict[str, Any]) -> None:
    client, ticket = browser(house, "陈班长"), case["ticket"]
    url = reverse("operations:ticket_edit", args=[ticket.pk])
    data = {"subject": ticket.subject, "customer_words": ticket.customer.number, "status": "处理中",
            "team": ticket.team.pk, "agent": house.staff["小夜"].pk, "reason": "夜班接手"}  # fmt: skip
    assert client.post(url, data).status_code == 302
    entry = AuditEntry.objects.get(action="operations.ticket_changed")
    assert (entry.before["agent"], entry.after["agent"], entry.reason) == ("小周", "小夜", "夜班接手")
    ticket.refresh_from_db()
    assert (ticket.agent, ticket.reassigned) == (house.staff["小夜"], 1)
    assert TicketEvent.objects.filter(ticket=ticket).last().activity in ("转派", "重新打开")  # type: ignore[union-attr]
    page = client.get(reverse("operations:ticket", args=[ticket.pk])).content.decode()
    assert "夜班接手" in page


# ---- marking ----------------------------------------------------------------------------------------------


def marked(client: Client, call: Any, **values: str) -> Any:
    return client.post(
        reverse("operations:mark_add", args=[call.pk]), {"kind": "first_response", "offset_seconds": "65.5", **values},
        headers={"HX-Request": "true"},
    )  # fmt: skip


def test_moments_are_marked_moved_and_taken_away(house: House, case: dict[str, Any]) -> None:
    client, call = browser(house, "小周"), case["call"]
    answer = marked(client, call)
    assert "1:05" in answer.content.decode()
    marked(client, call, offset_seconds="3")
    assert Annotation.objects.get().offset_seconds == 3  # one first response each
    marked(client, call, kind="remark", text="语气很好")
    marked(client, call, kind="remark", text="这里打断了客户")
    assert Annotation.objects.count() == 3
    remark = Annotation.objects.filter(kind="remark").first()
    assert remark is not None
    url = reverse("operations:mark_change", args=[call.pk, remark.pk])
    assert client.post(url, {"do": "keep", "text": "语气尚可"}).status_code == 302
    remark.refresh_from_db()
    assert remark.text == "语气尚可"
    assert browser(house, "陈班长").post(url, {"do": "remove"}).status_code == 404  # somebody else's
    client.post(url, {"do": "remove"})
    assert not Annotation.objects.filter(pk=remark.pk).exists()
    page = client.get(reverse("operations:interaction", args=[call.pk])).content.decode()
    assert "标记时刻" in page
    assert "删除标记" in page
    assert "语气尚可" in page


@pytest.mark.parametrize("offset", ["", "x", "nan", "1e99", "inf"])
def test_a_mark_without_a_moment_is_refused(house: House, case: dict[str, Any], offset: str) -> None:
    answer = marked(browser(house, "小周"), case["call"], offset_seconds=offset)
    assert answer.status_code == 422
    assert "请以开始后的秒数填写时刻" in answer.content.decode()
    assert not Annotation.objects.exists()


def test_marks_stand_at_the_message_that_is_being_said(house: House, case: dict[str, Any]) -> None:
    for at in (-2.0, 0.0, 65.4, 65.5, 900.0):
        factories.an_annotation(interaction=case["call"], offset_seconds=at, author=house.users["小周"])
    answer = browser(house, "小周").get(reverse("operations:interaction", args=[case["call"].pk]))
    assert [[m.offset_seconds for m in line.marks] for line in answer.context["said"]] == [
        [-2.0, 0.0, 65.4],
        [65.5, 900.0],
    ]


def wave(seconds: int = 2) -> bytes:
    """Silence as a WAV file."""
    import io
    import wave as waves

    out = io.BytesIO()
    with waves.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\0" * 8000 * seconds)
    return out.getvalue()


def test_a_recording_is_heard_in_stretches_by_those_who_see_the_call(
    house: House, case: dict[str, Any], settings: Any, tmp_path: Any
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    settings.QUALITYLOOP_HOME = tmp_path
    client, call = browser(house, "陈班长"), case["call"]
    url = reverse("operations:recording_add", args=[call.pk])
    client.post(url, {"recording": SimpleUploadedFile("录音.wav", wave(), "audio/wav")})
    call.refresh_from_db()
    assert call.recording.name == "录音.wav"
    heard = reverse("files:file", args=[call.recording.pk])
    assert f'src="{heard}"' in client.get(reverse("operations:interaction", args=[call.pk])).content.decode()
    part = client.get(heard, headers={"Range": "bytes=0-3"})
    assert (part.status_code, b"".join(part)) == (206, b"RIFF")  # type: ignore[arg-type]
    assert browser(house, "小周").get(heard).status_code == 200
    assert browser(house, "小夜").get(heard).status_code == 404
    wrong = client.post(url, {"recording": SimpleUploadedFile("x.wav", b"MZ no sound", "audio/wav")}, follow=True)
    assert "the end of its name" not in wrong.content.decode()  # said in Chinese
    call.refresh_from_db()
    assert call.recording.name == "录音.wav"


def test_strangers_are_asked_to_sign_in() -> None:
    for page in LISTS:
        assert Client().get(reverse(page))["Location"].startswith("/sign-in/")


def test_the_detail_of_a_duration() -> None:
    from django.utils.translation import override

    from qualityloop.foundation.templatetags.spoken import lasting, offset

    with override("zh-hans"):
        said = [lasting(s) for s in (None, 0, 59, 61, 3600, 3661, 90_000, -30)]
    assert said == [
        "", "0 秒", "59 秒", "1 分钟 1 秒", "1 小时", "1 小时 1 分钟", "1 天 1 小时", "−30 秒",
    ]  # fmt: skip
    assert [offset(s) for s in (0, 65.9, 3723, -61)] == ["0:00", "1:05", "1:02:03", "−1:01"]
