"""A file through the whole import by the API alone: handed in, mapped, tried, brought in, repaired, undone."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.collection.test_repairing import MAPPING, TICKETS

from qualityloop.collection.models import ImportRun, ImportState, RejectedRow, RejectState, SavedMapping
from qualityloop.feedback.models import Complaint
from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.api import metering
from qualityloop.foundation.api.services import token_create
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.models import User
from qualityloop.operations.models import Ticket

pytestmark = pytest.mark.django_db
MAPPINGS = Path(__file__).parent.parent / "real_data" / "mappings"


class Program:
    """Calls the API with a token; the jobs that it asks for are done at once."""

    def __init__(self, user: User, capture: Callable[..., Any]) -> None:
        self.capture = capture
        _token, secret = token_create(actor=user, name="program", days=30, read_only=False)
        self.head = {"Authorization": f"Bearer {secret}", "Accept-Language": "en"}

    def call(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        sent = json.dumps(body) if body is not None else ""
        with self.capture(execute=True):
            answer = Client().generic(
                method, f"/api/v1/{path}", sent, content_type="application/json", headers=self.head
            )
        assert answer.status_code == status, answer.content.decode()
        return answer.json() if answer.content else None

    def send(self, path: str, field: str, *files: tuple[str, bytes], status: int = 201) -> Any:
        sent = {field: [SimpleUploadedFile(name, content) for name, content in files]}
        with self.capture(execute=True):
            answer = Client().post(f"/api/v1/{path}", sent, headers=self.head)
        assert answer.status_code == status, answer.content.decode()
        return answer.json()

    def imported(self) -> int:
        """An import with rejected rows."""
        run = self.send("imports", "files", ("t.csv", TICKETS))["id"]
        self.call("PUT", f"imports/{run}/mapping", {"text": MAPPING})
        self.call("POST", f"imports/{run}/start", status=202)
        return int(run)


@pytest.fixture
def program(home: Path, director: User, django_capture_on_commit_callbacks: Callable[..., Any]) -> Program:
    metering.forget()
    return Program(director, django_capture_on_commit_callbacks)


@pytest.fixture
def stranger(home: Path, django_capture_on_commit_callbacks: Callable[..., Any]) -> Program:
    """Who may import, but does not see the imports of others."""
    return Program(account_create(username="qc", password="a good Passw0rd", role="qc"),
                   django_capture_on_commit_callbacks)  # fmt: skip


@pytest.mark.real_data
def test_a_real_file_by_the_api_alone(program: Program, real_data: Path) -> None:
    path = real_data / "comcast_complaints" / "comcast_telecom_complaints.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    online = sum(row["Received Via"] == "Internet" for row in rows)
    made = program.send("imports", "files", (path.name, path.read_bytes()))
    run = made["id"]
    proposed = program.call("GET", f"imports/{run}/mapping")
    assert "Received Via" in proposed["tables"][0]["file_columns"]
    text = (MAPPINGS / "comcast_complaints.yaml").read_text("utf-8").replace(", Internet: online", "")
    tried = program.call("POST", f"imports/{run}/mapping/try", {"text": text})
    assert tried["complete"]
    [table] = tried["tables"]
    assert 0 < len(table["rejected"]) < table["sample_rows"]
    assert table["fitting"] + len(table["rejected"]) == table["sample_rows"]
    assert program.call("GET", f"imports/{run}/mapping")["text"] == proposed["text"]  # nothing was kept
    program.call("PUT", f"imports/{run}/mapping", {"text": text, "source": "comcast"})
    program.call("POST", f"imports/{run}/check", status=202)
    checked = program.call("GET", f"imports/{run}")
    wanted = {"created": len(rows) - online, "updated": 0, "unchanged": 0, "rejected": online}
    assert (checked["state"], checked["expected"]["counts"]["complaints"]) == ("checked", wanted)
    assert sum(one["rows"] for one in checked["expected"]["reasons"]) == online
    assert not Complaint.objects.exists()
    program.call("POST", f"imports/{run}/start", status=202)
    done = program.call("GET", f"imports/{run}")
    assert (done["state"], done["source"], done["counts"]["complaints"]) == ("done", "comcast", wanted)
    assert program.call("GET", f"jobs/{done['job']}")["state"] == "done"
    [reason] = done["reasons"]
    assert reason["rows"] == online == done["rejected"]
    asked = f"imports/{run}/rejects?state=open&column={reason['column']}&limit=2"
    page = program.call("GET", asked)
    row = page["items"][0]
    assert row["cells"]["Received Via"] == "Internet"
    assert program.call("GET", f"{asked}&after={page['next']}")["items"][0]["id"] > page["items"][1]["id"]
    right = {"cells": {"Received Via": "Customer Care Call"}}
    assert program.call("PATCH", f"rejected-rows/{row['id']}", right)["verdict"]["fits"]
    program.call("POST", f"imports/{run}/rejects/run", status=202)
    assert program.call("GET", f"rejected-rows/{row['id']}")["state"] == "repaired"
    assert Complaint.objects.count() == len(rows) - online + 1
    program.call("POST", f"imports/{run}/undo", {"reason": "only a test"}, status=202)
    assert program.call("GET", f"imports/{run}")["state"] == "undone"
    assert not Complaint.objects.exists()
    said = set(AuditEntry.objects.filter(action__startswith="import.").values_list("action", flat=True))
    assert {"import.uploaded", "import.mapped", "import.started", "import.done", "import.undone",
            "import.reject_repaired", "import.rejects_run"} <= said  # fmt: skip


def test_the_mapping_column_by_column(program: Program) -> None:
    file = "工单号,创建时间,渠道\nT1,2026-01-05 08:00:00,在线\nT2,2026-01-06 09:30:00,电话\n".encode()
    run = program.send("imports", "files", ("工单.csv", file))["id"]
    address = f"imports/{run}/mapping"
    columns = [
        {"column": "source", "how": "constant: CRM"},
        {"column": "channel", "from": "渠道", "how": "values: {在线: online, 电话: phone}"},
    ]
    changes = {"source": "crm", "tables": [{"number": 0, "columns": columns}]}
    tried = program.call("POST", f"{address}/try", changes)["tables"][0]
    shown = {one["column"]: (one["from"], one["how"], one["examples"]) for one in tried["columns"]}
    assert shown["source"] == (None, "constant: CRM", ["CRM"])
    assert shown["channel"][0::2] == ("渠道", ["online", "phone"])
    assert shown["ticket_id"][0] == "工单号"  # what is left out stays
    assert (tried["fitting"], tried["rejected"]) == (2, [])
    assert program.call("PUT", address, changes)["source"] == "crm"
    kept = program.call("POST", f"{address}/save", {"name": "客服系统"}, status=201)
    assert SavedMapping.objects.get(pk=kept["id"]).source == "crm"
    assert [one["name"] for one in program.call("GET", "mappings")] == ["客服系统"]
    program.call("POST", f"imports/{run}/start", status=202)
    assert set(Ticket.objects.values_list("channel", "source")) == {("online", "crm"), ("phone", "crm")}
    program.call("PUT", address, changes, status=409)  # it is done
    program.call("POST", f"imports/{run}/start", status=409)
    program.call("POST", f"imports/{run}/check", status=409)
    program.call("POST", f"imports/{run}/resume", status=409)
    program.call("DELETE", f"imports/{run}", status=409)
    assert program.call("GET", address)["tables"][0]["fitting"] is None


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"tables": [{"number": 7}]}, "body.tables.0.number"),
        ({"tables": [{"number": 0, "dataset": "nothing"}]}, "body.tables.0.dataset"),
        ({"tables": [{"number": 0, "columns": [{"column": "nothing"}]}]}, "body.tables.0.columns.0.column"),
        (
            {"tables": [{"number": 0, "columns": [{"column": "subject", "from": "nothing"}]}]},
            "body.tables.0.columns.0.from",
        ),
        ({"tables": [{"number": 0, "columns": [{"column": "created_at"}]}]}, "body.tables.0.created_at"),
        ({"tables": [{"number": 0, "skip": True}]}, "body.tables"),
        ({"zone": "Mars/Base"}, "body.zone"),
        ({"text": MAPPING, "zone": "UTC"}, "body.text"),
        ({"text": "version: 1\ntables:\n  - dataset: nothing\n"}, None),
        ({"more": 1}, "body.more"),
    ],
)
def test_a_wrong_mapping_is_refused(program: Program, body: Any, where: str | None) -> None:
    run = program.send("imports", "files", ("t.csv", TICKETS))["id"]
    before = ImportRun.objects.get().mapping
    answer = program.call("PUT", f"imports/{run}/mapping", body, status=422)
    if where is not None:
        assert where in [fault["where"] for fault in answer["fields"]]
    assert ImportRun.objects.get().mapping == before


def test_files_that_are_not_taken_and_a_discarded_import(program: Program) -> None:
    program.send("imports", "files", ("t.exe", b"MZ"), status=422)
    assert not ImportRun.objects.exists()
    assert program.call("POST", "imports", status=422)["code"] == "invalid"
    run = program.send("imports", "files", ("t.csv", TICKETS))["id"]
    program.call("POST", f"imports/{run}/undo", {"reason": "x"}, status=409)
    program.call("DELETE", f"imports/{run}", status=204)
    assert not ImportRun.objects.exists()
    assert AuditEntry.objects.latest("sequence").action == "import.discarded"


def test_an_import_that_broke_off_goes_on(program: Program) -> None:
    run = program.send("imports", "files", ("t.csv", TICKETS))["id"]
    program.call("PUT", f"imports/{run}/mapping", {"text": MAPPING})
    ImportRun.objects.update(state=ImportState.CHECKING)
    program.call("POST", f"imports/{run}/resume", status=202)
    assert program.call("GET", f"imports/{run}")["expected"]["counts"]["tickets"]["created"] == 1


def test_a_row_is_tried_repaired_set_aside_and_taken_up(program: Program) -> None:
    run = program.imported()
    row = RejectedRow.objects.get(row=3)
    address = f"rejected-rows/{row.pk}"
    wrong = {"cells": {"created_at": "tomorrow"}}
    verdict = program.call("POST", f"{address}/try", wrong)
    assert (verdict["fits"], verdict["column"]) == (False, "created_at")
    assert RejectedRow.objects.get(pk=row.pk).repaired_json == ""
    kept = program.call("PATCH", address, wrong)
    assert (kept["row"]["cells"]["created_at"], kept["row"]["state"]) == ("tomorrow", "open")
    assert not kept["verdict"]["fits"]
    program.call("PATCH", address, {"cells": {"nothing": "x"}}, status=422)
    program.call("PATCH", address, {"cells": {"created_at": "a\x00"}}, status=422)
    wide = RejectedRow.objects.get(row=5)
    joined = {"cells": {"subject": "too, many", "+1": ""}}
    assert program.call("PATCH", f"rejected-rows/{wide.pk}", joined)["verdict"]["fits"]
    program.call("POST", f"{address}/dismiss", {"reason": " "}, status=422)
    assert program.call("POST", f"{address}/dismiss", {"reason": "test"})["state"] == "dismissed"
    program.call("POST", f"{address}/dismiss", {"reason": "test"}, status=409)
    program.call("PATCH", address, wrong, status=409)
    assert AuditEntry.objects.filter(action="import.reject_dismissed", reason="test").exists()
    assert program.call("POST", f"{address}/reopen")["state"] == "open"
    program.call("POST", f"imports/{run}/rejects/run", status=202)
    assert Ticket.objects.get(number="T4").subject == "too, many"
    program.call("POST", f"imports/{run}/rejects/run", status=409)  # none is left
    key = RejectedRow.objects.get(row=4).reason_key
    assert program.call("POST", f"imports/{run}/rejects/dismiss", {"reason": "x", "reason_key": key})["rows"] == 1
    assert program.call("POST", f"imports/{run}/rejects/dismiss", {"reason": "all"})["rows"] == 2
    assert not RejectedRow.objects.filter(state=RejectState.OPEN).exists()


def test_the_file_of_rejected_rows_comes_back(program: Program) -> None:
    run = program.imported()
    rows = program.call("GET", f"imports/{run}/rejects?limit=500")["items"]
    first, second = rows[0]["id"], rows[1]["id"]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([
        ["#id", "created_at", "resolved_at"], [first, "2026-01-06 09:00:00", rows[0]["cells"]["resolved_at"]],
        [second, rows[1]["cells"]["created_at"], "still wrong"],
    ])  # fmt: skip
    address = f"imports/{run}/rejects/file"
    answer = program.send(address, "file", ("back.csv", out.getvalue().encode()), status=200)
    assert answer == {"repaired": 1, "still_wrong": 1}
    assert RejectedRow.objects.get(pk=first).state == RejectState.READY
    program.send(address, "file", ("other.csv", b"a,b\n1,2\n"), status=422)


def test_imports_of_others_are_not_there(program: Program, stranger: Program) -> None:
    run = program.imported()
    row = RejectedRow.objects.earliest("pk").pk
    cells = {"cells": {"created_at": "2026-01-06 09:00:00"}}
    calls: list[tuple[str, str, Any]] = [
        ("GET", f"imports/{run}", None), ("GET", f"imports/{run}/mapping", None),
        ("GET", f"imports/{run}/rejects", None),
        ("PUT", f"imports/{run}/mapping", {"text": MAPPING}), ("POST", f"imports/{run}/mapping/try", {"text": MAPPING}),
        ("POST", f"imports/{run}/mapping/save", {"name": "x"}), ("POST", f"imports/{run}/check", None),
        ("POST", f"imports/{run}/start", None), ("POST", f"imports/{run}/resume", None),
        ("POST", f"imports/{run}/undo", {"reason": "x"}), ("DELETE", f"imports/{run}", None),
        ("POST", f"imports/{run}/rejects/dismiss", {"reason": "x"}), ("POST", f"imports/{run}/rejects/run", None),
        ("GET", f"rejected-rows/{row}", None), ("PATCH", f"rejected-rows/{row}", cells),
        ("POST", f"rejected-rows/{row}/try", cells), ("POST", f"rejected-rows/{row}/dismiss", {"reason": "x"}),
        ("POST", f"rejected-rows/{row}/reopen", None),
    ]  # fmt: skip
    for method, path, body in calls:
        stranger.call(method, path, body, status=404)
    stranger.send(f"imports/{run}/rejects/file", "file", ("t.csv", b"#id\n1\n"), status=404)
    assert ImportRun.objects.get().state == ImportState.DONE
    assert RejectedRow.objects.filter(state=RejectState.OPEN).count() == 4


def test_who_may_not_import_is_told_so(
    program: Program, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    run = program.imported()
    agent = Program(account_create(username="agent", password="a good Passw0rd", role="agent"),
                    django_capture_on_commit_callbacks)  # fmt: skip
    agent.send("imports", "files", ("t.csv", TICKETS), status=403)
    for method, path in (("GET", "/mapping"), ("POST", "/start"), ("DELETE", ""), ("GET", "/rejects")):
        agent.call(method, f"imports/{run}{path}", status=403)
    agent.call("GET", "mappings", status=403)
    assert ImportRun.objects.count() == 1
