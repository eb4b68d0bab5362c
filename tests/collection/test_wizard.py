"""The way of a file through the pages: look, map, dry run, import, result, undo."""

from __future__ import annotations

import gzip
import json
import re
from typing import Any

import pytest
from tests.collection.conftest import Wizard

from qualityloop.analysis.files.mapping_loading import parse_mapping
from qualityloop.collection.models import ImportRun, ImportState, RejectedRow, SavedMapping
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.operations.models import Ticket, TicketEvent

pytestmark = pytest.mark.django_db

TICKETS = (
    "工单号,创建时间,解决时间,渠道,班组\n"
    "T1,2026-01-05 08:00:00,2026-01-05 10:00:00,在线,夜班\n"
    "T2,2026-01-06 09:30:00,2026-01-06 09:45:00,电话,白班\n"
    "T3,昨天,2026-01-06 09:45:00,电话,白班\n"
    "T4,2026-01-07 09:30:00,,电话,白班\n"
).encode()
LOG = (
    b"case,step,at,who\nT1,open,2026-01-05 08:00:00,a\nT1,solve,2026-01-05 10:00:00,b\nT2,open,2026-01-06 09:30:00,a\n"
)


def counts(run: ImportRun) -> dict[str, tuple[int, int, int, int]]:
    return {name: (of["created"], of["updated"], of["unchanged"], of["rejected"]) for name, of in run.counts.items()}


def test_a_file_comes_in(wizard: Wizard) -> None:
    run = wizard.upload(("工单.csv", TICKETS))
    page = wizard.page(run)
    assert "工单号" in page
    assert "1 of 4 sample rows would be rejected" in page
    assert "this is not an instant as the mapping describes it" in page
    run = wizard.check(run)
    assert run.state == ImportState.CHECKED
    assert run.checked["counts"]["tickets"] == {"created": 3, "updated": 0, "unchanged": 0, "rejected": 1}
    assert not Ticket.objects.exists()
    assert "Nothing has been written" in wizard.page(run)
    run = wizard.start(run)
    assert run.state == ImportState.DONE, run.error
    assert counts(run) == {"tickets": (3, 0, 0, 1)}
    assert set(Ticket.objects.values_list("number", "team__name")) == {("T1", "夜班"), ("T2", "白班"), ("T4", "白班")}
    assert str(Ticket.objects.get(number="T1").created_at) == "2026-01-05 00:00:00+00:00"
    actions = list(
        AuditEntry.objects.filter(action__startswith="import.").order_by("sequence").values_list("action", flat=True)
    )
    assert actions == ["import.uploaded", "import.started", "import.done"]


def test_the_same_file_again_changes_nothing(wizard: Wizard) -> None:
    first = wizard.bring(("t.csv", TICKETS))
    again = wizard.upload(("copy.csv", TICKETS))
    assert f'href="/import/{first.pk}/"' in wizard.page(again)
    again = wizard.check(again)
    assert again.checked["counts"]["tickets"] == {"created": 0, "updated": 0, "unchanged": 3, "rejected": 1}
    assert "Old data, no change" in wizard.page(again)
    stamps = dict(Ticket.objects.values_list("number", "changed_at"))
    again = wizard.start(again)
    assert counts(again) == {"tickets": (0, 0, 3, 1)}
    assert dict(Ticket.objects.values_list("number", "changed_at")) == stamps
    assert "Old data, no change" in wizard.page(again)


def test_a_changed_file_changes_what_differs(wizard: Wizard) -> None:
    wizard.bring(("t.csv", TICKETS))
    changed = TICKETS.replace(b"T4,2026-01-07 09:30:00,,", b"T4,2026-01-07 09:30:00,2026-01-08 10:00:00,")
    changed += "T5,2026-01-09 10:00:00,,在线,夜班\n".encode()
    run = wizard.check(wizard.upload(("t2.csv", changed)))
    assert run.checked["counts"]["tickets"] == {"created": 1, "updated": 1, "unchanged": 2, "rejected": 1}
    run = wizard.start(run)
    assert counts(run) == {"tickets": (1, 1, 2, 1)}
    assert str(Ticket.objects.get(number="T4").resolved_at) == "2026-01-08 02:00:00+00:00"


