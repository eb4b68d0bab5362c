"""The handbook for programs: what is in it, made as a file, fetched."""

from __future__ import annotations

from typing import Any

import pytest
from tests.foundation.api.test_managing import call, unhurried
from tests.reports.test_handbook import client_of, department

from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.api.services import token_create
from qualityloop.foundation.files.models import StoredFile
from qualityloop.foundation.models import User

__all__ = ["department", "unhurried"]

pytestmark = pytest.mark.django_db


def test_it_is_read_made_and_fetched(department: None, django_capture_on_commit_callbacks: Any) -> None:
    zhou = User.objects.get(username="zhou")
    said = call(zhou, "GET", "handbook", expect=200)
    page = client_of("zhou").get("/handbook/").context["handbook"]
    assert (said["fingerprint"], said["indicators"]) == (page.fingerprint, page.indicator_count)
    assert [(one["kind"], one["key"]) for one in said["sources"]] == [(one.kind, one.key) for one in page.sources]
    with django_capture_on_commit_callbacks(execute=True):
        run = call(zhou, "POST", "handbook/make", {"form": "docx"}, expect=202)
    assert run["job"] == "reports.handbook"
    stored = StoredFile.objects.get()
    assert [one["id"] for one in call(zhou, "GET", "handbook", expect=200)["files"]] == [stored.pk]
    _token, secret = token_create(actor=zhou, name="fetch", days=30)
    fetched = client_of("zhou").get(f"/api/v1/files/{stored.pk}/content", headers={"Authorization": f"Bearer {secret}"})
    assert b"".join(fetched)[:4] == b"PK\x03\x04"  # type: ignore[arg-type]
    wang = User.objects.get(username="wang")  # a customer
    _token, secret = token_create(actor=wang, name="fetch", days=30)
    assert client_of("wang").get(f"/api/v1/files/{stored.pk}/content").status_code in (403, 404)
    assert client_of("wang").get("/api/v1/handbook").status_code == 403
    past = call(zhou, "GET", "handbook?on=2025-01-01", expect=200)
    assert past["fingerprint"] != said["fingerprint"]
    for body in ({"form": "exe"}, {}, {"form": "docx", "on": "0001-01-01"}, {"form": "docx", "on": "soon"}):
        call(zhou, "POST", "handbook/make", body, expect=422)


def test_nothing_is_made_of_nothing(settings: Any, tmp_path: Any) -> None:
    settings.QUALITYLOOP_HOME = tmp_path
    director = account_create(username="lin", password="a good Passw0rd", role="director")
    assert call(director, "GET", "handbook", expect=200)["sources"] == []
    assert call(director, "POST", "handbook/make", {"form": "docx"}, expect=409)["code"] == "nothing_in_force"


def test_without_pango_a_pdf_is_refused_with_the_reason(department: None, monkeypatch: Any) -> None:
    from qualityloop.analysis.messages import message
    from qualityloop.reports.handbook import pdf

    monkeypatch.setattr(pdf, "missing", lambda: message("the file is empty"))
    zhou = User.objects.get(username="zhou")
    assert call(zhou, "POST", "handbook/make", {"form": "pdf"}, expect=409)["code"] == "no_pdf"
    assert call(zhou, "GET", "handbook", expect=200)["no_pdf"]
