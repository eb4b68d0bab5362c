"""Exports of other systems through the wizard; who is told when an import has ended."""

from __future__ import annotations

import json
from pathlib import Path

from tests.collection.conftest import Wizard

from qualityloop.collection import services
from qualityloop.collection.models import ImportRun, ImportState
from qualityloop.feedback.models import Complaint
from qualityloop.foundation.models import User
from qualityloop.foundation.notices.models import Notice
from qualityloop.foundation.webhooks.models import Announcement, Subscription
from qualityloop.operations.models import Ticket

EXPORTS = Path(__file__).parent.parent / "analysis" / "files" / "exports"
TICKETS = "ticket_id,created_at,subject\nT1,2026-01-05 08:00:00,打印机\nT2,soon,打印机\nT3,2026-01-05 09:00:00,扫描\n"


def test_an_export_is_recognised_on_the_page_and_imported_as_it_is_meant(wizard: Wizard) -> None:
    run = wizard.upload(("export-2026-03.csv", (EXPORTS / "freshdesk.csv").read_bytes()))
    assert "recognised as “Freshdesk export”" in wizard.page(run)
    run = wizard.start(run)
    assert run.state == ImportState.DONE, run.error
    one = Ticket.objects.get(external_id="301")
    assert (one.priority, one.status, one.channel, one.origin) == ("urgent", "closed", "phone", "freshdesk")
    assert one.created_at.isoformat() == "2026-03-02T01:15:00+00:00"
    assert one.handling_minutes == 90
    again = wizard.bring(("the same.csv", (EXPORTS / "freshdesk.csv").read_bytes()))
    assert again.total("unchanged") == 2


def test_who_started_it_is_told_once(wizard: Wizard, director: User) -> None:
    run = wizard.bring(("tickets.csv", TICKETS.encode()))
    assert run.state == ImportState.DONE
    (notice,) = Notice.objects.filter(user=director, kind="collection.import_done")
    assert notice.url == f"/import/{run.pk}/"
    assert notice.subject == "tickets.csv 已导入：新增 2，更新 0，未变 0，拒收 1"


def test_an_import_that_nobody_waits_for_tells_nobody(wizard: Wizard, director: User) -> None:
    run = wizard.upload(("tickets.csv", TICKETS.encode()))
    with wizard.capture(execute=True):
        services.import_start(actor=director, run=run)
    assert ImportRun.objects.get(pk=run.pk).state == ImportState.DONE
    assert not Notice.objects.filter(kind="collection.import_done").exists()


def test_other_systems_hear_of_it(wizard: Wizard) -> None:
    Subscription.objects.create(name="BI", url="http://127.0.0.1:9/hook", events=["import.finished"])
    run = wizard.bring(("tickets.csv", TICKETS.encode()))
    (said,) = Announcement.objects.filter(event="import.finished")
    data = json.loads(said.body)["data"]
    assert (data["id"], data["counts"]["tickets"]["created"], data["counts"]["tickets"]["rejected"]) == (run.pk, 2, 1)


def test_what_is_imported_is_cleaned(wizard: Wizard) -> None:
    text = "complaint_id,received_at,customer,text\n" + "".join(
        f"C{n},2026-01-05 0{n}:00:00,K1,打印机卡纸一直没人管\n" for n in (1, 2)
    )
    wizard.bring(("complaints.csv", text.encode()))
    assert Complaint.objects.count() == 2
    page = wizard.client.get("/cleaning/").content.decode()
    assert "C2" in page
    assert "Duplicate" in page