def test_undo(wizard: Wizard) -> None:
    first = wizard.bring(("t.csv", TICKETS))
    second = wizard.bring(("t2.csv", TICKETS.replace("夜班".encode(), "早班".encode())))
    assert counts(second) == {"tickets": (0, 1, 2, 1)}
    wizard.post(f"/import/{second.pk}/undo/", {"reason": " "})
    assert "say why the import is undone" in wizard.page(second)
    wizard.post(f"/import/{second.pk}/undo/", {"reason": "wrong month"})
    second.refresh_from_db()
    assert second.state == ImportState.UNDONE
    assert Ticket.objects.get(number="T1").team.name == "夜班"
    wizard.post(f"/import/{first.pk}/undo/", {"reason": "all wrong"})
    assert not Ticket.objects.exists()
    assert AuditEntry.objects.filter(action="import.undone", reason="all wrong").exists()
    assert "has been undone" in wizard.page(ImportRun.objects.get(pk=first.pk))


def test_a_log_with_its_tickets(wizard: Wizard) -> None:
    run = wizard.bring(("log.csv.gz", gzip.compress(LOG)))
    assert counts(run) == {"tickets": (2, 0, 0, 0), "ticket_events": (3, 0, 0, 0)}
    assert TicketEvent.objects.filter(ticket__number="T1").count() == 2
    again = wizard.check(wizard.upload(("log.csv.gz", gzip.compress(LOG))))
    assert again.checked["counts"]["ticket_events"] == {"created": 0, "updated": 0, "unchanged": 3, "rejected": 0}
    assert counts(wizard.start(again)) == {"tickets": (0, 0, 2, 0), "ticket_events": (0, 0, 3, 0)}


def test_events_of_unknown_tickets_are_kept_as_rejected_rows(wizard: Wizard) -> None:
    mapping = (
        "version: 1\nzone: Asia/Shanghai\ntables:\n  - dataset: ticket_events\n    files: [log.csv]\n"
        "    columns: {ticket_id: case, seq: {numbered: true}, at: at, activity: step}\n"
    )
    run = wizard.start(wizard.text(wizard.upload(("log.csv", LOG)), mapping))
    assert counts(run) == {"ticket_events": (0, 0, 0, 3)}
    rows = list(RejectedRow.objects.order_by("pk"))
    assert [row.row for row in rows] == [2, 3, 4]
    assert rows[0].cells == {"case": "T1", "step": "open", "at": "2026-01-05 08:00:00", "who": "a"}


def form_of(run: ImportRun, wizard: Wizard) -> dict[str, Any]:
    """What the browser would send for the form as it stands."""

    from django.utils.html import strip_tags  # noqa: F401

    page = wizard.page(run)
    data: dict[str, Any] = {}
    form = page[page.index('id="mapping"') : page.index("</form>", page.index('id="mapping"'))]
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and "checkbox" not in tag and "csrf" not in name[1]:
            data[name[1]] = (
                (value[1] if value else "").replace("&quot;", '"').replace("&amp;", "&").replace("&#x27;", "'")
            )
    for name, body in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', body)
        data[name] = chosen[1] if chosen else ""
    return data


def test_the_form_says_the_same_as_the_mapping(wizard: Wizard) -> None:
    run = wizard.upload(("工单.csv", TICKETS))
    before = run.mapping
    wizard.post(f"/import/{run.pk}/mapping/", {**form_of(run, wizard), "then": ""})
    run.refresh_from_db()
    assert parse_mapping(run.mapping, "m") == parse_mapping(before, "m")


def test_choosing_on_the_page(wizard: Wizard) -> None:
    run = wizard.upload(("工单.csv", TICKETS))
    form = form_of(run, wizard)
    form["t0.source.from"], form["t0.source.how"] = "*", "constant: CRM"
    form["t0.channel.how"] = "values: {在线: online, 电话: phone}"
    form["t0.resolved_at.from"] = "工单号"
    tried = wizard.post(f"/import/{run.pk}/try/", form, **{"HX-Request": "true"}).content.decode()
    assert "4 of 4 sample rows would be rejected" in tried
    form["t0.resolved_at.from"] = "解决时间"
    tried = wizard.post(f"/import/{run.pk}/try/", form, **{"HX-Request": "true"}).content.decode()
    assert "1 of 4 sample rows would be rejected" in tried
    assert ">CRM<" in tried
    assert ">online<" in tried
    wizard.post(f"/import/{run.pk}/mapping/", {**form, "source": "crm", "then": "check"})
    run.refresh_from_db()
    assert run.state == ImportState.CHECKED
    run = wizard.start(run)
    assert set(Ticket.objects.values_list("channel", "source")) == {("online", "crm"), ("phone", "crm")}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("t0.created_at.from", "", "a value is required here"),
        ("t0.created_at.how", "format: nonsense", "is no date format"),
        ("t0.created_at.how", "}", "mapping"),
        ("zone", "Mars/Base", "There is no time zone"),
    ],
)
def test_what_is_wrong_in_the_form_is_said_and_kept(wizard: Wizard, name: str, value: str, said: str) -> None:
    run = wizard.upload(("工单.csv", TICKETS))
    before = run.mapping
    answer = wizard.post(f"/import/{run.pk}/mapping/", {**form_of(run, wizard), name: value, "then": "check"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert value in page
    run.refresh_from_db()
    assert run.mapping == before


def test_another_data_set(wizard: Wizard) -> None:
    run = wizard.upload(("data.csv", "编号,时间,内容\nC1,2026-01-05 08:00:00,坏了\n".encode()))
    form = form_of(run, wizard)
    form["t0.dataset"] = "reviews"
    page = wizard.post(f"/import/{run.pk}/try/", form, **{"HX-Request": "true"}).content.decode()
    assert 'name="t0.review_id.from"' in page
    assert 'name="t0.was" value="reviews"' in page


def test_a_saved_mapping_is_used_for_next_months_file(wizard: Wizard) -> None:
    run = wizard.upload(("2026-01.csv", TICKETS))
    form = form_of(run, wizard) | {"t0.channel.how": "values: {在线: online}", "source": "crm", "name": "客服系统"}
    wizard.post(f"/import/{run.pk}/mapping/", {**form, "then": "save"})
    saved = SavedMapping.objects.get()
    assert (saved.name, saved.source) == ("客服系统", "crm")
    new = wizard.upload(("2026-02.csv", TICKETS.replace(b"2026-01", b"2026-02")))
    assert (new.saved_mapping, new.source, new.state) == (saved, "crm", ImportState.MAPPED)
    assert "2026-02.csv" in new.mapping
    assert "online" in new.mapping
    other = wizard.upload(("other.csv", b"a,b\n1,2\n"))
    assert other.saved_mapping is None


def test_a_mistake_in_the_text_names_its_line(wizard: Wizard) -> None:
    run = wizard.upload(("t.csv", TICKETS))
    before = run.mapping
    answer = wizard.post(f"/import/{run.pk}/mapping/", {"text": "version: 1\ntables:\n  - dataset: nothing\n"})
    assert answer.status_code == 302
    page = wizard.page(run)
    assert "row 3" in page
    run.refresh_from_db()
    assert run.mapping == before


def test_discarded_imports_leave_nothing(wizard: Wizard) -> None:
    run = wizard.upload(("t.csv", TICKETS))
    wizard.post(f"/import/{run.pk}/discard/")
    assert not ImportRun.objects.exists()
    done = wizard.bring(("t.csv", TICKETS))
    wizard.post(f"/import/{done.pk}/discard/")
    assert ImportRun.objects.filter(pk=done.pk).exists()


def test_the_record_says_what_was_found(wizard: Wizard) -> None:
    run = wizard.upload(("t.csv", TICKETS))
    assert json.loads(run.found["notes"][0])["zh"].startswith("t.csv")
